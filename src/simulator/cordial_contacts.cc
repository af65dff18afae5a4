// Contacts of the Cordial stand-in (contracts/cordial.md 2.4 to 2.7).
#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/format.h"
#include "base/text.h"
#include "simulator/contact_change.h"
#include "simulator/cordial_account.h"
#include "simulator/cordial_answers.h"
#include "simulator/exchange.h"

namespace cohort_sync::simulator {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kAddressKey = "channels.email.address";

bool IsEmailKey(std::string_view key) {
  return key == "email" || key == kAddressKey;
}

void Subscribe(Contact& contact, const ContactChange& change, TimePoint now) {
  if (!change.subscribe_status || contact.subscribe_status == *change.subscribe_status) return;
  // Coming back from unsubscribed needs forceSubscribe (2.5).
  if (contact.subscribe_status == "unsubscribed" && !change.force_subscribe) return;
  contact.subscribe_status = *change.subscribe_status;
  if (contact.subscribe_status == "subscribed") contact.subscribed_at = now;
}

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
  Json email = {{"address", contact.email}, {"subscribeStatus", contact.subscribe_status}};
  if (contact.subscribed_at) email["subscribedAt"] = CordialTime(*contact.subscribed_at);

  Json body = {{"_id", contact.cid}, {"attributes", std::move(attributes)}};
  body["channels"] = Json::object();
  if (!contact.email.empty()) body["channels"]["email"] = std::move(email);
  Json& holder = place == ListsPlace::kTopLevel ? body : body["attributes"];
  holder["lists"] = std::move(names);
  if (!joined.empty()) holder["listJoinDate"] = std::move(joined);
  return body;
}

}  // namespace

std::string CordialAccount::IdentityOf(std::string_view key, std::string_view value) const {
  if (!IsEmailKey(key)) return Format("{}:{}", key, value);
  return "email:" + (switches_.emails_ignore_case ? ToLowerAscii(value) : std::string(value));
}

bool CordialAccount::IsIdentityKey(const std::string& key) const {
  const auto& unique = switches_.unique_attributes;
  return key == "cID" || IsEmailKey(key) ||
         std::find(unique.begin(), unique.end(), key) != unique.end();
}

const Contact* CordialAccount::FindBy(const std::string& key, const std::string& value) const {
  return key == "cID" ? store_.Find(value) : store_.FindByIdentity(IdentityOf(key, value));
}

const Contact* CordialAccount::FindByPath(const std::string& segment) const {
  const std::size_t colon = segment.find(':');
  if (colon != std::string::npos)
    return FindBy(segment.substr(0, colon), segment.substr(colon + 1));
  if (const Contact* contact = store_.Find(segment)) return contact;
  return switches_.email_is_primary_key ? FindBy("email", segment) : nullptr;
}

const Contact* CordialAccount::FindForUpsert(ContactChange& change) const {
  std::vector<std::string> keys = change.identify_by;
  if (keys.empty()) {
    // Without identifyBy: the address, else the primary key (6.3, item 4).
    keys = change.email ? std::vector<std::string>{"email"} : std::vector<std::string>{"cID"};
  }
  bool has_value = false;
  for (const std::string& key : keys) {
    if (!IsIdentityKey(key)) {
      change.problems["identifyBy"].emplace_back("Search field is not correct");
      return nullptr;
    }
    std::optional<std::string> value = IsEmailKey(key) ? change.email : std::nullopt;
    if (key == "cID") value = change.cid;
    if (const auto attribute = change.attributes.find(key); attribute != change.attributes.end()) {
      value = AttributeText(attribute->second);
    }
    if (!value) continue;
    if (const Contact* contact = FindBy(key, *value)) return contact;
    has_value = has_value || key != "cID";  // A cID cannot be chosen by the caller.
  }
  if (!has_value) {
    change.problems[change.cid ? "cID" : "identifyBy"].emplace_back(
        change.cid ? "Contact doesn't exist" : "Search field is not correct");
  }
  return nullptr;
}

// An address or a unique attribute belongs to one contact (2.4).
void CordialAccount::CheckTarget(const Contact* target, ContactChange& change) const {
  const auto check = [&](const std::string& key, const std::string& value) {
    const Contact* owner = FindBy(key, value);
    if (owner != nullptr && (target == nullptr || owner->cid != target->cid)) {
      change.problems[key].emplace_back("Unique constraint error");
    }
  };
  if (change.email) check(std::string(kAddressKey), *change.email);
  for (const auto& [key, value] : change.attributes) {
    if (IsIdentityKey(key)) check(key, AttributeText(value));
  }
  if (Refused(target, change)) {
    change.problems[std::string(kAddressKey)].emplace_back("Address not exists");
  }
}

