// Writes the operations of one commit into the journal (R1, R4 by sync/journal_rules.h).
#ifndef COHORT_SYNC_STORAGE_JOURNAL_APPENDER_H_
#define COHORT_SYNC_STORAGE_JOURNAL_APPENDER_H_

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/clock.h"
#include "storage/holds.h"
#include "storage/query.h"
#include "sync/journal_rules.h"
#include "sync/sync_store.h"

namespace cohort_sync {

// Lives within one transaction. Memory does not grow with the number of operations. Throws
// DatabaseError.
class JournalAppender {
 public:
  struct Reopened {
    std::int64_t asserted = 0;  // Adds written or opened again.
    std::int64_t parked = 0;    // Of all operations opened again, those that were parked.
  };

  // `run` is the run of this commit, already written, and so is its hold.
  JournalAppender(
      Database& database, const PlanCommit& plan, BindingId binding, RunId run, TimePoint now);

  // The plan's removals, then its adds, then what a resync asserts and opens again.
  Reopened AppendPlan();

 private:
  // What the checkpoint does not say of a contact.
  struct Newest {
    NewestOperation operation;
    RunId run;
    bool untouched = false;  // Neither tried nor delayed.
  };

  // Before the first operation is appended: a plan names each contact once, so that its own
  // operations do not matter to each other.
  void FindWhatIsOpen();
  [[nodiscard]] std::optional<Newest> FindNewest(const MemberRef& contact);
  void AppendAll(OperationKind kind, std::span<const MemberRef> contacts);
  // One whole group of contacts without a newest operation.
  void AppendFresh(OperationKind kind, std::span<const MemberRef> contacts, bool in_checkpoint);
  void AppendOne(OperationKind kind,
                 const MemberRef& contact,
                 const std::optional<Newest>& newest,
                 bool in_checkpoint);
  [[nodiscard]] Membership BeforeOf(OperationKind kind, Membership before) const;
  void Assert(const MemberRef& member);
  void ReopenAdd(const NewestOperation& newest, bool untouched);
  void ReopenRemovals();
  void ForgetListBefore();

  Database& database_;
  const PlanCommit& plan_;
  BindingId binding_;
  RunId run_;
  TimePoint now_;
  Holds holds_;
  Reopened reopened_;

  // Prepared once for all contacts.
  Query newest_waiting_;
  Query newest_sent_;
  Query newest_unknown_;
  std::vector<Query*> open_;  // Those of the three above that can find anything.
  Query insert_;
  Query insert_fresh_;
  Query supersede_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_STORAGE_JOURNAL_APPENDER_H_
