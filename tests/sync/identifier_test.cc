#include "sync/identifier.h"

#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/text.h"

namespace cohort_sync {
namespace {

using namespace std::string_literals;

// What a value becomes: "= identifier", or the reason of its rejection.
std::string Outcome(IdentifierKind kind, std::string_view raw) {
  std::string scratch;
  const NormalizedIdentifier normalized = NormalizeIdentifier(kind, raw, scratch);
  if (!normalized.accepted) return std::string(ToString(normalized.reason));
  return "= " + std::string(normalized.value);
}

struct Row {
  std::string raw;
  std::string outcome;
};

std::string Repeat(const std::string& text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i)
    out += text;
  return out;
}

TEST(NormalizeIdentifier, TakesEmailAddressesInLowerCaseWithoutTheirEdges) {
  const std::string label63(63, 'd');
  const std::vector<Row> rows = {
      {"anna@example.org", "= anna@example.org"},
      {"Anna@Example.ORG", "= anna@example.org"},
      {"ANNA.MARIA@EXAMPLE.CO.UK", "= anna.maria@example.co.uk"},
      {"  anna@example.org", "= anna@example.org"},
      {"anna@example.org\t", "= anna@example.org"},
      {"\r\nanna@example.org\r\n", "= anna@example.org"},
      {"o'brien@example.ie", "= o'brien@example.ie"},
      {"anna+news@example.org", "= anna+news@example.org"},
      {"a@b.co", "= a@b.co"},
      {"1@b.co", "= 1@b.co"},
      {"_@b.co", "= _@b.co"},
      {"-a-@b.co", "= -a-@b.co"},
      {"a.b.c@d.e.f.gh", "= a.b.c@d.e.f.gh"},
      {"!$&'*+=^_`{|}~-@b.co", "= !$&'*+=^_`{|}~-@b.co"},
      {"a@xn--bcher-kva.example", "= a@xn--bcher-kva.example"},
      {"a@b.xn--p1ai", "= a@b.xn--p1ai"},
      {"a@1.2.3.com", "= a@1.2.3.com"},
      {"a@4ever.io", "= a@4ever.io"},
      {"a@b-c.d-e.org", "= a@b-c.d-e.org"},
      {"a@b.1a", "= a@b.1a"},
      {std::string(64, 'a') + "@b.co", "= " + std::string(64, 'a') + "@b.co"},
      {"a@" + label63 + ".org", "= a@" + label63 + ".org"},
      // 254 bytes: 2 + 3 x 64 + 60.
      {"a@" + Repeat(label63 + ".", 3) + std::string(60, 'z'),
       "= a@" + Repeat(label63 + ".", 3) + std::string(60, 'z')},
  };
  for (const Row& row : rows)
    EXPECT_EQ(Outcome(IdentifierKind::kEmail, row.raw), row.outcome) << row.raw;
}

TEST(NormalizeIdentifier, RefusesWhatIsNoEmailAddress) {
  const std::string label63(63, 'd');
  const std::vector<Row> rows = {
      {"", "missing"},
      {" ", "missing"},
      {"\t\r\n ", "missing"},
      {"anna", "malformed"},
      {"anna.example.org", "malformed"},
      {"@", "malformed"},
      {"@example.org", "malformed"},
      {"anna@", "malformed"},
      {"anna@@example.org", "malformed"},
      {"an@na@example.org", "malformed"},
      {"anna@example", "malformed"},
      {"anna@localhost", "malformed"},
      {".anna@example.org", "malformed"},
      {"anna.@example.org", "malformed"},
      {"an..na@example.org", "malformed"},
      {".@example.org", "malformed"},
      {"anna@.example.org", "malformed"},
      {"anna@example.org.", "malformed"},
      {"anna@example..org", "malformed"},
      {"anna@.", "malformed"},
      {"anna@-example.org", "malformed"},
      {"anna@example-.org", "malformed"},
      {"anna@example.-org", "malformed"},
      {"anna@example.org-", "malformed"},
      {"anna@example.123", "malformed"},
      {"anna@127.0.0.1", "malformed"},
      {"anna@[127.0.0.1]", "malformed"},
      {"anna@exam_ple.org", "malformed"},
      {"anna@exam+ple.org", "malformed"},
      {"anna@example.o'rg", "malformed"},
      {"\"anna\"@example.org", "malformed"},
      {"anna(x)@example.org", "malformed"},
      {"<anna@example.org>", "malformed"},
      {"mailto:anna@example.org", "malformed"},
      {"anna@example.org,bob@example.org", "malformed"},
      {"anna@example.org;bob@example.org", "malformed"},
      {"anna\xC3\xA9@example.org", "malformed"},
      {"anna@b\xC3\xBC"
       "cher.example",
       "malformed"},
      {"anna\xFF@example.org", "malformed"},
      {"anna@example.org\xC2\xA0", "malformed"},
      {"null", "malformed"},
      {"(none)", "malformed"},
      {std::string(65, 'a') + "@b.co", "malformed"},
      {"a@" + label63 + "d.org", "malformed"},
      {"a@" + Repeat(label63 + ".", 3) + std::string(61, 'z'), "malformed"},
      {std::string(2000, 'a'), "malformed"},
  };
  for (const Row& row : rows)
    EXPECT_EQ(Outcome(IdentifierKind::kEmail, row.raw), row.outcome) << Printable(row.raw);
}

TEST(NormalizeIdentifier, RefusesEmailValuesThatAreNotSafeInAPath) {
  const std::vector<Row> rows = {
      {"anna smith@example.org", "unsafe"},
      {"anna@ example.org", "unsafe"},
      {"Anna <anna@example.org>", "unsafe"},
      {"anna\t@example.org", "unsafe"},
      {"an\nna@example.org", "unsafe"},
      {"anna\x7F@example.org", "unsafe"},
      {"anna\0@example.org"s, "unsafe"},
      {"\0"s, "unsafe"},
      {"\vanna@example.org", "unsafe"},
      {"an/na@example.org", "unsafe"},
      {"an\\na@example.org", "unsafe"},
      {"anna@example.org?x=1", "unsafe"},
      {"anna@example.org#top", "unsafe"},
      {"anna%40example.org", "unsafe"},
      {"anna%relay@example.org", "unsafe"},
      {"../anna@example.org", "unsafe"},
  };
  for (const Row& row : rows)
    EXPECT_EQ(Outcome(IdentifierKind::kEmail, row.raw), row.outcome) << Printable(row.raw);
}

TEST(NormalizeIdentifier, LeavesPlainValuesAsTheyAreBetweenTheirEdges) {
  const std::string longest(kMaxIdentifierBytes, 'x');
  const std::vector<Row> rows = {
      {"User-17", "= User-17"},
      {"  User-17\r\n", "= User-17"},
      {"0", "= 0"},
      {"007", "= 007"},
      {"+49151234567", "= +49151234567"},
      {"a@b", "= a@b"},
      {"Stra\xC3\x9F"
       "e",
       "= Stra\xC3\x9F"
       "e"},
      {"\xF0\x9F\x99\x82", "= \xF0\x9F\x99\x82"},
      {"...", "= ..."},
      {"\"", "= \""},
      {longest, "= " + longest},
      {"\t" + longest + "\t", "= " + longest},
      {"", "missing"},
      {" \r\n", "missing"},
      {".", "unsafe"},
      {"..", "unsafe"},
      {" .. ", "unsafe"},
      {"a b", "unsafe"},
      {"a/b", "unsafe"},
      {"a\\b", "unsafe"},
      {"a?b", "unsafe"},
      {"a#b", "unsafe"},
      {"a%b", "unsafe"},
      {"a\x1F"
       "b",
       "unsafe"},
      {"a\0b"s, "unsafe"},
      {"\xFF", "malformed"},
      {"a\xC3", "malformed"},
      {"\xED\xA0\x80", "malformed"},
      {longest + "x", "malformed"},
  };
  for (const Row& row : rows)
    EXPECT_EQ(Outcome(IdentifierKind::kPlain, row.raw), row.outcome) << Printable(row.raw);
}

TEST(NormalizeIdentifier, RefusesEveryByteThatCouldLeaveAPathSegment) {
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const bool unsafe = byte <= 0x20 || byte == 0x7F ||
                        std::string_view("/\\?#%").find(c) != std::string_view::npos;
    const std::string value = "a"s + c + "a@b.co";
    EXPECT_EQ(Outcome(IdentifierKind::kEmail, value) == "unsafe", unsafe) << byte;
    EXPECT_EQ(Outcome(IdentifierKind::kPlain, value) == "unsafe", unsafe) << byte;
  }
}

