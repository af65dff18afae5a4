#include "service/export_forecast.h"

#include <algorithm>

#include "service/schedule.h"

namespace cohort_sync {
namespace {

// A schedule that asks for exports, and when it is due next.
struct PlannedExports {
  Schedule schedule;
  TimePoint first;  // Not before now.

  [[nodiscard]] std::int64_t Until(TimePoint time) const {
    return time < first ? 0 : 1 + SlotsBetween(schedule, first, time);
  }
};

bool IsExported(const SyncConfig& sync) {
  return sync.snapshots && !sync.snapshots->file;
}

}  // namespace

std::optional<TimePoint> LastScheduledStart(const SyncConfig& sync,
                                            const Binding* binding,
                                            const std::optional<RunReport>& last_run) {
  if (sync.push) return binding == nullptr ? std::nullopt : binding->accepted_as_of;
  return last_run ? std::optional(last_run->started_at) : std::nullopt;
}

std::vector<ExportBudget> ExportBudgets(const Config& config,
                                        const std::vector<BindingStatus>& bindings,
                                        History* history,
                                        TimePoint now,
                                        const std::map<ProjectName, CountedExports>& counted) {
  std::map<ProjectName, std::vector<PlannedExports>> planned;
  for (const auto& [project, count] : counted)
    planned[project];
  for (const SyncConfig& sync : config.syncs) {
    if (!IsExported(sync)) continue;
    std::vector<PlannedExports>& of_project = planned[sync.key.project];
    const auto found =
        std::find_if(bindings.begin(), bindings.end(), [&](const BindingStatus& status) {
          return status.binding.key == sync.key;
        });
    const BindingStatus* status = found == bindings.end() ? nullptr : &*found;
    if (status != nullptr && (status->binding.paused_at || !status->binding.stopped_reason.empty()))
      continue;
    const Schedule& schedule = sync.snapshots->schedule;
    const auto last_started = status == nullptr
                                  ? std::nullopt
                                  : LastScheduledStart(sync, &status->binding, status->last_run);
    if (const auto due = DueAt(schedule, last_started, now))
      of_project.push_back({schedule, std::max(*due, now)});
  }
  std::vector<ExportBudget> budgets;
  for (const auto& [project, schedules] : planned) {
    const ExportCosts costs =
        history == nullptr ? ExportCosts() : history->FindExportCosts(project, CostsCountFrom(now));
    ExportLimits limits = config.projects.at(project).exports;
    std::int64_t known_spent = 0;
    if (const auto known = counted.find(project); known != counted.end()) {
      known_spent = known->second.spent;
      limits.per_month = std::min(limits.per_month, known->second.granted);
    }
    const auto planned_until = [&of_project = schedules](TimePoint until) {
      std::int64_t exports = 0;
      for (const PlannedExports& one : of_project)
        exports += one.Until(until);
      return exports;
    };
    budgets.push_back(Forecast(limits, costs, now, planned_until, known_spent));
    budgets.back().project = project;
  }
  return budgets;
}

}  // namespace cohort_sync
