#include "simulator/contact_register.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/format.h"
#include "base/text.h"

namespace cohort_sync::simulator {
namespace {

constexpr std::string_view kNameRule =
    "Name must contain only letters, numbers, and dashes. Should not exceed 128 characters";

bool FollowsNameRule(std::string_view name, bool allow_underscore) {
  constexpr std::size_t kLongest = 128;
  return !name.empty() && name.size() <= kLongest &&
         std::all_of(name.begin(), name.end(), [allow_underscore](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || (c == '_' && allow_underscore);
         });
}

void Subscribe(Channel& channel, const std::string& status, bool force, TimePoint now) {
  if (channel.subscribe_status == status) return;
  // Coming back from unsubscribed needs forceSubscribe (2.5).
  if (channel.subscribe_status == "unsubscribed" && !force) return;
  channel.subscribe_status = status;
  if (status == "subscribed") channel.subscribed_at = now;
}

void ChangeChannels(Contact& contact, const ContactChange& change, TimePoint now) {
  for (const auto& [name, wanted] : change.channels) {
    // A status without an address, here or before, subscribes nobody.
    if (!wanted.address && !contact.channels.contains(name)) continue;
    Channel& channel = contact.channels[name];
    if (wanted.address) channel.address = *wanted.address;
    if (wanted.subscribe_status) {
      Subscribe(channel, *wanted.subscribe_status, change.force_subscribe, now);
    }
  }
}

void ChangeAttributes(Contact& contact, const ContactChange& change) {
  for (const auto& [key, value] : change.attributes) {
    if (value == "null") {
      contact.attributes.erase(key);
    } else {
      contact.attributes[key] = value;
    }
  }
}

void ChangeLists(Contact& contact, const ContactChange& change, TimePoint now) {
  for (const auto& [id, on] : change.lists) {
    if (on) {
      contact.lists.emplace(id, now);  // A second add keeps the first date.
    } else {
      contact.lists.erase(id);
    }
  }
}

// What the change says for a key that addresses a contact; nullopt when it says nothing.
std::optional<std::string> ValueOf(const ContactChange& change, const std::string& key) {
  if (key == "cID") return change.cid;
  const auto channel = change.channels.find(ChannelOfKey(key));
  if (channel != change.channels.end()) return channel->second.address;
  const auto attribute = change.attributes.find(key);
  if (attribute == change.attributes.end()) return std::nullopt;
  return AttributeText(attribute->second);
}

// Without identifyBy: the address, else the primary key (6.3, item 4).
std::string DefaultKey(const ContactChange& change) {
  for (const auto& [name, channel] : change.channels) {
    if (channel.address) return AddressKey(name);
  }
  return "cID";
}

}  // namespace

ContactRegister::ContactRegister(const CordialSwitches& switches, Clock& clock, Random& random)
    : switches_(switches), clock_(clock), random_(random) {}

std::string ContactRegister::IdentityOf(std::string_view key, std::string_view value) const {
  const std::string channel = ChannelOfKey(key);
  const bool lower = channel == "email" && switches_.emails_ignore_case;
  return Format("{}:{}",
                channel.empty() ? key : std::string_view(channel),
                lower ? ToLowerAscii(value) : std::string(value));
}

bool ContactRegister::IsIdentityKey(const std::string& key) const {
  const auto& unique = switches_.unique_attributes;
  return key == "cID" || !ChannelOfKey(key).empty() ||
         std::find(unique.begin(), unique.end(), key) != unique.end();
}

const Contact* ContactRegister::FindBy(const std::string& key, const std::string& value) const {
  return key == "cID" ? store_.Find(value) : store_.FindByIdentity(IdentityOf(key, value));
}

const Contact* ContactRegister::FindByPath(const std::string& segment) const {
  const std::size_t colon = segment.find(':');
  if (colon != std::string::npos)
    return FindBy(segment.substr(0, colon), segment.substr(colon + 1));
  if (const Contact* contact = store_.Find(segment)) return contact;
  return switches_.email_is_primary_key ? FindBy("email", segment) : nullptr;
}

const Contact* ContactRegister::FindForUpsert(ContactChange& change) const {
  std::vector<std::string> keys = change.identify_by;
  if (keys.empty()) keys = {DefaultKey(change)};
  bool has_value = false;
  for (const std::string& key : keys) {
    if (!IsIdentityKey(key)) {
      change.problems["identifyBy"].emplace_back("Search field is not correct");
      return nullptr;
    }
    const std::optional<std::string> value = ValueOf(change, key);
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
void ContactRegister::CheckTarget(const Contact* target, ContactChange& change) const {
  const auto check = [&](const std::string& key, const std::string& value) {
    const Contact* owner = FindBy(key, value);
    if (owner != nullptr && (target == nullptr || owner->cid != target->cid)) {
      change.problems[key].emplace_back("Unique constraint error");
    }
  };
  for (const auto& [name, channel] : change.channels) {
    if (channel.address) check(AddressKey(name), *channel.address);
  }
  for (const auto& [key, value] : change.attributes) {
    if (IsIdentityKey(key)) check(key, AttributeText(value));
  }
  if (Refused(target, change)) {
    change.problems[AddressKey("email")].emplace_back("Address not exists");
  }
}

bool ContactRegister::Refused(const Contact* target, const ContactChange& change) const {
  const auto refused = [this](const std::string& value) {
    const auto& list = switches_.refuse_contacts;
    return std::find(list.begin(), list.end(), value) != list.end();
  };
  const auto any_refused = [&](const std::map<std::string, std::string>& attributes) {
    return std::any_of(attributes.begin(), attributes.end(), [&](const auto& attribute) {
      return IsIdentityKey(attribute.first) && refused(AttributeText(attribute.second));
    });
  };
  for (const auto& [name, channel] : change.channels) {
    if (channel.address && refused(*channel.address)) return true;
  }
  if (any_refused(change.attributes)) return true;
  if (target == nullptr) return false;
  for (const auto& [name, channel] : target->channels) {
    if (refused(channel.address)) return true;
  }
  return refused(target->cid) || any_refused(target->attributes);
}

std::string ContactRegister::Write(Contact contact, const ContactChange& change) {
  const TimePoint now = clock_.Now();
  if (contact.cid.empty()) {
    contact.cid = NewCid();
    contact.created_at = now;
  }
  contact.modified_at = now;
  ChangeChannels(contact, change, now);
  ChangeAttributes(contact, change);
  ChangeLists(contact, change, now);
  contact.identities.clear();
  for (const auto& [name, channel] : contact.channels)
    contact.identities.push_back(IdentityOf(AddressKey(name), channel.address));
  for (const auto& [key, value] : contact.attributes) {
    if (IsIdentityKey(key)) contact.identities.push_back(IdentityOf(key, AttributeText(value)));
  }
  const SteadyPoint steady = clock_.Steady();
  std::string cid = contact.cid;
  store_.Put(std::move(contact), steady, steady + Duration(switches_.visible_after_ms));
  return cid;
}

// 24 hex digits: the time first, as real ones have it.
std::string ContactRegister::NewCid() {
  std::string cid;
  do {
    const auto seconds = static_cast<std::uint32_t>(ToMillis(clock_.Now()) / 1000);
    cid = Format("{:08x}{:016x}", seconds, random_.Next());
  } while (store_.Find(cid) != nullptr);
  return cid;
}

std::optional<std::string> ContactRegister::RefuseListName(const std::string& name,
                                                           std::int64_t except) const {
  if (name == "cid") return "cid is not allowed for list names.";
  if (!FollowsNameRule(name, switches_.allow_underscore)) return std::string(kNameRule);
  const auto taken = [&](const std::string& other) {
    return switches_.list_names_ignore_case ? EqualsIgnoringCase(other, name) : other == name;
  };
  for (const auto& [id, list] : store_.lists()) {
    if (id != except && taken(list.name)) return "Name must be unique";
  }
  for (const auto& [key, attribute] : store_.attributes()) {
    if (taken(key) || taken(attribute.name)) return "Name must be unique";
  }
  return std::nullopt;
}

}  // namespace cohort_sync::simulator
