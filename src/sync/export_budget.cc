#include "sync/export_budget.h"

#include <algorithm>

#include "base/check.h"

namespace cohort_sync {
namespace {

namespace chrono = std::chrono;

chrono::year_month MonthOf(TimePoint time) {
  const chrono::year_month_day day(chrono::floor<chrono::days>(time));
  return day.year() / day.month();
}

TimePoint BeginOf(chrono::year_month month) {
  return chrono::sys_days(month / 1);
}

// When fewer than `limit` of `times` will lie within a `window` that ends then; `now` at the
// earliest.
TimePoint RoomAt(std::vector<TimePoint> times, std::int64_t limit, Duration window, TimePoint now) {
  CHECK(limit >= 1);
  if (std::ssize(times) < limit) return now;
  const auto leaves = times.end() - limit;  // With those before it the room is made.
  std::nth_element(times.begin(), leaves, times.end());
  return std::max(now, *leaves + window);
}

}  // namespace

TimePoint MonthBegin(TimePoint time) {
  return BeginOf(MonthOf(time));
}

TimePoint NextMonthBegin(TimePoint time) {
  return BeginOf(MonthOf(time) + chrono::months(1));
}

TimePoint CostsCountFrom(TimePoint now) {
  return std::min(MonthBegin(now), now - kExportWindow);
}

std::int64_t SpentThisMonth(const ExportCosts& costs, TimePoint now) {
  const TimePoint begin = MonthBegin(now);
  const TimePoint end = NextMonthBegin(now);
  return std::count_if(costs.costs.begin(), costs.costs.end(), [&](const ExportCost& cost) {
    return cost.asked_at >= begin && cost.asked_at < end;
  });
}

std::optional<TimePoint> MonthRefusedAt(const ExportLimits& limits,
                                        const ExportCosts& costs,
                                        TimePoint now) {
  if (!costs.refusal || costs.refusal->per_month < limits.per_month) return std::nullopt;
  const TimePoint at = costs.refusal->at;
  if (at < MonthBegin(now) || at + kRefusalHolds <= now || at > now) return std::nullopt;
  const bool accepted_since =
      std::any_of(costs.costs.begin(), costs.costs.end(), [&](const ExportCost& cost) {
        return cost.asked_at > at;
      });
  return accepted_since ? std::nullopt : std::optional(at);
}

ExportTurn NextExport(const ExportLimits& limits, const ExportCosts& costs, TimePoint now) {
  using Limit = ExportTurn::Limit;
  if (SpentThisMonth(costs, now) >= limits.per_month) return {Limit::kMonth, NextMonthBegin(now)};
  if (const auto refused = MonthRefusedAt(limits, costs, now))
    return {Limit::kRefused, std::min(*refused + kRefusalHolds, NextMonthBegin(now))};
  std::vector<TimePoint> asked;
  std::vector<TimePoint> running;
  asked.reserve(costs.costs.size());
  for (const ExportCost& cost : costs.costs) {
    if (cost.asked_at > now + kExportWindow) continue;
    asked.push_back(std::min(cost.asked_at, now));
    if (!cost.finished) running.push_back(asked.back());
  }
  const TimePoint by_window = RoomAt(std::move(asked), limits.per_ten_minutes, kExportWindow, now);
  const TimePoint by_parallel = RoomAt(std::move(running), limits.parallel, kParallelWindow, now);
  if (by_window <= now && by_parallel <= now) return {Limit::kNone, now};
  return by_window >= by_parallel ? ExportTurn{Limit::kTenMinutes, by_window}
                                  : ExportTurn{Limit::kParallel, by_parallel};
}

ExportBudget Forecast(const ExportLimits& limits,
                      const ExportCosts& costs,
                      TimePoint now,
                      const std::function<std::int64_t(TimePoint)>& planned_until,
                      std::int64_t known_spent) {
  ExportBudget budget;
  budget.granted = limits.per_month;
  budget.spent = std::max(SpentThisMonth(costs, now), known_spent);
  budget.refused_at = MonthRefusedAt(limits, costs, now);
  budget.resets_at = NextMonthBegin(now);
  TimePoint latest = budget.resets_at - Duration(1);
  budget.planned = planned_until(latest);
  if (budget.planned <= budget.left()) return budget;
  // The earliest time at which more are planned than are left.
  TimePoint earliest = now;
  while (earliest < latest) {
    const TimePoint middle = earliest + (latest - earliest) / 2;
    if (planned_until(middle) > budget.left()) {
      latest = middle;
    } else {
      earliest = middle + Duration(1);
    }
  }
  budget.runs_out_at = latest;
  return budget;
}

}  // namespace cohort_sync