TEST(NormalizeIdentifier, PointsIntoTheRawValueWhenNothingChanges) {
  const std::string raw = " anna@example.org ";
  std::string scratch;
  const NormalizedIdentifier normalized = NormalizeIdentifier(IdentifierKind::kEmail, raw, scratch);
  EXPECT_EQ(normalized.value.data(), raw.data() + 1);
}

TEST(NormalizeIdentifier, DoesNotMixUpCallsThatShareScratch) {
  std::string scratch;
  EXPECT_EQ(NormalizeIdentifier(IdentifierKind::kEmail, "ANNA@EXAMPLE.ORG", scratch).value,
            "anna@example.org");
  EXPECT_EQ(NormalizeIdentifier(IdentifierKind::kEmail, "bob@x.io", scratch).value, "bob@x.io");
  EXPECT_EQ(NormalizeIdentifier(IdentifierKind::kEmail, "C@X.IO", scratch).value, "c@x.io");
}

// Addresses, and now and then a piece that breaks them.
rc::Gen<std::string> AddressLike() {
  const auto joined = [](rc::Gen<std::string> piece) {
    return rc::gen::map(rc::gen::container<std::vector<std::string>>(std::move(piece)),
                        [](const std::vector<std::string>& pieces) { return Join(pieces, ""); });
  };
  const auto good = rc::gen::element<std::string>("a", "Z", "9", "+", "'", "x.y", "Q-w");
  const auto bad =
      rc::gen::element<std::string>(".", "@", "-", " ", "\t", "%", "\xC3\xA9", "\xFF", "");
  const auto part = joined(rc::gen::weightedOneOf<std::string>({{30, good}, {1, bad}}));
  const auto domain = rc::gen::weightedElement<std::string>(
      {{4, "@b.co"}, {4, "@Mail.Example.ORG"}, {1, "@b"}, {1, ""}});
  return rc::gen::map(rc::gen::tuple(part, domain),
                      [](const auto& parts) { return std::get<0>(parts) + std::get<1>(parts); });
}

