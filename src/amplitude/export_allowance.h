// Exports of one project within what Amplitude grants it: each is recorded before it is asked for.
#ifndef COHORT_SYNC_AMPLITUDE_EXPORT_ALLOWANCE_H_
#define COHORT_SYNC_AMPLITUDE_EXPORT_ALLOWANCE_H_

#include <functional>
#include <stop_token>
#include <string>

#include "amplitude/call_error.h"
#include "base/clock.h"
#include "sync/export_budget.h"
#include "sync/snapshot_source.h"

namespace cohort_sync::amplitude {

// One thread. Throws DatabaseError.
class ExportAllowance {
 public:
  // `ledger` and `clock` outlive it.
  ExportAllowance(ProjectName project, ExportLimits limits, ExportLedger& ledger, Clock& clock);

  // kUnavailable when nothing more may be asked for this month, with the time from which it may.
  [[nodiscard]] CallResult<void> CheckMonth();

  // Waits until an export may be asked for, at most about ten minutes; then `ask` is called once.
  // What it spends is durable before. A refusal (4xx) spends nothing; Amplitude's word that the
  // month is spent is kept. Any other failure may have spent one.
  [[nodiscard]] CallResult<std::string> Spend(const FetchRequest& request,
                                              const std::function<CallResult<std::string>()>& ask,
                                              const std::stop_token& stop);

  // No export of the cohort is being prepared any more.
  void Finish(const CohortId& cohort) { ledger_.Finish(project_, cohort); }

 private:
  [[nodiscard]] CallResult<void> Await(const FetchRequest& request, const std::stop_token& stop);
  [[nodiscard]] ExportTurn Next(ExportCosts& costs);
  [[nodiscard]] CallError MonthSpent(const ExportTurn& turn, const ExportCosts& costs) const;

  const ProjectName project_;
  const ExportLimits limits_;
  ExportLedger& ledger_;
  Clock& clock_;
};

}  // namespace cohort_sync::amplitude

#endif  // COHORT_SYNC_AMPLITUDE_EXPORT_ALLOWANCE_H_
