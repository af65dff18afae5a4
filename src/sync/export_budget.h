// What Amplitude grants a project in exports, what was spent of it, and when the next may be asked
// for (contracts/amplitude.md 1.2). Pure, but for the port at the end, which src/storage
// implements.
//
// An export costs one when it is asked for; lists, polls and downloads cost nothing. Months are
// those of UTC.
#ifndef COHORT_SYNC_SYNC_EXPORT_BUDGET_H_
#define COHORT_SYNC_SYNC_EXPORT_BUDGET_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "sync/ids.h"

namespace cohort_sync {

struct ExportLimits {
  std::int64_t per_month = 500;
  std::int64_t per_ten_minutes = 60;
  // Exports of the last minute that are still being prepared: "4 parallel requests per minute".
  std::int64_t parallel = 4;
};

// Ten minutes, and what two requests may differ in how long they are on their way.
inline constexpr Duration kExportWindow = std::chrono::minutes(10) + std::chrono::seconds(5);
inline constexpr Duration kParallelWindow = std::chrono::minutes(1) + std::chrono::seconds(5);
// After Amplitude said that the month is spent, one request in so much time finds out whether it
// still says so.
inline constexpr Duration kRefusalHolds = std::chrono::hours(24);

// A request for an export that was accepted, or whose answer is not known.
struct ExportCost {
  TimePoint asked_at;
  bool finished = false;  // It is known not to be prepared any more.
};

// Amplitude's word that the month is spent, whatever we counted: others may use the key as well.
struct ExportRefusal {
  TimePoint at;
  std::int64_t per_month = 0;  // The limit that we knew then.
};

struct ExportCosts {
  std::vector<ExportCost> costs;  // At least those since CostsCountFrom, in any order.
  std::optional<ExportRefusal> refusal;
};

[[nodiscard]] TimePoint MonthBegin(TimePoint time);
[[nodiscard]] TimePoint NextMonthBegin(TimePoint time);
// Costs before this no longer matter at `now`.
[[nodiscard]] TimePoint CostsCountFrom(TimePoint now);
[[nodiscard]] std::int64_t SpentThisMonth(const ExportCosts& costs, TimePoint now);
// When Amplitude said that this month is spent, while that is to be believed: not after a day, nor
// after an export that it accepted since, nor when the limit was raised since.
[[nodiscard]] std::optional<TimePoint> MonthRefusedAt(const ExportLimits& limits,
                                                      const ExportCosts& costs,
                                                      TimePoint now);

// When the next export may be asked for, and what keeps it back until then.
struct ExportTurn {
  enum class Limit { kNone, kMonth, kRefused, kTenMinutes, kParallel };
  Limit limit = Limit::kNone;
  TimePoint at;  // `now` when nothing does.
};
// The earliest time, if nothing is asked for before it. When the clock was set back, costs that lie
// up to a window after `now` count as of now and later ones as none, so that waiting ends.
// REQUIRES: limits of at least 1.
[[nodiscard]] ExportTurn NextExport(const ExportLimits& limits,
                                    const ExportCosts& costs,
                                    TimePoint now);

// How a project's month goes on.
struct ExportBudget {
  ProjectName project;
  std::int64_t granted = 0;
  std::int64_t spent = 0;
  std::int64_t planned = 0;              // Further ones, by the schedules, until the month ends.
  std::optional<TimePoint> runs_out_at;  // The first planned export that is one too many.
  std::optional<TimePoint> refused_at;   // MonthRefusedAt
  TimePoint resets_at;                   // When the next month begins.
  [[nodiscard]] std::int64_t left() const { return granted > spent ? granted - spent : 0; }
};
// `planned_until(t)`: exports that the schedules ask for from `now` to `t`, both included; it never
// falls. `known_spent`: what Amplitude counted, if that is known and more. The project is left to
// the caller.
[[nodiscard]] ExportBudget Forecast(const ExportLimits& limits,
                                    const ExportCosts& costs,
                                    TimePoint now,
                                    const std::function<std::int64_t(TimePoint)>& planned_until,
                                    std::int64_t known_spent = 0);

// Port: what was spent. Throws DatabaseError. Writing thread only.
class ExportLedger {
 public:
  virtual ~ExportLedger() = default;
  // Costs since `since`.
  [[nodiscard]] virtual ExportCosts Find(const ProjectName& project, TimePoint since) = 0;
  // Before the request leaves, so that a crash cannot forget it: durable when it returns. Returns
  // the number of the entry.
  [[nodiscard]] virtual std::int64_t Record(const ProjectName& project,
                                            const CohortId& cohort,
                                            TimePoint at) = 0;
  // The request was refused, so that it cost nothing.
  virtual void Withdraw(std::int64_t entry) = 0;
  // No export of the cohort is being prepared any more.
  virtual void Finish(const ProjectName& project, const CohortId& cohort) = 0;
  virtual void Refuse(const ProjectName& project, const ExportRefusal& refusal) = 0;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_EXPORT_BUDGET_H_
