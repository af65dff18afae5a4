// Port: what property-based pushes say (src/amplitude implements it; the wire is in
// contracts/amplitude.md 2.5): each user has a true or false for each cohort.
#ifndef COHORT_SYNC_SYNC_IDENTIFY_FORMAT_H_
#define COHORT_SYNC_SYNC_IDENTIFY_FORMAT_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sync/change_batch.h"
#include "sync/ids.h"
#include "sync/push_format.h"

namespace cohort_sync {

// One body, as batches of one cohort and one direction each.
struct IdentifyCalls {
  struct Batch {
    ChangeBatchHead head;  // PushKind::kWebhook, without a message id and a time.
    std::string body;      // As a cohort webhook would say it: PushFormat reads it.
  };
  std::vector<Batch> batches;  // What is said of one user is in them in the order of the body.

  std::int64_t taken = 0;    // Users.
  std::int64_t skipped = 0;  // Users that say nothing that can be used; nothing of them is taken.
  std::string problem;       // Of the first of these. Names the field, never the user.
  std::set<CohortId> lost;   // Pushed cohorts that one of these named.
  std::optional<CohortId> elsewhere;  // The first cohort that was named and is not pushed here.
};

// Pure; safe from several threads.
class IdentifyFormat {
 public:
  virtual ~IdentifyFormat() = default;

  // `is_pushed` knows the cohorts that are pushed here: what names one of them is about it, and any
  // other property of a user is one.
  [[nodiscard]] virtual tl::expected<IdentifyCalls, PushProblem> Read(
      std::string_view body, const std::function<bool(const CohortId&)>& is_pushed) const = 0;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_IDENTIFY_FORMAT_H_
