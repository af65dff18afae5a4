// Where the syncs stand, in figures for machines: metrics and notifications.
#ifndef COHORT_SYNC_SYNC_BINDING_FIGURES_H_
#define COHORT_SYNC_SYNC_BINDING_FIGURES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "sync/binding.h"
#include "sync/history.h"
#include "sync/inbox.h"
#include "sync/run.h"

namespace cohort_sync {

struct BindingFigures {
  Binding binding;
  std::int64_t desired = 0;                 // Members that the list should have.
  std::int64_t pending = 0;                 // Operations pending or in flight.
  std::optional<TimePoint> oldest_pending;  // When the oldest of them was committed.
  ParkedCounts parked;
  std::optional<OpenHold> hold;
  std::optional<RunReport> last_run;
  std::optional<TimePoint> last_success;  // As of BindingStatus.
};

// Of a pushed cohort.
struct PushFigures {
  InboxDepth waiting;
  std::optional<InboxGap> gap;  // Since the last whole read; nullopt: nothing is missing.
};

// A configured sync.
struct SyncFigures {
  BindingKey key;
  std::string list;                     // Empty before it is known.
  std::optional<BindingFigures> state;  // nullopt: never synced.
  // The newest run, also of a cohort without a binding.
  std::optional<RunReport> last_run;
  std::optional<TimePoint> next_run;  // nullopt: never.
  std::optional<Duration> period;     // Between two scheduled runs.
  std::optional<PushFigures> push;
};

// The exports that Amplitude grants a project (contracts/amplitude.md 1.2).
struct BudgetFigures {
  std::string project;
  std::int64_t limit = 0;  // In a month.
  std::int64_t left = 0;   // Of this month.
};

struct DaemonFigures {
  std::vector<SyncFigures> syncs;  // In the configuration's order.
  std::vector<BudgetFigures> budgets;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_BINDING_FIGURES_H_
