// How long Cordial asks to wait.
#ifndef COHORT_SYNC_CORDIAL_RETRY_AFTER_H_
#define COHORT_SYNC_CORDIAL_RETRY_AFTER_H_

#include <optional>

#include "base/clock.h"
#include "http/message.h"

namespace cohort_sync::cordial {

// From `Retry-After` (seconds, or an HTTP date, of which the wait since `now` counts), else from
// `X-Rate-Limit-Reset`, which holds seconds until the reset and not a time (contracts/cordial.md
// 2.10). Between 0 and 24 hours; nullopt when neither header is there or can be read.
[[nodiscard]] std::optional<Duration> RequestedWait(const http::Headers& headers, TimePoint now);

}  // namespace cohort_sync::cordial

#endif  // COHORT_SYNC_CORDIAL_RETRY_AFTER_H_
