// How Amplitude's budget of exports will do, by the configured schedules.
#ifndef COHORT_SYNC_SERVICE_EXPORT_FORECAST_H_
#define COHORT_SYNC_SERVICE_EXPORT_FORECAST_H_

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "config/config.h"
#include "sync/export_budget.h"
#include "sync/history.h"

namespace cohort_sync {

// The start of the last run that counts for the schedule of `sync`: the last snapshot of a pushed
// cohort, whose other runs read nothing, and otherwise `last_run`, the newest. `binding` is
// nullptr while there is none.
[[nodiscard]] std::optional<TimePoint> LastScheduledStart(const SyncConfig& sync,
                                                          const Binding* binding,
                                                          const std::optional<RunReport>& last_run);

// What Amplitude itself says of a project's month.
struct CountedExports {
  std::int64_t spent = 0;    // The larger count is taken,
  std::int64_t granted = 0;  // and the smaller limit.
};

// One for each project that exports are read from or counted of, in the order of their names. What
// is paused or stopped plans none; what is due is planned for now. `history` is asked for what was
// spent; nullptr: nothing was. `counted`: by Amplitude, where it said. REQUIRES: as for NextRun.
[[nodiscard]] std::vector<ExportBudget> ExportBudgets(
    const Config& config,
    const std::vector<BindingStatus>& bindings,
    History* history,
    TimePoint now,
    const std::map<ProjectName, CountedExports>& counted = {});

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SERVICE_EXPORT_FORECAST_H_
