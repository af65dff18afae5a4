// One sync of one binding, from trigger to report.
//
// Preparing only reads; the commit is the one moment that decides; everything after it can be cut
// off anywhere and goes on with the next run.
#ifndef COHORT_SYNC_SYNC_SYNC_RUNNER_H_
#define COHORT_SYNC_SYNC_SYNC_RUNNER_H_

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "sync/delivery_order.h"
#include "sync/preparation.h"
#include "sync/run.h"
#include "sync/run_observer.h"
#include "sync/sync_store.h"

namespace cohort_sync {

// A run up to its delivery.
struct StartedRun {
  RunReport report;
  bool delivers = false;  // Else the run has ended: `report` is complete.
  // The destination refused the credential, so that nothing at all will work there.
  bool destination_refused = false;
};

// Every method throws DatabaseError. What reads, compares and commits may run on another thread
// than what delivers and finishes, if the store may.
class SyncRunner {
 public:
  // Both outlive the runner.
  SyncRunner(SyncStore& store, Clock& clock) : store_(store), clock_(clock) {}

  // What Start would do, or, for a pushed cohort that is nowhere read as a whole, StartPush; where
  // that would not run the plan has nothing_pushed(). Changes nothing (but an export request may be
  // recorded). REQUIRES: options.plan_only.
  [[nodiscard]] Result<PreparedRun> Plan(const SyncTarget& target,
                                         const RunOptions& options,
                                         RunObserver& observer,
                                         const std::stop_token& stop);

  // ---- The part before the delivery ----
  // Up to the commit. Never fails to report: an error is in the report, and recorded as a failed
  // run. Operations that earlier runs left pending are delivered even when the snapshot could not
  // be read. When there is nothing new to read that is all there is to do, and the run succeeds
  // with a note.
  [[nodiscard]] StartedRun Start(const SyncTarget& target,
                                 const RunOptions& options,
                                 RunObserver& observer,
                                 const std::stop_token& stop);
  // The same for the batches that wait of a pushed cohort; nullopt, and no run, when none waits and
  // no held change is approved. REQUIRES: target.push.
  [[nodiscard]] std::optional<StartedRun> StartPush(const SyncTarget& target,
                                                    const RunOptions& options,
                                                    RunObserver& observer,
                                                    const std::stop_token& stop);
  // Opens parked operations again, on a person's word. kNotFound before the first sync.
  [[nodiscard]] Result<StartedRun> StartRetry(const SyncTarget& target);
  // Commits what the run `hold` holds, as far as it is still right (brief section 8, "Approval").
  // As CheckHoldIsOpen says (sync/hold.h), or why the binding cannot run.
  [[nodiscard]] Result<StartedRun> StartApproval(const SyncTarget& target, RunId hold);
  // What earlier runs left pending; nullopt, and no run, when nothing is or when the binding is
  // stopped or no longer as configured.
  [[nodiscard]] std::optional<StartedRun> StartPending(const SyncTarget& target);
  // A run that cannot start: its destination refused the credential lately, for `refusal`.
  // `approves`: the run whose hold it was to let through, which stays open.
  [[nodiscard]] RunReport Refuse(const SyncTarget& target,
                                 RunTrigger trigger,
                                 std::optional<RunId> approves,
                                 const std::string& refusal);
  // What delivering it takes, but for `done`.
  [[nodiscard]] static DeliveryOrder OrderOf(const SyncTarget& target,
                                             const RunReport& report,
                                             RunObserver& observer,
                                             const std::stop_token& stop);

  // ---- The part behind it ----
  // Ends the run in the state and folds the journal when it is time.
  [[nodiscard]] RunReport Finish(RunReport report, const DeliveryReport& delivered);

 private:
  // From what was fetched to the commit. `fetched` is what Start and StartPush have in common.
  [[nodiscard]] StartedRun PlanAndCommit(Preparation& preparation,
                                         PreparedRun& fetched,
                                         const SyncTarget& target,
                                         const RunOptions& options,
                                         RunObserver& observer,
                                         const std::stop_token& stop);
  [[nodiscard]] Result<RunReport> Commit(const SyncTarget& target,
                                         const RunOptions& options,
                                         PreparedRun& run);
  // What went wrong, and which side was being asked for something, if any.
  struct Failure {
    const Error& error;
    std::optional<Side> asked;
  };
  [[nodiscard]] StartedRun RecordFailure(const SyncTarget& target,
                                         RunTrigger trigger,
                                         TimePoint started_at,
                                         const Failure& failure,
                                         std::optional<RunId> approves = {});
  [[nodiscard]] StartedRun StartAfterFailedFetch(const SyncTarget& target,
                                                 RunTrigger trigger,
                                                 const PreparedRun& run,
                                                 const Error& error,
                                                 const std::stop_token& stop);
  [[nodiscard]] StartedRun BeginDeliveryRun(const Binding& binding,
                                            RunTrigger trigger,
                                            std::vector<std::string> notes = {});
  // The phases up to the plan, each announced.
  [[nodiscard]] Status Fetch(Preparation& preparation,
                             PreparedRun& run,
                             const SyncTarget& target,
                             RunObserver& observer,
                             const std::stop_token& stop);
  [[nodiscard]] Status Compare(Preparation& preparation, PreparedRun& run, RunObserver& observer);
  // What a person asked for with RunOptions::clear_list_of. A process that ends in between leaves a
  // binding that says that it needs a resync.
  [[nodiscard]] Status ClearList(const SyncTarget& target, std::int64_t at_most, PreparedRun& run);

  SyncStore& store_;
  Clock& clock_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_SYNC_RUNNER_H_
