// When a sync is due: pure functions of the time.
#ifndef COHORT_SYNC_SERVICE_SCHEDULE_H_
#define COHORT_SYNC_SERVICE_SCHEDULE_H_

#include <optional>
#include <string>

#include "base/clock.h"
#include "config/config.h"

namespace cohort_sync {

// Does the time zone database of this machine (package tzdata) know the IANA name? "UTC" is always
// known. Safe from several threads.
[[nodiscard]] bool IsKnownTimeZone(const std::string& name);

// The first slot of `schedule` that is later than `after`; nullopt for `once`, which has no slots.
//   hourly  minute 0 of every hour, UTC
//   every   multiples of the interval since 1970, UTC
//   daily   the local time of day; in a gap of the clock the first moment after the gap, in an
//           overlap the first of the two: once a day either way
// REQUIRES: the time zone is known.
[[nodiscard]] std::optional<TimePoint> NextRun(const Schedule& schedule, TimePoint after);

// How many slots are later than `after` and not later than `until`. REQUIRES: as for NextRun.
[[nodiscard]] std::int64_t SlotsBetween(const Schedule& schedule, TimePoint after, TimePoint until);

// When the next run is to start, given the start of the last one: at or before `now` means now. A
// binding that never ran is due at once. Slots that were missed make one run together. A last start
// that lies after `now`, because the clock was set back, counts as `now` (Scheduler remembers it).
// nullopt: never (`once` that ran). REQUIRES: as for NextRun.
[[nodiscard]] std::optional<TimePoint> DueAt(const Schedule& schedule,
                                             std::optional<TimePoint> last_started,
                                             TimePoint now);

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SERVICE_SCHEDULE_H_
