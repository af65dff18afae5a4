#include "simulator/cordial_ingest.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/format.h"
#include "simulator/cordial_answers.h"
#include "simulator/exchange.h"
#include "simulator/json_member.h"

namespace cohort_sync::simulator {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kActions[] = {"upsertContact",
                                         "addContactToList",
                                         "removeContactFromList",
                                         "createContactactivity",
                                         "addProductToCart",
                                         "removeProductFromCart",
                                         "upsertOrder",
                                         "mergeContacts"};

// The identities of the body (1.2, IDS) and its attributes as a REST call would say them. What the
// account does not know is left out, not refused.
ContactChange ReadChange(const Json& body, const ContactRegister& contacts) {
  const auto& known = contacts.store().attributes();
  Json rest = Json::object();
  std::vector<std::string> identify_by;
  const auto identify = [&](const std::string& key, const Json& value) {
    if (!contacts.IsIdentityKey(key)) return;
    identify_by.push_back(key);
    const std::string channel = ChannelOfKey(key);
    if (channel.empty()) {
      rest[key] = value;
    } else {
      rest["channels"][channel]["address"] = value;
    }
  };
  const Json identities = ObjectMember(body, "userIdentities");
  for (const auto& [key, value] : identities.items())
    identify(key, value);
  const std::string segment_key = TextMember(body, "segmentIdKey");
  const std::string segment_id = TextMember(body, "segmentId");
  if (known.contains(segment_key) && !segment_id.empty()) identify(segment_key, segment_id);
  const Json attributes = ObjectMember(body, "attributes");
  for (const auto& [key, value] : attributes.items()) {
    if (known.contains(key)) rest[key] = value;
  }
  ContactChange change = ReadContactChange(rest.dump(), contacts.store());
  change.problems.clear();
  change.identify_by = std::move(identify_by);
  return change;
}

}  // namespace

CordialIngest::CordialIngest(std::string api_key,
                             ContactRegister& contacts,
                             const CordialSwitches& switches,
                             Clock& clock)
    : api_key_(std::move(api_key)), contacts_(contacts), switches_(switches), clock_(clock) {}

http::Reply CordialIngest::Answer(const http::Request& request) {
  if (request.headers.Find("x-api-key") != api_key_) return AccessDenied(401);
  const std::string path(request.path());
  if (request.method == "GET" && path == "/api/checkAuth")
    return TypedReply(200, "text/plain", "Good");

  constexpr std::string_view kPrefix = "/api/segment/";
  const std::string action =
      path.starts_with(kPrefix) ? path.substr(kPrefix.size()) : std::string();
  const bool known =
      std::find(std::begin(kActions), std::end(kActions), action) != std::end(kActions);
  if (request.method != "POST" || !known) {
    return CordialPlainError(404, Format("'{}' is not found.", path));
  }
  if (!Json::parse(request.body, nullptr, false).is_object()) {
    return JsonReply(400, R"({"message":"Incompatible type"})");
  }
  accepted_.push_back({.due = clock_.Steady() + Duration(switches_.ingest_delay_ms),
                       .action = action,
                       .body = request.body});
  ApplyDue();
  return switches_.ingest_answers_200 ? JsonReply(200, "{}")
                                      : JsonReply(202, R"({"success":"success"})");
}

void CordialIngest::ApplyDue() {
  // One queue: what is accepted later is not done before what waits.
  while (!accepted_.empty() && accepted_.front().due <= clock_.Steady()) {
    const Work work = std::move(accepted_.front());
    accepted_.pop_front();
    Apply(work);
  }
}

void CordialIngest::Apply(const Work& work) {
  if (work.action == "addContactToList") return AddToList(work.body);
  if (work.action == "removeContactFromList") return RemoveFromList(work.body);
  if (work.action == "mergeContacts") return Merge(work.body);
  // Activities, carts and orders are not kept; their contact is.
  ContactChange change = ReadChange(Json::parse(work.body), contacts_);
  const Contact* contact = contacts_.FindForUpsert(change);
  contacts_.CheckTarget(contact, change);
  if (!change.problems.empty()) return;
  contacts_.Write(contact != nullptr ? *contact : Contact{}, change);
}

void CordialIngest::AddToList(std::string_view text) {
  const Json body = Json::parse(text);
  ContactChange change = ReadChange(body, contacts_);
  const Contact* contact = contacts_.FindForUpsert(change);
  contacts_.CheckTarget(contact, change);
  const std::string group = TextMember(body, "groupId");
  if (group.empty() || !change.problems.empty()) return;
  const std::int64_t list = ListOfGroup(group, TextMember(body, "listName"));
  if (list == 0) return;
  change.lists[list] = true;
  contacts_.Write(contact != nullptr ? *contact : Contact{}, change);
}

void CordialIngest::RemoveFromList(std::string_view text) {
  const Json body = Json::parse(text);
  ContactChange change = ReadChange(body, contacts_);
  const Contact* contact = contacts_.FindForUpsert(change);
  const auto group = groups_.find(TextMember(body, "groupId"));
  if (contact == nullptr || group == groups_.end()) return;
  change.lists[group->second] = false;
  contacts_.Write(*contact, change);
}

const Contact* CordialIngest::FindBySegmentId(std::string_view body, const std::string& id) const {
  const std::string key = TextMember(Json::parse(body), "segmentIdKey");
  return contacts_.IsIdentityKey(key) ? contacts_.FindBy(key, id) : nullptr;
}

// The contact of the previous id becomes the one of the new id, or a part of it.
void CordialIngest::Merge(std::string_view text) {
  const Json body = Json::parse(text);
  const Contact* previous = FindBySegmentId(text, TextMember(body, "previousId"));
  if (previous == nullptr) return;
  const Contact* target = FindBySegmentId(text, TextMember(body, "segmentId"));
  if (previous == target) return;
  ContactChange change = ReadChange(body, contacts_);
  Contact merged = *previous;
  if (target != nullptr) {
    merged = *target;
    merged.lists.insert(previous->lists.begin(), previous->lists.end());
    merged.attributes.insert(previous->attributes.begin(), previous->attributes.end());
    merged.channels.insert(previous->channels.begin(), previous->channels.end());
    contacts_.store().Erase(previous->cid);
  }
  contacts_.Write(std::move(merged), change);
}

std::int64_t CordialIngest::ListOfGroup(const std::string& group, const std::string& name) {
  ContactStore& store = contacts_.store();
  const auto known = groups_.find(group);
  if (known != groups_.end() && store.FindList(known->second) != nullptr) return known->second;
  std::string wanted = name.empty() ? "segment_" + group : name;
  if (switches_.ingest_list_names == IngestListNames::kDashes) {
    std::replace(wanted.begin(), wanted.end(), ' ', '-');
  } else {
    std::erase(wanted, ' ');
  }
  const AccountList* existing = store.FindList(wanted);
  if (existing == nullptr && contacts_.RefuseListName(wanted, 0)) return 0;
  const std::int64_t id = existing != nullptr ? existing->id : store.AddList(wanted, true);
  groups_[group] = id;
  return id;
}

}  // namespace cohort_sync::simulator
