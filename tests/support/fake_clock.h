// A clock that a test turns by hand. Sleeping moves it on and returns at once.
#ifndef COHORT_SYNC_TESTS_SUPPORT_FAKE_CLOCK_H_
#define COHORT_SYNC_TESTS_SUPPORT_FAKE_CLOCK_H_

#include <atomic>
#include <vector>

#include "base/clock.h"

namespace cohort_sync {

class FakeClock final : public Clock {
 public:
  // 2026-11-21T06:00:00Z
  static constexpr TimePoint kStart = FromMillis(1'795'240'800'000);

  [[nodiscard]] TimePoint Now() const override { return kStart + Duration(elapsed_.load()); }
  [[nodiscard]] SteadyPoint Steady() const override {
    return SteadyPoint(Duration(elapsed_.load()));
  }
  bool SleepFor(Duration duration, const std::stop_token& stop) override {
    if (stop.stop_requested()) return false;
    Advance(duration);
    slept.push_back(duration);
    return true;
  }
  void Advance(Duration duration) { elapsed_ += duration.count(); }

  std::vector<Duration> slept;  // In call order. Read it when nobody sleeps.

 private:
  std::atomic<std::int64_t> elapsed_{0};
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_TESTS_SUPPORT_FAKE_CLOCK_H_