bool CordialAccount::Refused(const Contact* target, const ContactChange& change) const {
  const auto refused = [this](const std::string& value) {
    const auto& list = switches_.refuse_contacts;
    return std::find(list.begin(), list.end(), value) != list.end();
  };
  const auto any_refused = [&](const std::map<std::string, std::string>& attributes) {
    return std::any_of(attributes.begin(), attributes.end(), [&](const auto& attribute) {
      return IsIdentityKey(attribute.first) && refused(AttributeText(attribute.second));
    });
  };
  if (change.email && refused(*change.email)) return true;
  if (any_refused(change.attributes)) return true;
  return target != nullptr &&
         (refused(target->cid) || refused(target->email) || any_refused(target->attributes));
}

std::string CordialAccount::Write(Contact contact, const ContactChange& change) {
  const TimePoint now = clock_.Now();
  if (contact.cid.empty()) {
    contact.cid = NewCid();
    contact.created_at = now;
  }
  contact.modified_at = now;
  if (change.email) contact.email = *change.email;
  Subscribe(contact, change, now);
  for (const auto& [key, value] : change.attributes) {
    if (value == "null") {
      contact.attributes.erase(key);
    } else {
      contact.attributes[key] = value;
    }
  }
  for (const auto& [id, on] : change.lists) {
    if (on) {
      contact.lists.emplace(id, now);  // A second add keeps the first date.
    } else {
      contact.lists.erase(id);
    }
  }
  contact.identities.clear();
  if (!contact.email.empty()) contact.identities.push_back(IdentityOf("email", contact.email));
  for (const auto& [key, value] : contact.attributes) {
    if (IsIdentityKey(key)) contact.identities.push_back(IdentityOf(key, AttributeText(value)));
  }
  const SteadyPoint steady = clock_.Steady();
  std::string cid = contact.cid;
  store_.Put(std::move(contact), steady, steady + Duration(switches_.visible_after_ms));
  return cid;
}

http::Reply CordialAccount::PostContact(const Call& call) {
  ContactChange change = ReadContactChange(call.request.body, store_);
  if (!change.problems.empty()) return ProblemsReply(change);
  const Contact* existing = FindForUpsert(change);
  CheckTarget(existing, change);
  if (!change.problems.empty()) return ProblemsReply(change);

  const bool is_new = existing == nullptr;
  const std::string cid = Write(is_new ? Contact{} : *existing, change);
  const Json body = {{"success", true}, {"message", "contact created"}, {"cID", cid}};
  const bool created = switches_.upsert_status == UpsertStatus::kAlways201 ||
                       (switches_.upsert_status == UpsertStatus::kByExistence && is_new);
  return JsonReply(created ? 201 : 200, body.dump());
}

http::Reply CordialAccount::PutContact(const Call& call) {
  const Contact* existing = FindByPath(call.parameter);
  if (existing == nullptr) return NotFound(switches_.missing_contact);
  ContactChange change = ReadContactChange(call.request.body, store_);
  CheckTarget(existing, change);
  if (!change.problems.empty()) return ProblemsReply(change);
  Write(*existing, change);
  return JsonReply(200, R"({"success":true})");
}

http::Reply CordialAccount::GetContact(const Call& call) {
  const Contact* contact = FindByPath(call.parameter);
  const Contact* seen = contact == nullptr ? nullptr : store_.Seen(contact->cid, clock_.Steady());
  if (seen == nullptr) return RecordNotFound();
  return JsonReply(200, ContactJson(*seen, store_.lists(), switches_.lists_place).dump());
}

http::Reply CordialAccount::DeleteContact(const Call& call) {
  const Contact* contact = FindByPath(call.parameter);
  if (contact == nullptr) return RecordNotFound();
  const std::string cid = contact->cid;
  store_.Erase(cid);
  return JsonReply(200, R"({"success":true})");
}

// 24 hex digits: the time first, as real ones have it.
std::string CordialAccount::NewCid() {
  std::string cid;
  do {
    const auto seconds = static_cast<std::uint32_t>(ToMillis(clock_.Now()) / 1000);
    cid = Format("{:08x}{:016x}", seconds, random_.Next());
  } while (store_.Find(cid) != nullptr);
  return cid;
}

}  // namespace cohort_sync::simulator
