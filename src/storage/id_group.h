// Statements about several operations at a time: most of the price of writing one row is in opening
// the table and its indexes.
#ifndef COHORT_SYNC_STORAGE_ID_GROUP_H_
#define COHORT_SYNC_STORAGE_ID_GROUP_H_

#include <cstddef>
#include <optional>
#include <span>

#include "base/check.h"
#include "storage/query.h"
#include "sync/ids.h"

namespace cohort_sync {

inline constexpr std::size_t kIdGroup = 16;

// Sets the kIdGroup parameters from ?first on, of `operation_id IN (...)`. NULL stands for none.
// REQUIRES: at most kIdGroup `ids`, and that the query is bound.
inline void SetIds(Query& query, int first, std::span<const OperationId> ids) {
  CHECK(ids.size() <= kIdGroup);
  for (std::size_t i = 0; i < kIdGroup; ++i)
    query.Set(first + static_cast<int>(i), i < ids.size() ? std::optional(ids[i]) : std::nullopt);
}

}  // namespace cohort_sync

#endif  // COHORT_SYNC_STORAGE_ID_GROUP_H_
