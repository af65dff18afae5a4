// Text that leaves the process: secrets, control characters, URLs. In the input "\1" to "\4" stand
// for a secret in one of the four forms in which it travels, "\5" to "\7" for two secrets that
// overlap and their overlap.
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/redaction.h"
#include "base/text.h"
#include "fuzz/fuzz_input.h"
#include "fuzz/message_law.h"

namespace cohort_sync {
namespace {

constexpr std::string_view kSecret = "5bd9-F/x+Q=~7k2";
constexpr std::string_view kOne = "abcabcab";
constexpr std::string_view kOther = "cabcabcd";

const std::array<std::string, 7>& Forms() {
  static const std::array<std::string, 7> forms = [] {
    for (const std::string_view secret : {kSecret, kOne, kOther})
      RegisterForRedaction(secret);
    return std::array<std::string, 7>{std::string(kSecret),
                                      PercentEncode(kSecret),
                                      Base64Encode(kSecret),
                                      Base64Encode(std::string(kSecret) + ":"),
                                      std::string(kOne),
                                      std::string(kOther),
                                      "cabcab"};
  }();
  return forms;
}

std::string Expanded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c >= 1 && static_cast<std::size_t>(c) <= Forms().size()) {
      out += Forms()[static_cast<std::size_t>(c) - 1];
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace
}  // namespace cohort_sync

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace cohort_sync;  // NOLINT(google-build-using-namespace)
  const std::string_view text = FuzzInput(bytes, size).Rest();
  const std::string redacted = Redact(Expanded(text));
  for (std::size_t form = 0; form + 1 < Forms().size(); ++form)
    CHECK(redacted.find(Forms()[form]) == std::string::npos);
  CHECK(Redact(redacted) == redacted);

  CheckPrintable(Printable(text));
  CHECK(PercentDecode(PercentEncode(text)) == text);
  CHECK(Base64Decode(Base64Encode(text)) == text);
  return 0;
}
