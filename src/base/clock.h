// Time as an input. Everything that asks for the time or waits takes a Clock&, so that tests turn
// it by hand (tests/support/fake_clock.h).
#ifndef COHORT_SYNC_BASE_CLOCK_H_
#define COHORT_SYNC_BASE_CLOCK_H_

#include <chrono>
#include <cstdint>
#include <stop_token>

namespace cohort_sync {

using Duration = std::chrono::milliseconds;
// Wall clock, UTC, in milliseconds since 1970. Stored in the state as a 64-bit integer.
using TimePoint = std::chrono::sys_time<Duration>;
// Monotonic, meaningful within one process only: for waits and pacing, never stored.
using SteadyPoint = std::chrono::time_point<std::chrono::steady_clock, Duration>;

[[nodiscard]] constexpr std::int64_t ToMillis(TimePoint time) {
  return time.time_since_epoch().count();
}
[[nodiscard]] constexpr TimePoint FromMillis(std::int64_t millis) {
  return TimePoint(Duration(millis));
}

// Safe from several threads.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual TimePoint Now() const = 0;
  [[nodiscard]] virtual SteadyPoint Steady() const = 0;
  // Waits for `duration` or until `stop` is requested, whichever is first.
  // Returns true when the whole duration passed, false when it was stopped.
  virtual bool SleepFor(Duration duration, const std::stop_token& stop) = 0;
};

// The clock of this machine.
class SystemClock final : public Clock {
 public:
  [[nodiscard]] TimePoint Now() const override;
  [[nodiscard]] SteadyPoint Steady() const override;
  bool SleepFor(Duration duration, const std::stop_token& stop) override;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_BASE_CLOCK_H_
