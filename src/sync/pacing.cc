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

double Pacer::RateOf(const Bucket& bucket) const {
  return per_second_.value_or(bucket.finder.rate());
}

double Pacer::TokensAt(const Bucket& bucket, SteadyPoint now) const {
  const double rate = RateOf(bucket);
  if (!bucket.started) return DepthOf(rate);
  const double seconds = static_cast<double>((now - bucket.filled_at).count()) / 1000.0;
  return std::min(DepthOf(rate), bucket.tokens + seconds * rate);
}

SteadyPoint Pacer::EarliestCall(const std::string& lane, SteadyPoint now) {
  const auto found = buckets_.find(lane);
  if (found == buckets_.end()) return now;
  Bucket& bucket = found->second;
  const SteadyPoint earliest = std::max(now, bucket.paused_until);
  const double rate = RateOf(bucket);
  if (rate <= 0) return earliest;
  const double missing = 1.0 - TokensAt(bucket, now);
  // Clocks count whole milliseconds, so a token that is short by less than a microsecond's worth is
  // whole.
  if (missing <= 1e-9) return earliest;
  const SteadyPoint filled =
      now + Duration(static_cast<std::int64_t>(std::ceil(missing / rate * 1000.0)));
  if (filled > earliest) bucket.finder.HeldBack();
  return std::max(earliest, filled);
}

void Pacer::Took(const std::string& lane, SteadyPoint now) {
  Bucket& bucket = buckets_[lane];
  bucket.tokens = TokensAt(bucket, now) - 1.0;
  bucket.filled_at = now;
  bucket.started = true;
}

void Pacer::Accepted(const std::string& lane, SteadyPoint now) {
  buckets_[lane].finder.Accepted(now);
}

void Pacer::Refused(const std::string& lane, SteadyPoint now) {
  buckets_[lane].finder.Refused(now);
}

void Pacer::PauseUntil(const std::string& lane, SteadyPoint until) {
  Bucket& bucket = buckets_[lane];
  bucket.paused_until = std::max(bucket.paused_until, until);
}

LaneLimit Pacer::LimitOf(const std::string& lane) const {
  static const Bucket unused;
  const auto found = buckets_.find(lane);
  const Bucket& bucket = found == buckets_.end() ? unused : found->second;
  return {
      RateOf(bucket), per_second_.has_value(), bucket.finder.found_limit(), bucket.paused_until};
}

}  // namespace cohort_sync
