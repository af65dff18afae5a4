// CheckEmail, whose fast path looks at 16 bytes at a time, against the grammar as one would say it.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/text.h"
#include "fuzz/fuzz_input.h"
#include "sync/email_address.h"
#include "sync/identifier.h"

namespace cohort_sync {
namespace {

bool IsAlphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool IsAtom(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return IsAlphanumeric(c) ||
           std::string_view("!$&'*+-=^_`{|}~").find(c) != std::string_view::npos;
  });
}

bool IsLabel(std::string_view text) {
  return !text.empty() && text.size() <= 63 && text.front() != '-' && text.back() != '-' &&
         std::all_of(
             text.begin(), text.end(), [](char c) { return IsAlphanumeric(c) || c == '-'; });
}

bool IsAddress(std::string_view text) {
  const auto sides = Split(text, '@');
  if (text.size() > 254 || sides.size() != 2 || sides[0].size() > 64) return false;
  const auto atoms = Split(sides[0], '.');
  const auto labels = Split(sides[1], '.');
  return std::all_of(atoms.begin(), atoms.end(), IsAtom) && labels.size() >= 2 &&
         std::all_of(labels.begin(), labels.end(), IsLabel) &&
         labels.back().find_first_not_of("0123456789-") != std::string_view::npos;
}

bool IsUnsafe(char c) {
  return (c >= 0 && c <= ' ') || c == '\x7F' ||
         std::string_view("/\\?#%").find(c) != std::string_view::npos;
}

EmailCheck Expected(std::string_view text) {
  if (IsAddress(text))
    return ToLowerAscii(text) == text ? EmailCheck::kLowerCase : EmailCheck::kMixedCase;
  return std::any_of(text.begin(), text.end(), IsUnsafe) ? EmailCheck::kUnsafe
                                                         : EmailCheck::kMalformed;
}

}  // namespace
}  // namespace cohort_sync

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace cohort_sync;  // NOLINT(google-build-using-namespace)
  const std::string_view text = FuzzInput(bytes, size).Rest();
  CHECK(CheckEmail(text) == Expected(text));

  std::string scratch;
  const NormalizedIdentifier address = NormalizeIdentifier(IdentifierKind::kEmail, text, scratch);
  CHECK(address.accepted == IsAddress(Trim(text)));
  CHECK(address.value == (address.accepted ? ToLowerAscii(Trim(text)) : std::string()));
  return 0;
}
