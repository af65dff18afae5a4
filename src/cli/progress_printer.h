// Says what a run is doing while it does it.
#ifndef COHORT_SYNC_CLI_PROGRESS_PRINTER_H_
#define COHORT_SYNC_CLI_PROGRESS_PRINTER_H_

#include <optional>
#include <ostream>

#include "base/clock.h"
#include "sync/sync_runner.h"

namespace cohort_sync {

// One line when reading starts, one with the number of calls and their time, and, while delivering,
// one every few seconds with what is done, the rate and the time left. Silent when `quiet`.
class ProgressPrinter final : public RunObserver {
 public:
  ProgressPrinter(std::ostream& err, Clock& clock, bool quiet)
      : err_(err), clock_(clock), quiet_(quiet) {}

  void Fetching(const SyncTarget& target) override;
  void Planned(const SyncTarget& target, const PreparedRun& plan) override;
  void Delivering(const DeliveryProgress& progress) override;

 private:
  std::ostream& err_;
  Clock& clock_;
  bool quiet_;
  std::optional<SteadyPoint> delivering_since_;
  SteadyPoint printed_at_{};
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_CLI_PROGRESS_PRINTER_H_
