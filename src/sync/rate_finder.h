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

  // Calls per second, now.
  [[nodiscard]] double rate() const { return rate_; }
  // A refusal was seen, so the rate stands for a limit of the other side.
  [[nodiscard]] bool found_limit() const { return found_limit_; }

  // A call waited for the rate, so that more could have been sent.
  void HeldBack() { held_back_ = true; }
  // A call was answered otherwise than by asking to wait.
  void Accepted(SteadyPoint now);
  // A call was told to wait. Those sent before the first refusal was known say nothing new: one in
  // two seconds counts.
  void Refused(SteadyPoint now);

 private:
  void ForgetBefore(SteadyPoint since);

  double rate_ = kFirstRate;
  bool found_limit_ = false;
  bool held_back_ = false;            // Since the last look.
  std::deque<SteadyPoint> accepted_;  // Of the last second.
  SteadyPoint grown_at_{};
  SteadyPoint refused_at_{};
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_RATE_FINDER_H_
