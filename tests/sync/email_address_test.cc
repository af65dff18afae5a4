#include "sync/email_address.h"

#include <algorithm>
#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/text.h"

namespace cohort_sync {
namespace {

constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view kDigits = "0123456789";

bool OnlyOf(std::string_view text, const std::string& allowed) {
  return text.find_first_not_of(allowed) == std::string_view::npos;
}

bool IsLocalPart(std::string_view local) {
  const std::string allowed = std::string(kLetters) + std::string(kDigits) + "!$&'*+-=^_`{|}~.";
  const auto parts = Split(local, '.');
  return local.size() <= 64 && OnlyOf(local, allowed) &&
         std::none_of(parts.begin(), parts.end(), [](auto part) { return part.empty(); });
}

bool IsDomain(std::string_view domain) {
  const std::string allowed = std::string(kLetters) + std::string(kDigits) + "-";
  const auto labels = Split(domain, '.');
  const bool all = std::all_of(labels.begin(), labels.end(), [&](std::string_view label) {
    return !label.empty() && label.size() <= 63 && OnlyOf(label, allowed) && label.front() != '-' &&
           label.back() != '-';
  });
  return all && labels.size() >= 2 && !OnlyOf(labels.back(), std::string(kDigits) + "-");
}

// The grammar once more, in the order in which one would say it.
EmailCheck Expected(std::string_view text) {
  const auto unsafe = [](char c) {
    return static_cast<unsigned char>(c) <= ' ' ||
           std::string_view("/\\?#%\x7F").find(c) != std::string_view::npos;
  };
  if (std::any_of(text.begin(), text.end(), unsafe)) return EmailCheck::kUnsafe;
  const auto sides = Split(text, '@');
  if (text.size() > 254 || sides.size() != 2 || !IsLocalPart(sides[0]) || !IsDomain(sides[1]))
    return EmailCheck::kMalformed;
  return ToLowerAscii(text) == text ? EmailCheck::kLowerCase : EmailCheck::kMixedCase;
}

// Texts of which many are addresses or nearly so, around the lengths where the check takes another
// way.
rc::Gen<std::string> NearlyAnAddress() {
  const auto byte =
      rc::gen::weightedOneOf<char>({{300, rc::gen::elementOf(std::string("abyzAZ019"))},
                                    {9, rc::gen::elementOf(std::string(".-"))},
                                    {1, rc::gen::elementOf(std::string("_+!~@ /%\x7F\xC3\xA9"))}});
  const auto part = rc::gen::resize(70, rc::gen::container<std::string>(byte));
  return rc::gen::map(rc::gen::tuple(part, part, part), [](const auto& parts) {
    const auto& [local, label, last] = parts;
    return local + '@' + label + '.' + last;
  });
}

RC_GTEST_PROP(CheckEmail, AgreesWithTheGrammarAsItIsSaid, ()) {
  const std::string text = *NearlyAnAddress();
  const EmailCheck expected = Expected(text);
  RC_CLASSIFY(expected == EmailCheck::kLowerCase || expected == EmailCheck::kMixedCase, "address");
  RC_ASSERT(CheckEmail(text) == expected);
}

TEST(CheckEmail, EachByteAtEachPlaceIsJudgedByTheGrammar) {
  for (const std::string_view address :
       {"a@b.co",
        "anna@example.co.uk",
        "anna.b@mail-1.example.org",
        "somebody.with.a.name@with.a.rather.long.domain.example"}) {
    for (std::size_t place = 0; place < address.size(); ++place) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string text(address);
        text[place] = static_cast<char>(byte);
        ASSERT_EQ(CheckEmail(text), Expected(text)) << Printable(text);
      }
    }
  }
}

TEST(CheckEmail, LengthIsNoMatterUpTo254Bytes) {
  for (std::size_t size = 1; size <= 64; ++size) {
    const std::string local(size, 'a');
    EXPECT_EQ(CheckEmail(local + "@example.org"), EmailCheck::kLowerCase) << size;
    EXPECT_EQ(CheckEmail(local + "@Example.org"), EmailCheck::kMixedCase) << size;
    EXPECT_EQ(CheckEmail("a@" + std::string(std::min<std::size_t>(size, 63), 'b') + ".org"),
              EmailCheck::kLowerCase)
        << size;
  }
  EXPECT_EQ(CheckEmail(std::string(65, 'a') + "@example.org"), EmailCheck::kMalformed);
}

}  // namespace
}  // namespace cohort_sync
