// The data of the Cordial stand-in: contacts, account lists and contact attributes, and what a
// reader sees of them when reads lag behind writes (contracts/cordial.md 4, "Read after write").
#ifndef COHORT_SYNC_SIMULATOR_CONTACT_STORE_H_
#define COHORT_SYNC_SIMULATOR_CONTACT_STORE_H_

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.h"

namespace cohort_sync::simulator {

// One way to reach a contact: "email" or "sms" (contracts/cordial.md 2.4, 2.7).
struct Channel {
  std::string address;
  std::string subscribe_status = "none";
  std::optional<TimePoint> subscribed_at;
};

struct Contact {
  std::string cid;                                // 24 hex digits.
  std::map<std::string, Channel> channels;        // By name; only those with an address.
  std::map<std::string, std::string> attributes;  // Values as JSON text.
  std::map<std::int64_t, TimePoint> lists;        // List id, time of joining.
  TimePoint created_at;
  TimePoint modified_at;
  // What the contact is found by besides its cid: unique in the account.
  std::vector<std::string> identities;
};

struct AccountList {
  std::int64_t id = 0;
  std::string name;
  bool enhanced = false;
  std::int64_t members = 0;
};

// What the control door shows of a list.
struct ListContent {
  AccountList list;
  // E-mail address, or else the first other identity, or else the cID; sorted.
  std::vector<std::string> contacts;
};

struct Attribute {
  std::string key;
  std::string name;
  std::string type = "string";
};

class ContactStore {
 public:
  // Creates or replaces the contact of that cid. Readers see the version before it until
  // `visible_at`. REQUIRES: no other contact has one of its identities.
  void Put(Contact contact, SteadyPoint now, SteadyPoint visible_at);
  // At once, for readers too.
  void Erase(const std::string& cid);

  // nullptr for none. Valid until the next change of a contact.
  [[nodiscard]] const Contact* Find(const std::string& cid) const;
  [[nodiscard]] const Contact* FindByIdentity(const std::string& identity) const;
  // The version that a reader sees at `now`; nullptr for none yet. Valid as above.
  [[nodiscard]] const Contact* Seen(const std::string& cid, SteadyPoint now) const;

  // Lists and attributes change for readers at once.
  std::int64_t AddList(std::string name, bool enhanced);
  [[nodiscard]] AccountList* FindList(std::int64_t id);
  [[nodiscard]] const AccountList* FindList(const std::string& name) const;
  [[nodiscard]] const std::map<std::int64_t, AccountList>& lists() const { return lists_; }
  // Takes every contact off the list; keeps list and contacts. REQUIRES: the list exists.
  void ClearList(std::int64_t id);
  void EraseList(std::int64_t id);
  // The size of a list as a reader sees it at `now`. REQUIRES: the list exists.
  [[nodiscard]] std::int64_t SeenCount(std::int64_t list_id, SteadyPoint now) const;
  // Who is on the list now, in no order.
  [[nodiscard]] std::vector<const Contact*> MembersOf(std::int64_t list_id) const;

  void AddAttribute(Attribute attribute);
  [[nodiscard]] const std::map<std::string, Attribute>& attributes() const { return attributes_; }

 private:
  // A version that was replaced and is still what readers see, until `until`.
  struct OldVersion {
    SteadyPoint until;
    std::string cid;
    std::optional<Contact> contact;  // nullopt: it did not exist.
  };

  void Count(const Contact& contact, std::int64_t change);

  std::unordered_map<std::string, Contact> contacts_;        // By cid.
  std::unordered_map<std::string, std::string> identities_;  // To cid.
  std::map<std::int64_t, AccountList> lists_;
  std::map<std::string, Attribute> attributes_;
  std::deque<OldVersion> old_versions_;  // Oldest first.
  std::int64_t next_list_id_ = 101;
};

}  // namespace cohort_sync::simulator

#endif  // COHORT_SYNC_SIMULATOR_CONTACT_STORE_H_
