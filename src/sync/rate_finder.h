// Finds the rate that a destination allows when nobody says it: Cordial publishes no numbers and
// names its limit only in the answer that refuses (contracts/cordial.md 2.10).
#ifndef COHORT_SYNC_SYNC_RATE_FINDER_H_
#define COHORT_SYNC_SYNC_RATE_FINDER_H_

#include <deque>

#include "base/clock.h"

namespace cohort_sync {

// Begins low and grows fast until the first refusal; then stays a little below what was accepted
// then, and tries a little more from time to time. Grows only while the rate is what holds calls
// back. One lane, one thread; times are monotonic.
class RateFinder {
 public:
  static constexpr double kFirstRate = 10;  // Calls per second.
  static constexpr double kHighestRate = 10'000;

  RateFinder() = default;
  // A person named the rate: it begins there and never goes above it. Refusals lower it, at most by
  // half: others may use the same limit, and calls do not arrive as evenly as they leave.
  explicit RateFinder(double named) : rate_(named), lowest_(named / 2), highest_(named) {}

  // Calls per second, now.
  [[nodiscard]] double rate() const { return rate_; }
  // A refusal was seen, so the rate stands for a limit of the other side.
  [[nodiscard]] bool found_limit() const { return limit_ > 0; }

  // A call waited for the rate, so that more could have been sent.
  void HeldBack() { held_back_ = true; }
  // A call was answered otherwise than by asking to wait.
  void Accepted(SteadyPoint now);
  // A call was told to wait. Those sent before the first refusal was known say nothing new: one in
  // two seconds counts.
  void Refused(SteadyPoint now);

 private:
  // Calls per second.
  static constexpr double kLowestRate = 0.1;

  void ForgetBefore(SteadyPoint since);
  // Is the rate near the limit that was found last?
  [[nodiscard]] bool NearLimit() const;

  double rate_ = kFirstRate;
  double lowest_ = kLowestRate;
  double highest_ = kHighestRate;
  double limit_ = 0;                  // Found with the last refusal; 0: none yet.
  bool held_back_ = false;            // Since the last look.
  std::deque<SteadyPoint> accepted_;  // Of the last second.
  SteadyPoint grown_at_{};
  SteadyPoint refused_at_{};
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_RATE_FINDER_H_
