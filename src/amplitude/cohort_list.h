// The cohorts of a project, and which of them can be synced (contracts/amplitude.md 1.3).
#ifndef COHORT_SYNC_AMPLITUDE_COHORT_LIST_H_
#define COHORT_SYNC_AMPLITUDE_COHORT_LIST_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "sync/ids.h"

namespace cohort_sync::amplitude {

struct CohortInfo {
  CohortId id;
  std::string name;
  std::optional<std::int64_t> size;  // As of last_computed.
  bool archived = false;
  bool finished = true;  // False when it was never computed.
  bool published = true;
  std::optional<TimePoint> last_computed;  // Moves only when something computes it.
  std::string counted = "User";            // What its members are; a group type for group cohorts.
};

// `body` is the answer to GET /api/3/cohorts. Fields that we do not know are ignored, missing ones
// and numbers that cannot be meant (a size below 0, a time beyond the year 9999) have the defaults
// above. kInvalidInput, with the body's beginning, when it is not a list of
// cohorts with ids.
[[nodiscard]] Result<std::vector<CohortInfo>> ParseCohortList(std::string_view body);

// The cohort, when a snapshot of it means what it says. A refusal must never look like an empty
// cohort (contract 6.1.8, 6.1.9): kNotFound with a suggestion, kRejected for an archived cohort,
// one that was never computed and a cohort of groups.
[[nodiscard]] Result<CohortInfo> FindSyncable(const std::vector<CohortInfo>& cohorts,
                                              const CohortId& id);

}  // namespace cohort_sync::amplitude

#endif  // COHORT_SYNC_AMPLITUDE_COHORT_LIST_H_
