// Cordial's answers about lists and attributes: the input is the body.
#include <algorithm>
#include <cstdint>
#include <string_view>

#include <nlohmann/json.hpp>

#include "base/check.h"
#include "cordial/list_body.h"
#include "fuzz/fuzz_input.h"
#include "fuzz/message_law.h"

namespace cohort_sync::cordial {
namespace {

template <typename T>
bool CheckResult(const Result<T>& result) {
  if (result) return true;
  CheckMessage(result.error().message());
  CHECK(result.error().code() == ErrorCode::kInvalidInput);
  return false;
}

// A failure that is reported with a 200 is never taken for what was asked for.
void CheckNothingRead(std::string_view body) {
  CHECK(!ReadLists(body));
  CHECK(!ReadCreatedListId(body));
  CHECK(!ReadCount(body));
  CHECK(!ReadAttributeKeys(body));
}

}  // namespace
}  // namespace cohort_sync::cordial

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace cohort_sync;           // NOLINT(google-build-using-namespace)
  using namespace cohort_sync::cordial;  // NOLINT(google-build-using-namespace)
  const std::string_view body = FuzzInput(bytes, size).Rest();
  const auto json = nlohmann::json::parse(body, nullptr, /*allow_exceptions=*/false);
  const auto is = [&json](const char* member, bool value) {
    return json.is_object() && json.contains(member) && json[member] == value;
  };
  if (!json.is_structured() || is("error", true) || is("success", false)) CheckNothingRead(body);

  const auto lists = ReadLists(body);
  if (CheckResult(lists)) {
    CHECK(std::all_of(
        lists->begin(), lists->end(), [](const ListInfo& list) { return list.id.value() >= 0; }));
  }
  const auto created = ReadCreatedListId(body);
  if (CheckResult(created) && *created) CHECK((*created)->value() >= 0);
  const auto count = ReadCount(body);
  if (CheckResult(count)) CHECK(*count >= 0);
  const auto keys = ReadAttributeKeys(body);
  if (CheckResult(keys)) {
    CHECK(std::is_sorted(keys->begin(), keys->end()));
    CHECK(std::adjacent_find(keys->begin(), keys->end()) == keys->end());
  }
  return 0;
}
