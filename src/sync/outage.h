// Tells a destination that is away from a contact that fails.
#ifndef COHORT_SYNC_SYNC_OUTAGE_H_
#define COHORT_SYNC_SYNC_OUTAGE_H_

#include <set>

#include "base/clock.h"
#include "sync/ids.h"
#include "sync/retry.h"

namespace cohort_sync {

// After several failures in a row, of several operations, the destination counts as away: then one
// call at a time probes it, with growing pauses, and attempts are not spent. One thread.
class OutageDetector {
 public:
  explicit OutageDetector(const RetryPolicy& policy) : policy_(policy) {}

  // The destination answered, whatever it said.
  void Answered() {
    failures_ = 0;
    failed_.clear();
  }
  // No answer, or a 5xx.
  void Failed(OperationId operation, SteadyPoint now, double jitter);

  [[nodiscard]] bool away() const;
  // While away: when the next probe may leave.
  [[nodiscard]] SteadyPoint probe_at() const { return probe_at_; }

 private:
  RetryPolicy policy_;
  int failures_ = 0;
  std::set<OperationId> failed_;
  SteadyPoint probe_at_{};
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_OUTAGE_H_
