#include "simulator/push_messages.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/format.h"

namespace cohort_sync::simulator {
namespace {

using Json = nlohmann::ordered_json;
using MembersById = std::unordered_map<std::int64_t, const Member*>;

std::string Dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

MembersById ById(const Members& members) {
  MembersById by_id;
  by_id.reserve(members.size());
  for (const Member& member : members)
    by_id.emplace(member.amplitude_id, &member);
  return by_id;
}

// The value of a property, or of user_id; "" without one.
std::string ValueOf(const Member& member, const std::string& property) {
  const auto found = member.properties.find(property);
  if (found != member.properties.end()) return found->second;
  return property == "user_id" ? member.user_id : std::string();
}

bool IsIdentified(const Member& member, const PushSettings& settings) {
  if (settings.kind != PushKind::kLists) return !member.user_id.empty();
  return !ValueOf(member, settings.identifier).empty();
}

// Those of `members` who are not in `others`.
Users Missing(const Members& members,
              const Members& others,
              const PushSettings& settings,
              std::int64_t& skipped) {
  const MembersById known = ById(others);
  Users missing;
  for (const auto& [id, member] : ById(members)) {
    if (known.contains(id)) continue;
    if (IsIdentified(*member, settings)) {
      missing.push_back(member);
    } else {
      ++skipped;
    }
  }
  // All point into one array.
  std::sort(missing.begin(), missing.end());
  return missing;
}

// The selected properties that the user has; null when there is nothing to say.
Json PropertiesOf(const Member& member, const PushContent& content, bool enter) {
  Json properties;
  if (content.switches.properties == PushedProperties::kNever) return properties;
  if (content.switches.properties == PushedProperties::kOnEnter && !enter) return properties;
  for (const std::string& name : content.settings.properties) {
    const auto found = member.properties.find(name);
    if (found != member.properties.end()) properties[name] = found->second;
  }
  return properties;
}

Json UsersJson(const PushContent& content, const Batch& batch) {
  Json users = Json::array();
  for (const Member* member : batch.users) {
    Json user = {{"user_id", member->user_id}};
    Json properties = PropertiesOf(*member, content, batch.enter);
    if (!properties.is_null()) user["user_properties"] = std::move(properties);
    users.push_back(std::move(user));
  }
  return users;
}

Json FlatArray(const PushContent& content, const Batch& batch) {
  const std::string key = Format("amplitude_{}_{}", content.cohort_name, content.cohort_id);
  Json users = Json::array();
  for (const Member* member : batch.users)
    users.push_back({{"user_id", member->user_id}, {key, batch.enter}});
  return users;
}

Json ContextJson() {
  return {{"integration", {{"name", "Amplitude Cohort Sync"}, {"version", "1.0.0"}}}};
}

const char* NameOf(ListItemsKey key) {
  switch (key) {
    case ListItemsKey::kUserIds:
      return "userIds";
    case ListItemsKey::kUserIdsSnakeCase:
      return "user_ids";
    case ListItemsKey::kUsers:
      return "users";
    case ListItemsKey::kItems:
      return "items";
  }
  return "";
}

std::string TraitOf(const PushContent& content) {
  switch (content.switches.trait_name) {
    case TraitName::kDocumented:
      return Format("[Amplitude] {}: {}", content.cohort_name, content.cohort_id);
    case TraitName::kBare:
      return Format("{}:{}", content.cohort_name, content.cohort_id);
    case TraitName::kBrackets:
      return Format("[Amplitude] {} ({})", content.cohort_name, content.cohort_id);
  }
  return "";
}

void AddBatches(const Users& users, bool enter, std::size_t size, std::vector<Batch>& batches) {
  const std::span<const Member* const> all(users);
  std::int64_t number = 0;
  for (std::size_t begin = 0; begin < all.size(); begin += size) {
    batches.push_back({.enter = enter,
                       .number = number++,
                       .users = all.subspan(begin, std::min(size, all.size() - begin))});
  }
}

}  // namespace

PushDifference DifferenceOf(const Members& before,
                            const Members& now,
                            const PushSettings& settings) {
  PushDifference difference;
  const bool all = settings.frequency == PushFrequency::kOnce;
  difference.entered = Missing(now, all ? Members() : before, settings, difference.skipped);
  if (!all) difference.left = Missing(before, now, settings, difference.skipped);
  return difference;
}

std::shared_ptr<const Members> MembersAfter(const Members& before,
                                            std::shared_ptr<const Members> now,
                                            bool as_entered) {
  if (!as_entered) return now;
  const MembersById known = ById(before);
  auto after = std::make_shared<Members>(*now);
  for (Member& member : *after) {
    const auto entered = known.find(member.amplitude_id);
    if (entered != known.end()) member = *entered->second;
  }
  return after;
}

std::vector<Batch> BatchesOf(const PushDifference& difference, std::int64_t batch_size) {
  std::vector<Batch> batches;
  AddBatches(difference.entered, true, static_cast<std::size_t>(batch_size), batches);
  AddBatches(difference.left, false, static_cast<std::size_t>(batch_size), batches);
  return batches;
}

std::string MessageId(const PushContent& content, const Batch& batch) {
  return Format("{}::{}::{}", content.run_id, batch.enter ? "enter" : "exit", batch.number);
}

std::string WebhookBody(const PushContent& content, const Batch& batch) {
  const PushSwitches& switches = content.switches;
  if (switches.webhook_template == WebhookTemplate::kFlatArray) {
    return Dump(FlatArray(content, batch));
  }
  const auto seconds = std::chrono::floor<std::chrono::seconds>(content.computed_at);
  const std::int64_t computed = seconds.time_since_epoch().count();
  Json body = {{"cohort_name", content.cohort_name}, {"cohort_id", content.cohort_id}};
  body["in_cohort"] =
      switches.in_cohort_as_text ? Json(batch.enter ? "true" : "false") : Json(batch.enter);
  body["computed_time"] =
      switches.computed_time_as_number ? Json(computed) : Json(std::to_string(computed));
  body["message_id"] = MessageId(content, batch);
  body["users"] = UsersJson(content, batch);
  std::string text = Dump(body);
  if (switches.webhook_template == WebhookTemplate::kBrokenJson) {
    std::replace(text.begin(), text.end(), '"', '\'');
  }
  return text;
}

std::string CreateListBody(const PushContent& content) {
  return Dump({{"name", Format("[Amplitude] {}: {}", content.cohort_name, content.cohort_id)},
               {"context", ContextJson()}});
}

std::string ListItemsBody(const PushContent& content, const Batch& batch) {
  const std::string& property = content.settings.identifier;
  Json items = Json::array();
  for (const Member* member : batch.users) {
    const std::string value = ValueOf(*member, property);
    items.push_back(content.switches.list_items_as_objects ? Json{{property, value}} : Json(value));
  }
  return Dump(
      {{NameOf(content.switches.list_items), std::move(items)}, {"context", ContextJson()}});
}

std::string IdentifyBody(const PushContent& content, const Batch& batch) {
  Json calls = Json::array();
  for (const Member* member : batch.users) {
    Json traits = {{TraitOf(content), batch.enter}};
    const Json properties = PropertiesOf(*member, content, batch.enter);
    if (!properties.is_null()) traits.update(properties);
    calls.push_back({{"type", "identify"},
                     {"traits", std::move(traits)},
                     {"userId", member->user_id},
                     {"context", ContextJson()}});
  }
  return Dump(content.settings.batch_size == 1 ? calls.at(0) : Json{{"batch", calls}});
}

std::optional<std::string> ListIdIn(std::string_view body, ListIdPath path) {
  Json answer = Json::parse(body, nullptr, false);
  if (path == ListIdPath::kNested) {
    if (!answer.is_object() || !answer.contains("response")) return std::nullopt;
    Json nested = answer["response"];
    answer = std::move(nested);
  }
  if (!answer.is_object() || !answer.contains("listId")) return std::nullopt;
  const Json& id = answer["listId"];
  std::string text = id.is_string() ? id.get<std::string>() : Dump(id);
  if (text.empty() || !(id.is_string() || id.is_number_integer())) return std::nullopt;
  return text;
}

std::string NewUuid(Random& random) {
  const std::uint64_t high = random.Next();
  const std::uint64_t low = random.Next();
  return Format("{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
                high >> 32U,
                (high >> 16U) & 0xffffU,
                high & 0xfffU,
                ((low >> 48U) & 0x3fffU) | 0x8000U,
                low & 0xffff'ffff'ffffU);
}

}  // namespace cohort_sync::simulator
