// How fast something goes, over the last seconds.
#ifndef COHORT_SYNC_SYNC_RATE_METER_H_
#define COHORT_SYNC_SYNC_RATE_METER_H_

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "base/clock.h"

namespace cohort_sync {

// Counts in whole seconds of the monotonic clock and forgets after ten of them. One thread.
class RateMeter {
 public:
  void Count(std::int64_t number, SteadyPoint now) {
    const std::int64_t second = SecondOf(now);
    if (!first_) first_ = now;
    Slot& slot = slots_.at(static_cast<std::size_t>(second) % slots_.size());
    if (slot.second != second) slot = {second, 0};
    slot.count += number;
  }

  // Per second; 0 before the first, and when nothing was counted for ten seconds.
  [[nodiscard]] double PerSecond(SteadyPoint now) const {
    if (!first_) return 0;
    const std::int64_t oldest = SecondOf(now) - static_cast<std::int64_t>(slots_.size()) + 1;
    std::int64_t counted = 0;
    for (const Slot& slot : slots_)
      counted += slot.second >= oldest ? slot.count : 0;
    const SteadyPoint since = std::max(*first_, SteadyPoint(std::chrono::seconds(oldest)));
    // What began just now says little: a second is the least.
    const double seconds = static_cast<double>((now - since).count()) / 1000.0;
    return static_cast<double>(counted) / std::max(1.0, seconds);
  }

 private:
  struct Slot {
    std::int64_t second = -1;
    std::int64_t count = 0;
  };
  [[nodiscard]] static std::int64_t SecondOf(SteadyPoint now) {
    return std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  }

  std::array<Slot, 10> slots_;
  std::optional<SteadyPoint> first_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_RATE_METER_H_
