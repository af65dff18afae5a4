#include "amplitude/export_allowance.h"

#include <utility>

#include "base/format.h"
#include "base/log.h"
#include "base/text.h"
#include "base/time_text.h"

namespace cohort_sync::amplitude {
namespace {

using Limit = ExportTurn::Limit;

bool IsOfTheMonth(Limit limit) {
  return limit == Limit::kMonth || limit == Limit::kRefused;
}

std::string Describe(Limit limit, const ExportLimits& limits) {
  return limit == Limit::kTenMinutes
             ? Count(limits.per_ten_minutes, "export", "exports") + " in 10 minutes"
             : Count(limits.parallel, "export", "exports") + " at once";
}

}  // namespace

ExportAllowance::ExportAllowance(ProjectName project,
                                 ExportLimits limits,
                                 ExportLedger& ledger,
                                 Clock& clock)
    : project_(std::move(project)), limits_(limits), ledger_(ledger), clock_(clock) {}

ExportTurn ExportAllowance::Next(ExportCosts& costs) {
  const TimePoint now = clock_.Now();
  costs = ledger_.Find(project_, CostsCountFrom(now));
  return NextExport(limits_, costs, now);
}

CallResult<void> ExportAllowance::CheckMonth() {
  ExportCosts costs;
  const ExportTurn turn = Next(costs);
  if (IsOfTheMonth(turn.limit)) return tl::unexpected(MonthSpent(turn, costs));
  return {};
}

CallError ExportAllowance::MonthSpent(const ExportTurn& turn, const ExportCosts& costs) const {
  std::string message;
  if (turn.limit == Limit::kMonth) {
    message = Format(
        "project '{}': all {} of this month are spent, the next begins on {}; let its syncs run "
        "less often, or raise \"monthly_exports\" when Amplitude grants more",
        project_.value(),
        Count(limits_.per_month, "export", "exports"),
        FormatTime(turn.at));
  } else {
    message = Format(
        "project '{}': Amplitude said on {} that this month's exports are spent, {} of {} from "
        "here, the others by whoever else uses the key; it is asked again from {} on, or when "
        "\"monthly_exports\" was raised",
        project_.value(),
        FormatTime(costs.refusal->at),
        WithThousands(SpentThisMonth(costs, clock_.Now())),
        WithThousands(limits_.per_month),
        FormatTime(turn.at));
  }
  return {Error(ErrorCode::kUnavailable, std::move(message)), 0, false, std::nullopt};
}

CallResult<void> ExportAllowance::Await(const FetchRequest& request, const std::stop_token& stop) {
  bool said = false;
  while (true) {
    ExportCosts costs;
    const ExportTurn turn = Next(costs);
    if (turn.limit == Limit::kNone) return {};
    if (IsOfTheMonth(turn.limit)) return tl::unexpected(MonthSpent(turn, costs));
    if (!std::exchange(said, true))
      Log(LogLevel::kInfo,
          Format("project '{}': the limit of {} is reached; cohort '{}' is asked for at {}",
                 project_.value(),
                 Describe(turn.limit, limits_),
                 Printable(request.cohort.value()),
                 FormatTime(turn.at)));
    if (request.on_progress) request.on_progress({.waiting = true, .not_before = turn.at});
    if (!clock_.SleepFor(turn.at - clock_.Now(), stop))
      return tl::unexpected(Interrupted("waiting for the limit of exports"));
  }
}

CallResult<std::string> ExportAllowance::Spend(const FetchRequest& request,
                                               const std::function<CallResult<std::string>()>& ask,
                                               const std::stop_token& stop) {
  if (CallResult<void> free = Await(request, stop); !free) return tl::unexpected(free.error());
  const std::int64_t entry = ledger_.Record(project_, request.cohort, clock_.Now());
  CallResult<std::string> answer = ask();
  if (answer) return answer;
  const CallError& failed = answer.error();
  if (failed.status >= 400 && failed.status < 500) ledger_.Withdraw(entry);
  if (failed.month_spent) ledger_.Refuse(project_, {clock_.Now(), limits_.per_month});
  return answer;
}

}  // namespace cohort_sync::amplitude
