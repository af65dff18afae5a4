// Times and durations as text: ISO 8601 in UTC everywhere (design brief, section 8).
#ifndef COHORT_SYNC_BASE_TIME_TEXT_H_
#define COHORT_SYNC_BASE_TIME_TEXT_H_

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace cohort_sync {

// "2026-11-21T06:00:00Z"; the milliseconds are dropped.
[[nodiscard]] std::string FormatTime(TimePoint time);
// "2026-11-21T06:00:00.042Z"
[[nodiscard]] std::string FormatTimeWithMillis(TimePoint time);
// "YYYY-MM-DDTHH:MM[:SS[.fff]]Z" or "YYYY-MM-DD" (midnight UTC); nullopt for anything else.
[[nodiscard]] std::optional<TimePoint> ParseTime(std::string_view text);
// For people: "850 ms", "12 s", "4 min 10 s", "3 h 5 min", "2 d 4 h".
[[nodiscard]] std::string FormatDuration(Duration duration);
// "90s", "15m", "24h", "7d": a positive whole number and one unit; nullopt for anything else.
[[nodiscard]] std::optional<Duration> ParseDuration(std::string_view text);

}  // namespace cohort_sync

#endif  // COHORT_SYNC_BASE_TIME_TEXT_H_
