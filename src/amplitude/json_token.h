// Values of JSON as they stand in the text, for readers that keep numbers as they were sent. Pure.
#ifndef COHORT_SYNC_AMPLITUDE_JSON_TOKEN_H_
#define COHORT_SYNC_AMPLITUDE_JSON_TOKEN_H_

#include <optional>
#include <string_view>

#include "base/clock.h"

namespace cohort_sync::amplitude {

// As RFC 8259 writes numbers; of any size.
[[nodiscard]] bool IsJsonNumber(std::string_view token);

// Whether every backslash in what stands between two quotes begins an escape. A half of a surrogate
// pair is one: cut texts have them.
[[nodiscard]] bool HasJsonEscapesOnly(std::string_view text);

// Seconds since 1970, down to the second, from digits or a JSON number; nullopt for anything else
// and beyond the year 9999, where milliseconds end up.
[[nodiscard]] std::optional<TimePoint> ParseEpochSeconds(std::string_view token);

// Where the text stops to be JSON: the number of the first byte that does not fit, from 1; nullopt
// when it is JSON. Slow: for messages.
[[nodiscard]] std::optional<std::size_t> FindJsonError(std::string_view text);

}  // namespace cohort_sync::amplitude

#endif  // COHORT_SYNC_AMPLITUDE_JSON_TOKEN_H_
