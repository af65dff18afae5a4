// What became of the requests to the receiver, since the process began.
#ifndef COHORT_SYNC_WEB_PUSH_STATISTICS_H_
#define COHORT_SYNC_WEB_PUSH_STATISTICS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "base/clock.h"
#include "web/push_route.h"

namespace cohort_sync::web {

struct PushStatistics {
  // How many answers there were, by route and status.
  std::map<std::pair<PushRouteKind, int>, std::int64_t> answers;
  std::int64_t stored = 0;                 // Batches that were new.
  std::int64_t known = 0;                  // That came before.
  std::int64_t known_with_other_body = 0;  // Not among `known`.
  std::optional<TimePoint> last_batch_at;  // When a batch came that was answered 200.
};

}  // namespace cohort_sync::web

#endif  // COHORT_SYNC_WEB_PUSH_STATISTICS_H_
