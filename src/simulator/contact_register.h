// The contacts and lists of one Cordial account with the rules for finding and changing them, for
// every way in: REST calls, imports, the ingest service, the control door.
#ifndef COHORT_SYNC_SIMULATOR_CONTACT_REGISTER_H_
#define COHORT_SYNC_SIMULATOR_CONTACT_REGISTER_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/random.h"
#include "simulator/contact_change.h"
#include "simulator/contact_store.h"
#include "simulator/cordial_switches.h"

namespace cohort_sync::simulator {

// Not safe from several threads. What it is made from outlives it.
class ContactRegister {
 public:
  ContactRegister(const CordialSwitches& switches, Clock& clock, Random& random);

  [[nodiscard]] ContactStore& store() { return store_; }
  [[nodiscard]] const ContactStore& store() const { return store_; }

  // Does `key` address one contact: cID, a channel's address or a unique attribute (2.4)?
  [[nodiscard]] bool IsIdentityKey(const std::string& key) const;
  // nullptr when there is none, here and below.
  [[nodiscard]] const Contact* FindBy(const std::string& key, const std::string& value) const;
  // The contact of a path segment (2.4): a cID, KEY:VALUE or the primary key.
  [[nodiscard]] const Contact* FindByPath(const std::string& segment) const;
  // The contact that a POST means; nullptr when it is new. Adds to the change's problems.
  [[nodiscard]] const Contact* FindForUpsert(ContactChange& change) const;
  // Adds to the change's problems what speaks against it for this contact (nullptr: a new one).
  void CheckTarget(const Contact* target, ContactChange& change) const;
  // Applies the change; a contact without a cid is created. Returns the cid.
  std::string Write(Contact contact, const ContactChange& change);

  // Why the name cannot be given to a list (other than list `except`); nullopt when it can.
  [[nodiscard]] std::optional<std::string> RefuseListName(const std::string& name,
                                                          std::int64_t except) const;

 private:
  [[nodiscard]] std::string IdentityOf(std::string_view key, std::string_view value) const;
  [[nodiscard]] bool Refused(const Contact* target, const ContactChange& change) const;
  [[nodiscard]] std::string NewCid();

  const CordialSwitches& switches_;
  Clock& clock_;
  Random& random_;
  ContactStore store_;
};

}  // namespace cohort_sync::simulator

#endif  // COHORT_SYNC_SIMULATOR_CONTACT_REGISTER_H_
