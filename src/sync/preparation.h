// From a configured sync to a plan: snapshot, list, diff, guard (design brief, section 2).
#ifndef COHORT_SYNC_SYNC_PREPARATION_H_
#define COHORT_SYNC_SYNC_PREPARATION_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "sync/binding.h"
#include "sync/diff.h"
#include "sync/guard.h"
#include "sync/list_destination.h"
#include "sync/push_delta.h"
#include "sync/run.h"
#include "sync/snapshot.h"
#include "sync/sync_store.h"
#include "sync/sync_target.h"

namespace cohort_sync {

// What the guard made of a delta. The views are the delta's.
struct ListChange {
  std::vector<MemberRef> add;
  std::vector<MemberRef> remove;
  std::vector<MemberRef> hold_add;
  std::vector<MemberRef> hold_remove;
  bool keep_hold = false;  // An earlier hold stays as it is.
};

// Everything a run is going to do, before it does any of it.
struct PreparedRun {
  TimePoint started_at;
  std::optional<Binding> binding;  // Absent before the first sync.
  ListName list;
  std::optional<ListInfo> existing_list;
  std::optional<std::int64_t> contacts_of_others;  // First sync onto a list that has some already.
  Snapshot snapshot;
  Delta delta;
  std::optional<PushDelta> push;       // Instead of `delta`: of batches, not of a snapshot.
  std::optional<InboxPosition> inbox;  // Where these end.
  ListChange change;
  GuardVerdict verdict;
  RunCounts counts;
  std::int64_t open_before = 0;  // Operations pending from earlier runs.
  std::int64_t calls = 0;        // Contact calls to be expected, `open_before` included.
  std::vector<std::string> notes;

  [[nodiscard]] bool first_sync() const { return !binding.has_value(); }
  // Of a plan: no batch waits and no hold is approved, so that there would be no run.
  [[nodiscard]] bool nothing_pushed() const { return push && !inbox && !existing_list; }
  // At the configured rate; nullopt when none is set.
  [[nodiscard]] std::optional<Duration> EstimatedTime(
      std::optional<double> requests_per_second) const;
};

// The phases before the commit, in order. They only read: state, source and destination stay as
// they are (but the source may record an export request). Writing thread only; throws
// DatabaseError.
class Preparation {
 public:
  // All references outlive the preparation.
  Preparation(SyncStore& store, Clock& clock, const SyncTarget& target, const RunOptions& options)
      : store_(store), clock_(clock), target_(target), options_(options) {}

  // The binding as it stands. kConfiguration when the configuration differs from what is pinned,
  // kRejected when delivery was stopped or a person paused it. Makes no call.
  [[nodiscard]] Result<PreparedRun> Open();
  // Reads the snapshot into `run`. kConfiguration when the cohort is nowhere read as a whole.
  [[nodiscard]] Status Fetch(PreparedRun& run,
                             std::function<void(const FetchProgress&)> on_progress,
                             const std::stop_token& stop);
  // The same for a pushed cohort: reads the batches that wait. False when there is none. One that
  // cannot be read is noted as a gap, unless the run is only planned. REQUIRES: target.push.
  [[nodiscard]] bool TakeBatches(PreparedRun& run);
  // Names and looks at the list, compares, judges: after it `run` is complete.
  [[nodiscard]] Status Plan(PreparedRun& run);

 private:
  [[nodiscard]] Status CheckPins(const Binding& binding) const;
  [[nodiscard]] Status CheckAge(const PreparedRun& run) const;
  [[nodiscard]] Result<ListName> NameList(PreparedRun& run) const;
  [[nodiscard]] Status CheckNameIsFree(PreparedRun& run);
  [[nodiscard]] Status LookAtNewList(PreparedRun& run);
  [[nodiscard]] Status LookAtPinnedList(PreparedRun& run);
  void NoteWhatIsNotPlanned(PreparedRun& run, std::int64_t of_lists);
  void TakeNewerChanges(PreparedRun& run);
  void CountAndJudge(PreparedRun& run);
  void CountAndJudgePush(PreparedRun& run);
  [[nodiscard]] GuardInput GuardInputOf(const PreparedRun& run) const;
  void CountChange(PreparedRun& run);

  SyncStore& store_;
  Clock& clock_;
  const SyncTarget& target_;
  const RunOptions& options_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_PREPARATION_H_
