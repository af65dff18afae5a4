// The cohorts that Amplitude may push here.
#ifndef COHORT_SYNC_WEB_PUSHED_COHORTS_H_
#define COHORT_SYNC_WEB_PUSHED_COHORTS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sync/ids.h"
#include "sync/push_format.h"

namespace cohort_sync::web {

struct PushedCohort {
  CohortId id;
  std::string name;  // As configured; empty where nothing says it.
};

// Amplitude's `$amplitude_cohort_name` in its slug form (contracts/amplitude.md 2.1): accents apart
// from their letters, every run of other characters than A-Z, a-z, 0-9 and '_' one '-', at most 100
// characters. Letters beyond Latin-1 become '-' with what surrounds them.
[[nodiscard]] std::string CohortNameSlug(std::string_view name);

class PushedCohorts {
 public:
  explicit PushedCohorts(std::vector<PushedCohort> cohorts) : cohorts_(std::move(cohorts)) {}

  [[nodiscard]] bool Contains(const CohortId& id) const;
  // Which cohort a list is to be made for: the one that the request names by its id, else the only
  // one whose configured name it has, as it is or as a slug, with or without Amplitude's
  // "[Amplitude] " and ": <id>" around it. nullopt when there is none, or more than one.
  [[nodiscard]] std::optional<CohortId> CohortOfList(const CreateListRequest& request) const;
  // "'9apg8e8f' ('active users'), '26umsb5'", or "none".
  [[nodiscard]] std::string Names() const;

 private:
  std::vector<PushedCohort> cohorts_;
};

}  // namespace cohort_sync::web

#endif  // COHORT_SYNC_WEB_PUSHED_COHORTS_H_
