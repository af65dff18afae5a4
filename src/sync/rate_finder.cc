#include "sync/rate_finder.h"

#include <algorithm>
#include <utility>

namespace cohort_sync {
namespace {

constexpr Duration kSecond{1'000};
// Until the first refusal: ten times as fast after ten seconds.
constexpr Duration kSearchStep{500};
constexpr double kSearchGrowth = 1.12;
// After it: back at the limit after half a minute, so that the pause a refusal asks for costs less
// than what trying may win.
constexpr Duration kTrialStep{5'000};
constexpr double kTrialGrowth = 1.005;
constexpr double kBelowLimit = 0.97;
// Well past a limit without a refusal it was none, or is none any more.
constexpr double kPastLimit = 1.05;
constexpr Duration kSameRefusal{2'000};

}  // namespace

bool RateFinder::NearLimit() const {
  return found_limit() && rate_ <= limit_ * kPastLimit;
}

void RateFinder::Accepted(SteadyPoint now) {
  accepted_.push_back(now);
  ForgetBefore(now - kSecond);
  if (grown_at_ == SteadyPoint{}) grown_at_ = now;
  if (now - grown_at_ < (NearLimit() ? kTrialStep : kSearchStep)) return;
  grown_at_ = now;
  if (std::exchange(held_back_, false))
    rate_ = std::min(highest_, rate_ * (NearLimit() ? kTrialGrowth : kSearchGrowth));
}

void RateFinder::Refused(SteadyPoint now) {
  if (refused_at_ != SteadyPoint{} && now - refused_at_ < kSameRefusal) return;
  refused_at_ = grown_at_ = now;
  ForgetBefore(now - kSecond);
  // What went through within the last second is the limit, whatever the rate was. But little goes
  // through as well when sending has only begun, or when the limit was used up by others: a refusal
  // costs at most half.
  limit_ = std::clamp(static_cast<double>(accepted_.size()), rate_ / 2, rate_);
  rate_ = std::max(lowest_, limit_ * kBelowLimit);
}

void RateFinder::ForgetBefore(SteadyPoint since) {
  while (!accepted_.empty() && accepted_.front() <= since)
    accepted_.pop_front();
}

}  // namespace cohort_sync
