// How many operations of a binding are not closed.
#ifndef COHORT_SYNC_STORAGE_OPEN_COUNTS_H_
#define COHORT_SYNC_STORAGE_OPEN_COUNTS_H_

#include <cstdint>

#include "storage/database.h"
#include "sync/history.h"
#include "sync/ids.h"

namespace cohort_sync {

// Pending and in flight. Reads one index entry per operation: about 50 ms for two million.
[[nodiscard]] std::int64_t CountPending(Database& database, BindingId binding);
[[nodiscard]] ParkedCounts CountParked(Database& database, BindingId binding);

}  // namespace cohort_sync

#endif  // COHORT_SYNC_STORAGE_OPEN_COUNTS_H_
