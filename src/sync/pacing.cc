#include "sync/pacing.h"

#include <algorithm>
#include <cmath>

namespace cohort_sync {
namespace {

constexpr double kDepthSeconds = 0.1;

double DepthOf(double per_second) {
  return std::max(1.0, per_second * kDepthSeconds);
}

}  // namespace

double Pacer::TokensAt(const Bucket& bucket, SteadyPoint now) const {
  if (!bucket.started) return DepthOf(per_second_);
  const double seconds = static_cast<double>((now - bucket.filled_at).count()) / 1000.0;
  return std::min(DepthOf(per_second_), bucket.tokens + seconds * per_second_);
}

SteadyPoint Pacer::EarliestCall(const std::string& lane, SteadyPoint now) const {
  const auto found = buckets_.find(lane);
  if (found == buckets_.end()) return now;
  const Bucket& bucket = found->second;
  SteadyPoint earliest = std::max(now, bucket.paused_until);
  if (per_second_ <= 0) return earliest;
  const double missing = 1.0 - TokensAt(bucket, now);
  // Clocks count whole milliseconds, so a token that is short by less than a microsecond's worth is
  // whole.
  if (missing > 1e-9)
    earliest = std::max(
        earliest,
        now + Duration(static_cast<std::int64_t>(std::ceil(missing / per_second_ * 1000.0))));
  return earliest;
}

void Pacer::Took(const std::string& lane, SteadyPoint now) {
  Bucket& bucket = buckets_[lane];
  bucket.tokens = TokensAt(bucket, now) - 1.0;
  bucket.filled_at = now;
  bucket.started = true;
}

void Pacer::PauseUntil(const std::string& lane, SteadyPoint until) {
  Bucket& bucket = buckets_[lane];
  bucket.paused_until = std::max(bucket.paused_until, until);
}

}  // namespace cohort_sync
