// From a cohort's name to a list's. First line: the contact identifier's name; then the cohort's.
#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/text.h"
#include "cordial/list_name.h"
#include "fuzz/fuzz_input.h"
#include "fuzz/message_law.h"

namespace cohort_sync::cordial {
namespace {

// contracts/cordial.md 2.3, in lower case.
constexpr std::array<std::string_view, 16> kReserved{"cid",
                                                     "channels",
                                                     "email",
                                                     "identifyby",
                                                     "suppresstriggers",
                                                     "forcesubscribe",
                                                     "request_source",
                                                     "cart",
                                                     "lists",
                                                     "listjoindate",
                                                     "lj",
                                                     "_id",
                                                     "id",
                                                     "attributes",
                                                     "createdat",
                                                     "lastmodified"};

bool IsAllowed(std::string_view name, std::string_view identifier_name) {
  constexpr std::string_view kCharacters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const std::string lower = ToLowerAscii(name);
  return !name.empty() && name.size() <= 128 &&
         name.find_first_not_of(kCharacters) == std::string_view::npos &&
         std::find(kReserved.begin(), kReserved.end(), lower) == kReserved.end() &&
         lower != ToLowerAscii(identifier_name);
}

}  // namespace
}  // namespace cohort_sync::cordial

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace cohort_sync;           // NOLINT(google-build-using-namespace)
  using namespace cohort_sync::cordial;  // NOLINT(google-build-using-namespace)
  FuzzInput input(bytes, size);
  const std::string_view identifier_name = input.Line();
  const std::string_view cohort_name = input.Rest();
  std::string stripped(cohort_name);
  std::erase(stripped, ' ');

  const Result<ListName> list = DeriveListName(cohort_name, identifier_name);
  CHECK(list.has_value() == IsAllowed(stripped, identifier_name));
  CHECK(list.has_value() == CheckListName(stripped, identifier_name).has_value());
  if (!list) {
    CheckMessage(list.error().message());
    CHECK(list.error().code() == ErrorCode::kConfiguration);
    return 0;
  }
  CHECK(list->value() == stripped);
  CHECK(DeriveListName(list->value(), identifier_name) == list);
  CHECK(CheckListName(list->value(), identifier_name) == list);
  return 0;
}
