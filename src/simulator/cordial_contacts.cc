// Contacts of the Cordial stand-in (contracts/cordial.md 2.4 to 2.7).
#include <utility>

#include <nlohmann/json.hpp>

#include "simulator/contact_change.h"
#include "simulator/cordial_account.h"
#include "simulator/cordial_answers.h"
#include "simulator/exchange.h"

namespace cohort_sync::simulator {
namespace {

using Json = nlohmann::ordered_json;

// The answer of a PUT for a contact that does not exist (2.6).
http::Reply NotFound(MissingContact answer) {
  switch (answer) {
    case MissingContact::kRecordNotFound404:
      break;
    case MissingContact::kContactNotFound404:
      return CordialError(404, "CONTACTS_CONTACT_NOT_FOUND", "Contact doesn't exist");
    case MissingContact::kContactNotFound422:
      return CordialError(422, "CONTACTS_CONTACT_NOT_FOUND", "Contact doesn't exist");
  }
  return RecordNotFound();
}

Json ContactJson(const Contact& contact,
                 const std::map<std::int64_t, AccountList>& lists,
                 ListsPlace place) {
  Json attributes = {{"createdAt", CordialTime(contact.created_at)}};
  for (const auto& [key, value] : contact.attributes)
    attributes[key] = Json::parse(value);
  attributes["lastModified"] = CordialTime(contact.modified_at);
  attributes["lastUpdateSource"] = "api";
  attributes["cID"] = contact.cid;

  Json names = Json::array();
  Json joined = Json::object();
  for (const auto& [id, time] : contact.lists) {
    const AccountList& list = lists.at(id);
    names.push_back(list.name);
    if (list.enhanced) joined[list.name] = CordialTime(time);
  }
  Json body = {{"_id", contact.cid}, {"attributes", std::move(attributes)}};
  body["channels"] = Json::object();
  for (const auto& [name, channel] : contact.channels) {
    Json shown = {{"address", channel.address}, {"subscribeStatus", channel.subscribe_status}};
    if (channel.subscribed_at) shown["subscribedAt"] = CordialTime(*channel.subscribed_at);
    body["channels"][name] = std::move(shown);
  }
  Json& holder = place == ListsPlace::kTopLevel ? body : body["attributes"];
  holder["lists"] = std::move(names);
  if (!joined.empty()) holder["listJoinDate"] = std::move(joined);
  return body;
}

}  // namespace

http::Reply CordialAccount::PostContact(const Call& call) {
  ContactChange change = ReadContactChange(call.request.body, contacts_.store());
  if (!change.problems.empty()) return ProblemsReply(change);
  const Contact* existing = contacts_.FindForUpsert(change);
  contacts_.CheckTarget(existing, change);
  if (!change.problems.empty()) return ProblemsReply(change);

  const bool is_new = existing == nullptr;
  const std::string cid = contacts_.Write(is_new ? Contact{} : *existing, change);
  const Json body = {{"success", true}, {"message", "contact created"}, {"cID", cid}};
  const bool created = switches_.upsert_status == UpsertStatus::kAlways201 ||
                       (switches_.upsert_status == UpsertStatus::kByExistence && is_new);
  return JsonReply(created ? 201 : 200, body.dump());
}

http::Reply CordialAccount::PutContact(const Call& call) {
  const Contact* existing = contacts_.FindByPath(call.parameter);
  if (existing == nullptr) return NotFound(switches_.missing_contact);
  ContactChange change = ReadContactChange(call.request.body, contacts_.store());
  contacts_.CheckTarget(existing, change);
  if (!change.problems.empty()) return ProblemsReply(change);
  contacts_.Write(*existing, change);
  return JsonReply(200, R"({"success":true})");
}

http::Reply CordialAccount::GetContact(const Call& call) {
  const Contact* contact = contacts_.FindByPath(call.parameter);
  const Contact* seen =
      contact == nullptr ? nullptr : contacts_.store().Seen(contact->cid, clock_.Steady());
  if (seen == nullptr) return RecordNotFound();
  return JsonReply(200,
                   ContactJson(*seen, contacts_.store().lists(), switches_.lists_place).dump());
}

http::Reply CordialAccount::DeleteContact(const Call& call) {
  const Contact* contact = contacts_.FindByPath(call.parameter);
  if (contact == nullptr) return RecordNotFound();
  const std::string cid = contact->cid;
  contacts_.store().Erase(cid);
  return JsonReply(200, R"({"success":true})");
}

}  // namespace cohort_sync::simulator
