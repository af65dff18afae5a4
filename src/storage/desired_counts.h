// How many members each list should have, counted once for what the journal says.
#ifndef COHORT_SYNC_STORAGE_DESIRED_COUNTS_H_
#define COHORT_SYNC_STORAGE_DESIRED_COUNTS_H_

#include <cstdint>
#include <map>

#include "storage/checkpoints.h"
#include "storage/database.h"
#include "sync/ids.h"

namespace cohort_sync {

// For those who ask again and again. Part of a reader: reads within what its caller holds open.
// Throws DatabaseError.
class DesiredCounts {
 public:
  explicit DesiredCounts(Database& database) : database_(database), checkpoints_(database) {}

  // Counts anew only where the journal has grown since: what is desired changes by a new row of it.
  [[nodiscard]] std::int64_t Of(BindingId binding);

 private:
  struct Counted {
    std::int64_t newest_operation = 0;
    std::int64_t members = 0;
  };

  Database& database_;
  Checkpoints checkpoints_;
  std::map<BindingId, Counted> counted_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_STORAGE_DESIRED_COUNTS_H_
