// Port: the members of a pushed cohort as rows (sync/member_rules.h). Part of the state.
#ifndef COHORT_SYNC_SYNC_MEMBER_STORE_H_
#define COHORT_SYNC_SYNC_MEMBER_STORE_H_

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "sync/ids.h"
#include "sync/member_rules.h"

namespace cohort_sync {

// What waits for a person, by contact.
struct HeldContacts {
  RunId run;  // That holds them.
  std::vector<std::string> removals;
  std::vector<std::string> adds;
};

// Throws DatabaseError.
class MemberStore {
 public:
  virtual ~MemberStore() = default;

  // One element for each key; nullopt where the member was never seen.
  [[nodiscard]] virtual std::vector<std::optional<MemberRow>> FindMembers(
      BindingId binding, std::span<const MemberKey> keys) = 0;
  // Every present member that has one of these contacts, in no particular order.
  [[nodiscard]] virtual std::vector<KnownMember> HoldersOf(
      BindingId binding, std::span<const std::string> contacts) = 0;
  // Rows, present or not, that changed at `since` or later.
  [[nodiscard]] virtual std::vector<KnownMember> MembersChangedSince(BindingId binding,
                                                                     TimePoint since) = 0;
  // Of the open hold; empty when there is none.
  [[nodiscard]] virtual HeldContacts FindHeldContacts(BindingId binding) = 0;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_MEMBER_STORE_H_
