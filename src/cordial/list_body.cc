#include "cordial/list_body.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/format.h"
#include "base/text.h"

namespace cohort_sync::cordial {
namespace {

using Json = nlohmann::json;

tl::unexpected<Error> NotUnderstood(std::string_view body, std::string_view expected) {
  return Fail(ErrorCode::kInvalidInput,
              Format("expected {}, Cordial answered '{}'; check that endpoint is the base URL of "
                     "Cordial's REST API",
                     expected,
                     Printable(Trim(body))));
}

// An object keyed by attribute may have a member called "error" as well; that one is an object.
bool ReportsFailure(const Json& json) {
  if (!json.is_object()) return false;
  const auto success = json.find("success");
  const auto error = json.find("error");
  return (success != json.end() && success->is_boolean() && !success->get<bool>()) ||
         (error != json.end() && !error->is_structured());
}

// nullopt when the body is not JSON, neither object nor array, or reports a failure.
std::optional<Json> Read(std::string_view body) {
  Json json = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (!json.is_structured() || ReportsFailure(json)) return std::nullopt;
  return json;
}

std::optional<std::int64_t> ReadNumber(const Json& object, const char* member) {
  const auto at = object.find(member);
  if (at == object.end()) return std::nullopt;
  if (at->is_string()) return ParseInteger(at->get_ref<const std::string&>());
  // Unsigned in the parser's sense: a number without sign that fits 64 bits.
  if (!at->is_number_unsigned()) return std::nullopt;
  const auto number = at->get<std::uint64_t>();
  if (number > static_cast<std::uint64_t>(INT64_MAX)) return std::nullopt;
  return static_cast<std::int64_t>(number);
}

std::optional<std::string> ReadText(const Json& object, const char* member) {
  const auto at = object.find(member);
  if (at == object.end() || !at->is_string()) return std::nullopt;
  return at->get<std::string>();
}

std::optional<ListInfo> ReadList(const Json& item) {
  if (!item.is_object()) return std::nullopt;
  const auto id = ReadNumber(item, "id");
  auto name = ReadText(item, "name");
  if (!id || !name) return std::nullopt;
  return ListInfo{.id = ListId(*id), .name = ListName(std::move(*name))};
}

}  // namespace

Result<std::vector<ListInfo>> ReadLists(std::string_view body) {
  const std::optional<Json> json = Read(body);
  if (!json) return NotUnderstood(body, "an array of lists");
  if (auto single = ReadList(*json)) return std::vector<ListInfo>{std::move(*single)};
  std::vector<ListInfo> lists;
  for (const Json& item : *json) {
    auto list = ReadList(item);
    if (!list) return NotUnderstood(body, "lists with id and name");
    lists.push_back(std::move(*list));
  }
  return lists;
}

Result<std::optional<ListId>> ReadCreatedListId(std::string_view body) {
  const std::optional<Json> json = Read(body);
  if (!json || !json->is_object()) return NotUnderstood(body, "the id of the new list");
  const auto id = ReadNumber(*json, "id");
  if (!id) return std::optional<ListId>();
  return std::optional<ListId>(ListId(*id));
}

Result<std::int64_t> ReadCount(std::string_view body) {
  const std::optional<Json> json = Read(body);
  const auto count = json && json->is_object() ? ReadNumber(*json, "count") : std::nullopt;
  if (!count) return NotUnderstood(body, "a list's count");
  return *count;
}

Result<std::vector<std::string>> ReadAttributeKeys(std::string_view body) {
  const std::optional<Json> json = Read(body);
  if (!json) return NotUnderstood(body, "the contact attributes");
  std::vector<std::string> keys;
  for (const auto& item : json->items()) {
    if (!item.value().is_object()) return NotUnderstood(body, "contact attributes as objects");
    if (json->is_object()) keys.push_back(item.key());
    for (const char* const member : {"key", "name"}) {
      if (auto text = ReadText(item.value(), member)) keys.push_back(std::move(*text));
    }
  }
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return keys;
}

}  // namespace cohort_sync::cordial
