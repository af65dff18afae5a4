#include "sync/pacing.h"

#include <algorithm>
#include <cmath>

namespace cohort_sync {
namespace {

constexpr double kDepthSeconds = 0.1;
// A window is longer than the other side's by so much, because calls arrive less evenly than they
// leave; of a window of less than a second, that share.
constexpr double kStretchSeconds = 0.015;

double DepthOf(double per_second) {
  return std::max(1.0, per_second * kDepthSeconds);
}

// Calls within a window: of a second, of less where a second's number is not whole, of more below
// one call a second.
std::size_t WindowCalls(double per_second) {
  return static_cast<std::size_t>(std::max(1.0, std::floor(per_second)));
}

// A microsecond's thousandth too much is a rounding error.
Duration CeilMillis(double seconds) {
  return Duration(static_cast<std::int64_t>(std::ceil(seconds * 1000.0 - 1e-6)));
}

Duration WindowOf(double per_second) {
  const double seconds = static_cast<double>(WindowCalls(per_second)) / per_second;
  return CeilMillis(seconds + kStretchSeconds * std::min(1.0, seconds));
}

}  // namespace

Pacer::Bucket& Pacer::BucketOf(const std::string& lane) {
  const auto [bucket, fresh] = buckets_.try_emplace(lane);
  if (fresh && per_second_) bucket->second.finder = RateFinder(*per_second_);
  return bucket->second;
}

double Pacer::RateOf(const Bucket& bucket) const {
  if (per_second_ && *per_second_ <= 0) return 0;
  return bucket.finder.rate();
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
  SteadyPoint allowed = now;
  // Clocks count whole milliseconds, so a token that is short by less than a microsecond's worth is
  // whole.
  if (const double missing = 1.0 - TokensAt(bucket, now); missing > 1e-9)
    allowed = now + CeilMillis(missing / rate);
  if (const std::size_t calls = WindowCalls(rate); bucket.sent.size() >= calls)
    allowed = std::max(allowed, bucket.sent[bucket.sent.size() - calls] + WindowOf(rate));
  if (allowed > earliest) bucket.finder.HeldBack();
  return std::max(earliest, allowed);
}

void Pacer::Took(const std::string& lane, SteadyPoint now) {
  Bucket& bucket = BucketOf(lane);
  bucket.tokens = TokensAt(bucket, now) - 1.0;
  bucket.filled_at = now;
  bucket.started = true;
  const double rate = RateOf(bucket);
  if (rate <= 0) return;
  bucket.sent.push_back(now);
  while (bucket.sent.size() > WindowCalls(rate))
    bucket.sent.pop_front();
}

void Pacer::Accepted(const std::string& lane, SteadyPoint now) {
  BucketOf(lane).finder.Accepted(now);
}

void Pacer::Refused(const std::string& lane, SteadyPoint now) {
  BucketOf(lane).finder.Refused(now);
}

void Pacer::PauseUntil(const std::string& lane, SteadyPoint until) {
  Bucket& bucket = BucketOf(lane);
  bucket.paused_until = std::max(bucket.paused_until, until);
}

LaneLimit Pacer::LimitOf(const std::string& lane) const {
  const auto found = buckets_.find(lane);
  if (found == buckets_.end())
    return {per_second_.value_or(RateFinder::kFirstRate), per_second_.has_value(), false, {}};
  const Bucket& bucket = found->second;
  return {
      RateOf(bucket), per_second_.has_value(), bucket.finder.found_limit(), bucket.paused_until};
}

}  // namespace cohort_sync