void CheckThatNormalizingTwiceIsNormalizingOnce(IdentifierKind kind, const std::string& raw) {
  std::string scratch;
  const NormalizedIdentifier once = NormalizeIdentifier(kind, raw, scratch);
  RC_CLASSIFY(once.accepted, "accepted");
  if (!once.accepted) {
    RC_ASSERT(once.value.empty());
    return;
  }
  const std::string value(once.value);
  const NormalizedIdentifier twice = NormalizeIdentifier(kind, value, scratch);
  RC_ASSERT(twice.accepted);
  RC_ASSERT(twice.value == value);
}

RC_GTEST_PROP(NormalizeIdentifier, IsIdempotentOnEmailValues, ()) {
  CheckThatNormalizingTwiceIsNormalizingOnce(IdentifierKind::kEmail, *AddressLike());
}

RC_GTEST_PROP(NormalizeIdentifier, IsIdempotentOnPlainValues, ()) {
  CheckThatNormalizingTwiceIsNormalizingOnce(
      IdentifierKind::kPlain, *rc::gen::oneOf(AddressLike(), rc::gen::arbitrary<std::string>()));
}

RC_GTEST_PROP(NormalizeIdentifier, DoesNotSeeTheCaseOfAnEmailValue, ()) {
  const std::string raw = *AddressLike();
  RC_ASSERT(Outcome(IdentifierKind::kEmail, raw) ==
            Outcome(IdentifierKind::kEmail, ToLowerAscii(raw)));
}

RC_GTEST_PROP(NormalizeIdentifier, DoesNotSeeSpaceAroundAValue, ()) {
  const std::string raw = *AddressLike();
  const std::string space =
      *rc::gen::container<std::string>(rc::gen::element(' ', '\t', '\r', '\n'));
  RC_ASSERT(Outcome(IdentifierKind::kEmail, raw) ==
            Outcome(IdentifierKind::kEmail, space + raw + space));
}

TEST(IdentifierMapping, IsAnEmailForTheTwoNamesOfAnAddressOnly) {
  EXPECT_EQ((IdentifierMapping{"email", "mail"}.kind()), IdentifierKind::kEmail);
  EXPECT_EQ((IdentifierMapping{"channels.email.address", "mail"}.kind()), IdentifierKind::kEmail);
  EXPECT_EQ((IdentifierMapping{"customer_id", "email"}.kind()), IdentifierKind::kPlain);
  EXPECT_EQ((IdentifierMapping{"Email", "email"}.kind()), IdentifierKind::kPlain);
}

TEST(RejectReason, HasOneTextEach) {
  EXPECT_EQ(ToString(RejectReason::kMissing), "missing");
  EXPECT_EQ(ToString(RejectReason::kMalformed), "malformed");
  EXPECT_EQ(ToString(RejectReason::kUnsafe), "unsafe");
  EXPECT_EQ(ToString(RejectReason::kDuplicate), "duplicate");
}

}  // namespace
}  // namespace cohort_sync
