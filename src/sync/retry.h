// How long to wait before the next attempt: arithmetic only.
#ifndef COHORT_SYNC_SYNC_RETRY_H_
#define COHORT_SYNC_SYNC_RETRY_H_

#include <optional>

#include "base/clock.h"

namespace cohort_sync {

struct RetryPolicy {
  Duration base{1'000};
  Duration cap{600'000};
  int max_attempts = 8;
};

// The wait after attempt number `attempt` (from 1) failed; nullopt when attempts are used up. Full
// jitter: uniform in [0, min(cap, base x 2^(attempt-1))], `jitter` in [0, 1), and never below 100
// ms. `retry_after`, what the other side asked for, is a floor, itself clamped to [1 s, 15 min].
[[nodiscard]] std::optional<Duration> NextDelay(const RetryPolicy& policy,
                                                int attempt,
                                                std::optional<Duration> retry_after,
                                                double jitter);

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_RETRY_H_
