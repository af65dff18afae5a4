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
#include "sync/account_limits.h"
#include "sync/binding.h"
#include "sync/diff.h"
#include "sync/guard.h"
#include "sync/list_destination.h"
#include "sync/run.h"
#include "sync/snapshot.h"
#include "sync/snapshot_source.h"
#include "sync/sync_store.h"

namespace cohort_sync {

// What the configuration says about one sync. The source and the destination outlive it.
struct SyncTarget {
  BindingKey key;
  IdentifierMapping identifier;
  std::optional<std::string> list_name;    // Chosen by a person instead of the derived one.
  std::optional<std::string> cohort_name;  // For sources that do not know it.
  GuardLimits limits;
  // Destinations of one endpoint and credential share an account, which bears the name of the
  // first.
  DestinationName account;
  DeliverySettings delivery;  // Of the account.
  // An export asked for this recently is still good.
  Duration reuse_export_within{15 * 60'000};
  SnapshotSource* source = nullptr;
  ListDestination* destination = nullptr;
};

struct RunOptions {
  RunTrigger trigger = RunTrigger::kManual;
  Approval approval;
  // Resync only: first take everybody off the list, if there are at most so many.
  std::optional<std::int64_t> clear_list_of;
  bool plan_only = false;  // Nothing will be committed.
  bool force = false;      // Accept a snapshot that is older than the last accepted one.
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
  GuardVerdict verdict;
  RunCounts counts;
  std::int64_t open_before = 0;  // Operations pending from earlier runs.
  std::int64_t calls = 0;        // Contact calls to be expected, `open_before` included.
  std::vector<std::string> notes;

  [[nodiscard]] bool first_sync() const { return !binding.has_value(); }
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
  // Reads the snapshot into `run`.
  [[nodiscard]] Status Fetch(PreparedRun& run,
                             std::function<void(const FetchProgress&)> on_progress,
                             const std::stop_token& stop);
  // Names and looks at the list, compares, judges: after it `run` is complete.
  [[nodiscard]] Status Plan(PreparedRun& run);

 private:
  [[nodiscard]] Status CheckPins(const Binding& binding) const;
  [[nodiscard]] Status CheckAge(const PreparedRun& run) const;
  [[nodiscard]] Result<ListName> NameList(PreparedRun& run) const;
  [[nodiscard]] Status CheckNameIsFree(PreparedRun& run);
  [[nodiscard]] Status LookAtNewList(PreparedRun& run);
  [[nodiscard]] Status LookAtPinnedList(PreparedRun& run);
  void CountAndJudge(PreparedRun& run);

  SyncStore& store_;
  Clock& clock_;
  const SyncTarget& target_;
  const RunOptions& options_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_PREPARATION_H_
