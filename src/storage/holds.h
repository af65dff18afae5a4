// What waits for a person: removals or adds kept with a run, outside the journal.
#ifndef COHORT_SYNC_STORAGE_HOLDS_H_
#define COHORT_SYNC_STORAGE_HOLDS_H_

#include <optional>
#include <span>
#include <string_view>

#include "storage/database.h"
#include "sync/history.h"
#include "sync/member_store.h"
#include "sync/members.h"
#include "sync/sync_store.h"

namespace cohort_sync {

// Part of a store: writes inside its caller's transaction. Throws DatabaseError.
class Holds {
 public:
  explicit Holds(Database& database) : database_(database) {}

  // The new snapshot replaces what an earlier one held, also when it holds nothing itself. Of a
  // replaced hold the counts stay and the contacts go: it can no longer be approved.
  void Replace(BindingId binding,
               RunId run,
               std::span<const MemberRef> removals,
               std::span<const MemberRef> adds);
  // A person's word ends an open hold. REQUIRES: `decision` is kApproved or kDiscarded, and the
  // hold of `run` is open.
  void Decide(RunId run, HoldRecord::State decision);
  [[nodiscard]] std::optional<HoldRecord> Find(RunId run);
  [[nodiscard]] bool HoldsAdd(RunId run, std::string_view contact);
  [[nodiscard]] std::optional<OpenHold> OpenOf(BindingId binding);
  // Empty when there is none.
  [[nodiscard]] HeldContacts ContactsOf(BindingId binding);

 private:
  Database& database_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_STORAGE_HOLDS_H_
