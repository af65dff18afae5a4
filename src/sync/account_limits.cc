#include "sync/account_limits.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace cohort_sync {

void AccountLimits::Answered(SteadyPoint now) {
  outage_.Answered();
  throttled_in_a_row_ = 0;
  if (now >= refusal_probe_at_) refusal_.clear();
}

void AccountLimits::Throttled(const std::string& lane,
                              std::optional<Duration> retry_after,
                              SteadyPoint now,
                              double jitter) {
  outage_.Answered();
  ++throttled_in_a_row_;
  RetryPolicy endless = settings_.retry;
  endless.max_attempts = std::numeric_limits<int>::max();
  pacer_.Refused(lane, now);
  pacer_.PauseUntil(lane, now + *NextDelay(endless, throttled_in_a_row_, retry_after, jitter));
}

void AccountLimits::Failed(OperationId operation,
                           BindingId binding,
                           const std::string& reason,
                           SteadyPoint now,
                           double jitter) {
  last_failure_ = reason;
  outage_.Failed(operation, binding, now, jitter);
}

void AccountLimits::Refused(std::string reason, SteadyPoint now) {
  outage_.Answered();
  refusal_ = std::move(reason);
  refusal_probe_at_ = now + kRefusedProbeInterval;
}

std::size_t AccountLimits::Window(std::size_t bindings) const {
  return away(bindings) || !refusal_.empty() ? 1 : settings_.concurrency;
}

SteadyPoint AccountLimits::EarliestCall(const std::string& lane,
                                        std::size_t bindings,
                                        SteadyPoint now) {
  const SteadyPoint earliest = pacer_.EarliestCall(lane, now);
  return away(bindings) ? std::max(earliest, outage_.probe_at()) : earliest;
}

std::optional<std::string> AccountLimits::Refusal(SteadyPoint now) const {
  if (refusal_.empty() || now >= refusal_probe_at_) return std::nullopt;
  return refusal_;
}

DeliveryLimit AccountLimits::LimitOf(const std::string& lane,
                                     std::size_t bindings,
                                     bool rate_held,
                                     SteadyPoint now,
                                     TimePoint wall) const {
  DeliveryLimit limit;
  const LaneLimit pace = pacer_.LimitOf(lane);
  if (away(bindings)) {
    limit.kind = LimitKind::kAway;
    limit.reason = last_failure_;
    if (outage_.probe_at() > now) limit.until = wall + (outage_.probe_at() - now);
  } else if (pace.paused_until > now) {
    limit.kind = LimitKind::kAskedToWait;
    limit.until = wall + (pace.paused_until - now);
  } else if (rate_held) {
    limit.kind = pace.found        ? LimitKind::kFoundRate
                 : pace.configured ? LimitKind::kConfiguredRate
                                   : LimitKind::kGrowingRate;
    limit.per_second = pace.per_second;
  }
  return limit;
}

}  // namespace cohort_sync
