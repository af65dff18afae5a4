#include "sync/retry.h"

#include <algorithm>

namespace cohort_sync {
namespace {

constexpr Duration kShortestDelay{100};
constexpr Duration kShortestPause{1'000};
constexpr Duration kLongestPause{15 * 60'000};
constexpr int kMostDoublings = 30;

}  // namespace

std::optional<Duration> NextDelay(const RetryPolicy& policy,
                                  int attempt,
                                  std::optional<Duration> retry_after,
                                  double jitter) {
  if (attempt >= policy.max_attempts) return std::nullopt;
  const int doublings = std::clamp(attempt - 1, 0, kMostDoublings);
  const Duration ceiling = std::min(policy.cap, policy.base * (std::int64_t{1} << doublings));
  const Duration drawn(static_cast<std::int64_t>(static_cast<double>(ceiling.count()) * jitter));
  const Duration floor =
      retry_after ? std::clamp(*retry_after, kShortestPause, kLongestPause) : kShortestDelay;
  return std::max(drawn, floor);
}

}  // namespace cohort_sync
