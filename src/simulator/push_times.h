// When the pushes of a story run: at their creation, and then once in each of their periods in
// which the cohort has changed.
#ifndef COHORT_SYNC_SIMULATOR_PUSH_TIMES_H_
#define COHORT_SYNC_SIMULATOR_PUSH_TIMES_H_

#include <map>
#include <optional>
#include <string>

#include "base/clock.h"
#include "simulator/push_settings.h"

namespace cohort_sync::simulator {

// Times are since the start of the story, in the order of their calls.
class PushTimes {
 public:
  void Create(const std::string& cohort, Duration at, PushFrequency frequency);
  [[nodiscard]] bool Contains(const std::string& cohort) const { return pushes_.contains(cohort); }
  // When a change at `at` is pushed; nullopt without a push, for PushFrequency::kOnce, and when it
  // goes with an earlier change.
  [[nodiscard]] std::optional<Duration> RunAfter(const std::string& cohort, Duration at);

 private:
  struct Push {
    Duration created{0};
    Duration period{0};
    Duration last{0};  // Of the runs so far.
  };
  std::map<std::string, Push> pushes_;
};

}  // namespace cohort_sync::simulator

#endif  // COHORT_SYNC_SIMULATOR_PUSH_TIMES_H_
