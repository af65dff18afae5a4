// Which binding is to run next. Pure: the loop that sleeps and runs is elsewhere.
#ifndef COHORT_SYNC_SERVICE_SCHEDULER_H_
#define COHORT_SYNC_SERVICE_SCHEDULER_H_

#include <cstddef>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "config/config.h"

namespace cohort_sync {

// One run at a time per binding, one run for all slots that were missed. When the clock is found
// set back behind a last start, slots count from that moment on. Bindings are known by the index
// that Add gave. One thread.
class Scheduler {
 public:
  // `last_started`: of the last run that counts as an attempt; nullopt when there was none. Returns
  // the binding's index: 0, 1, 2, ...
  std::size_t Add(Schedule schedule, std::optional<TimePoint> last_started);

  // The binding that waits longest for a run that is due at `now`; of equals the one added first.
  // Bindings that are running are never due.
  [[nodiscard]] std::optional<std::size_t> NextDue(TimePoint now);

  // When NextDue will next have an answer, not before `now`; nullopt when it will not before
  // Finished is called, or ever. Ask again after waking: the clock may have been set.
  [[nodiscard]] std::optional<TimePoint> NextWake(TimePoint now);

  // A run of the binding started, whoever asked for it. REQUIRES: it is not running.
  void Started(std::size_t index, TimePoint now);
  // It ended, well or not. A slot that passed meanwhile is due at once. REQUIRES: it is running.
  void Finished(std::size_t index);

 private:
  struct Entry {
    Schedule schedule;
    std::optional<TimePoint> last_started;
    bool running = false;
  };
  struct Due {
    std::size_t index = 0;
    TimePoint at;
  };
  // The earliest, due or not.
  [[nodiscard]] std::optional<Due> Earliest(TimePoint now);

  std::vector<Entry> entries_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SERVICE_SCHEDULER_H_
