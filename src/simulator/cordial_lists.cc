// Account lists and contact attributes of the Cordial stand-in (contracts/cordial.md 2.3, 2.8).
#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "simulator/cordial_account.h"
#include "simulator/cordial_answers.h"
#include "simulator/exchange.h"

namespace cohort_sync::simulator {
namespace {

using Json = nlohmann::ordered_json;

Json ListJson(const AccountList& list) {
  return {{"id", list.id}, {"name", list.name}, {"enhanced", list.enhanced}};
}

http::Reply ListDoesNotExist() {
  return CordialError(404, "ACCOUNT_LISTS_NOT_FOUND", "List does not exist");
}

http::Reply Unprocessable(std::string_view message) {
  return CordialError(422, "GENERIC_ERROR_KEY", message);
}

std::string TextMember(const Json& body, const char* key) {
  const auto member = body.find(key);
  return member != body.end() && member->is_string() ? member->get<std::string>() : "";
}

// nullopt when the body says nothing about it.
std::optional<bool> Enhanced(const Json& body) {
  const auto member = body.find("enhanced");
  if (member == body.end() || !member->is_boolean()) return std::nullopt;
  return member->get<bool>();
}

}  // namespace

AccountList* CordialAccount::ListOf(const Call& call) {
  const std::optional<std::int64_t> id = ParseInteger(call.parameter);
  return id ? contacts_.store().FindList(*id) : nullptr;
}

http::Reply CordialAccount::PostList(const Call& call) {
  const Json body = Json::parse(call.request.body);
  const std::string name = TextMember(body, "name");
  if (const auto refusal = contacts_.RefuseListName(name, 0)) return Unprocessable(*refusal);
  const std::int64_t id = contacts_.store().AddList(name, Enhanced(body).value_or(false));
  return JsonReply(200, Json{{"success", true}, {"id", id}}.dump());
}

http::Reply CordialAccount::GetLists(const Call& call) {
  const std::optional<std::string> name = call.request.QueryValue("name");
  Json found = Json::array();
  for (const auto& [id, list] : contacts_.store().lists()) {
    const bool fits = !name || list.name == *name ||
                      (switches_.loose_list_filter && list.name.find(*name) != std::string::npos);
    if (fits) found.push_back(ListJson(list));
  }
  if (name && found.empty() && !switches_.missing_list_is_empty_array) return RecordNotFound();
  return JsonReply(200, found.dump());
}

http::Reply CordialAccount::GetList(const Call& call) {
  const AccountList* list = ListOf(call);
  return list == nullptr ? ListDoesNotExist() : JsonReply(200, ListJson(*list).dump());
}

http::Reply CordialAccount::GetListCount(const Call& call) {
  const AccountList* list = ListOf(call);
  if (list == nullptr) return ListDoesNotExist();
  Json body = ListJson(*list);
  body["count"] = contacts_.store().SeenCount(list->id, clock_.Steady());
  return JsonReply(200, body.dump());
}

http::Reply CordialAccount::PutList(const Call& call) {
  AccountList* list = ListOf(call);
  if (list == nullptr) return CordialError(404, "GENERIC_ERROR_KEY", "List is not found");
  const Json body = Json::parse(call.request.body);
  std::string name = TextMember(body, "name");
  if (const auto refusal = contacts_.RefuseListName(name, list->id)) return Unprocessable(*refusal);
  list->name = std::move(name);
  list->enhanced = Enhanced(body).value_or(list->enhanced);
  return JsonReply(200, Json::array({ListJson(*list)}).dump());
}

http::Reply CordialAccount::ClearList(const Call& call) {
  const AccountList* list = ListOf(call);
  if (list == nullptr) return ListDoesNotExist();
  contacts_.store().ClearList(list->id);
  return JsonReply(200, Json{{"success", true}, {"id", list->id}}.dump());
}

http::Reply CordialAccount::DeleteList(const Call& call) {
  const AccountList* list = ListOf(call);
  if (list == nullptr) return RecordNotFound();
  contacts_.store().EraseList(list->id);
  return JsonReply(200, R"({"success":true})");
}

http::Reply CordialAccount::GetAttributes(const Call& /*call*/) {
  const bool keyed = switches_.attributes_shape == AttributesShape::kObject;
  Json body = keyed ? Json::object() : Json::array();
  for (const auto& [key, attribute] : contacts_.store().attributes()) {
    Json item = {{"key", key}, {"name", attribute.name}, {"type", attribute.type}};
    if (keyed) {
      body[key] = std::move(item);
    } else {
      body.push_back(std::move(item));
    }
  }
  return JsonReply(200, body.dump());
}

http::Reply CordialAccount::PostAttribute(const Call& call) {
  const Json body = Json::parse(call.request.body);
  Attribute attribute{.key = TextMember(body, "key"),
                      .name = TextMember(body, "name"),
                      .type = TextMember(body, "type")};
  constexpr std::string_view kTypes[] = {"string", "number", "date", "geo", "array"};
  if (std::find(std::begin(kTypes), std::end(kTypes), attribute.type) == std::end(kTypes)) {
    return Unprocessable("invalid field type");
  }
  // Lists and attributes share one space of names (2.3).
  if (attribute.key.empty() || contacts_.store().attributes().contains(attribute.key) ||
      contacts_.store().FindList(attribute.key) != nullptr) {
    return Unprocessable("Key must be unique");
  }
  for (const auto& [key, other] : contacts_.store().attributes()) {
    if (other.name == attribute.name) return Unprocessable("Name must be unique");
  }
  contacts_.store().AddAttribute(std::move(attribute));
  return JsonReply(200, R"({"success":true})");
}

}  // namespace cohort_sync::simulator
