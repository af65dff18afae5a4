// A limit of so many requests within any stretch of time.
#ifndef COHORT_SYNC_SIMULATOR_RATE_WINDOW_H_
#define COHORT_SYNC_SIMULATOR_RATE_WINDOW_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "base/clock.h"

namespace cohort_sync::simulator {

class RateWindow {
 public:
  // Admits a request at `now` and returns nullopt, or refuses it and returns how long until there
  // is room. `limit` 0 admits everything. A refused request does not count.
  [[nodiscard]] std::optional<Duration> Admit(SteadyPoint now,
                                              std::int64_t limit,
                                              Duration window) {
    while (!admitted_.empty() && admitted_.front() + window <= now)
      admitted_.pop_front();
    if (limit > 0 && admitted_.size() >= static_cast<std::size_t>(limit)) {
      return admitted_.front() + window - now;
    }
    admitted_.push_back(now);
    return std::nullopt;
  }

 private:
  std::deque<SteadyPoint> admitted_;
};

}  // namespace cohort_sync::simulator

#endif  // COHORT_SYNC_SIMULATOR_RATE_WINDOW_H_
