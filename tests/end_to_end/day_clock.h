// A clock by which a day of the real daemon takes as long as its work takes.
#ifndef COHORT_SYNC_TESTS_END_TO_END_DAY_CLOCK_H_
#define COHORT_SYNC_TESTS_END_TO_END_DAY_CLOCK_H_

#include <algorithm>
#include <atomic>
#include <functional>
#include <thread>
#include <utility>

#include "base/clock.h"

namespace cohort_sync {

// Sleeping moves it on and returns at once. Where the thread that made it sleeps past minute 50 of
// an hour, which the daemon does only when no call is under way, it stops there and calls `look`
// with the number of the hour. As long as `busy` says so, on any thread, time passes as on the
// wall.
class DayClock final : public Clock {
 public:
  // 2026-11-22T00:00:00Z
  static constexpr TimePoint kStart = FromMillis(1'795'305'600'000);

  DayClock(std::function<void(int)> look, std::function<bool()> busy)
      : look_(std::move(look)), busy_(std::move(busy)) {}

  [[nodiscard]] TimePoint Now() const override { return kStart + Duration(elapsed_.load()); }
  [[nodiscard]] SteadyPoint Steady() const override {
    return SteadyPoint(Duration(elapsed_.load()));
  }
  bool SleepFor(Duration duration, const std::stop_token& stop) override {
    if (stop.stop_requested()) return false;
    if (busy_()) {
      const Duration tick = std::min(duration, Duration(1));
      std::this_thread::sleep_for(tick);
      elapsed_ += tick.count();
      return true;
    }
    if (std::this_thread::get_id() == owner_ && Now() + duration >= NextLook()) {
      elapsed_ += std::max(NextLook() - Now(), Duration(0)).count();
      look_(hour_++);
      return !stop.stop_requested();
    }
    elapsed_ += duration.count();
    return true;
  }

 private:
  [[nodiscard]] TimePoint NextLook() const {
    return kStart + std::chrono::hours(hour_) + std::chrono::minutes(50);
  }

  const std::function<void(int)> look_;
  const std::function<bool()> busy_;
  const std::thread::id owner_ = std::this_thread::get_id();
  int hour_ = 0;  // Of that thread.
  std::atomic<std::int64_t> elapsed_{0};
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_TESTS_END_TO_END_DAY_CLOCK_H_
