#include "service/schedule.h"

#include <algorithm>
#include <stdexcept>

#include <date/tz.h>

#include "base/check.h"

namespace cohort_sync {
namespace {

namespace chrono = std::chrono;

constexpr const char* kUtc = "UTC";

// nullptr for a name that the database does not have, and when there is no database.
const date::time_zone* FindZone(const std::string& name) {
  try {
    return date::locate_zone(name);
  } catch (const std::runtime_error&) {
    return nullptr;
  }
}

// The moment at which clocks in `zone` show `local`, or the nearest sensible one (see NextRun).
TimePoint Moment(const date::time_zone* zone, date::local_seconds local) {
  if (zone == nullptr) return TimePoint(local.time_since_epoch());
  const date::local_info info = zone->get_info(local);
  if (info.result == date::local_info::nonexistent) return info.first.end;
  return TimePoint(local.time_since_epoch() - info.first.offset);
}

TimePoint NextDaily(const Schedule& schedule, TimePoint after) {
  const date::time_zone* zone = nullptr;
  chrono::seconds offset{0};
  const auto second = chrono::floor<chrono::seconds>(after);
  if (schedule.timezone != kUtc) {
    zone = FindZone(schedule.timezone);
    CHECK(zone != nullptr);
    offset = zone->get_info(second).offset;
  }
  const auto today =
      date::floor<date::days>(date::local_seconds(second.time_since_epoch() + offset));
  // Yesterday's slot may still be ahead, when a gap moved it past midnight; today's may be over.
  for (auto day = today - date::days(1);; day += date::days(1)) {
    const TimePoint slot = Moment(zone, day + schedule.at);
    if (slot > after) return slot;
  }
}

// Whole periods since 1970, towards the past.
std::int64_t PeriodsUntil(Duration period, TimePoint time) {
  const Duration since = time.time_since_epoch();
  const std::int64_t periods = since / period;
  return since < Duration(0) && since % period != Duration(0) ? periods - 1 : periods;
}

TimePoint NextMultiple(Duration period, TimePoint after) {
  return TimePoint(period * (PeriodsUntil(period, after) + 1));
}

}  // namespace

bool IsKnownTimeZone(const std::string& name) {
  return name == kUtc || FindZone(name) != nullptr;
}

std::optional<TimePoint> NextRun(const Schedule& schedule, TimePoint after) {
  switch (schedule.frequency) {
    case Frequency::kOnce:
      return std::nullopt;
    case Frequency::kHourly:
      return NextMultiple(chrono::hours(1), after);
    case Frequency::kEvery:
      CHECK(schedule.every > Duration(0));
      return NextMultiple(schedule.every, after);
    case Frequency::kDaily:
      return NextDaily(schedule, after);
  }
  return std::nullopt;
}

std::int64_t SlotsBetween(const Schedule& schedule, TimePoint after, TimePoint until) {
  if (until <= after || schedule.frequency == Frequency::kOnce) return 0;
  if (schedule.frequency == Frequency::kDaily) {
    std::int64_t slots = 0;
    for (auto slot = NextRun(schedule, after); *slot <= until; slot = NextRun(schedule, *slot))
      ++slots;
    return slots;
  }
  const Duration period =
      schedule.frequency == Frequency::kHourly ? Duration(chrono::hours(1)) : schedule.every;
  CHECK(period > Duration(0));
  return PeriodsUntil(period, until) - PeriodsUntil(period, after);
}

std::optional<TimePoint> DueAt(const Schedule& schedule,
                               std::optional<TimePoint> last_started,
                               TimePoint now) {
  if (!last_started) return now;
  return NextRun(schedule, std::min(*last_started, now));
}

}  // namespace cohort_sync
