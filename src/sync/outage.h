// Tells a destination, or one of its lists, that is away from a contact that fails.
#ifndef COHORT_SYNC_SYNC_OUTAGE_H_
#define COHORT_SYNC_SYNC_OUTAGE_H_

#include <set>

#include "base/clock.h"
#include "sync/ids.h"
#include "sync/retry.h"

namespace cohort_sync {

// After several failures in a row, of several operations, what was called counts as away: then one
// call at a time probes it, with growing pauses, and attempts are not spent. One thread.
class OutageDetector {
 public:
  explicit OutageDetector(const RetryPolicy& policy) : policy_(policy) {}

  // There was an answer, whatever it said.
  void Answered();
  // No answer, or a 5xx, to an operation of `binding`. `jitter` is uniform in [0, 1).
  void Failed(OperationId operation, BindingId binding, SteadyPoint now, double jitter);

  // `bindings`: how many are being delivered. Failures of one of several are that one's.
  [[nodiscard]] bool away(std::size_t bindings = 1) const;
  // While away: when the next probe may leave.
  [[nodiscard]] SteadyPoint probe_at() const { return probe_at_; }
  // There is a reason to think that it is back.
  void ProbeNow(SteadyPoint now);

 private:
  RetryPolicy policy_;
  int failures_ = 0;
  std::set<OperationId> operations_;  // That failed in a row, as many as matter.
  std::set<BindingId> bindings_;
  SteadyPoint probe_at_{};
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_OUTAGE_H_
