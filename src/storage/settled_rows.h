// The rows of settled attempts, on their way into the journal.
#ifndef COHORT_SYNC_STORAGE_SETTLED_ROWS_H_
#define COHORT_SYNC_STORAGE_SETTLED_ROWS_H_

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "storage/database.h"
#include "sync/journal_rules.h"
#include "sync/operation.h"

namespace cohort_sync {

// What a row in flight becomes.
struct SettledRow {
  OperationState state = OperationState::kPending;
  Membership before = Membership::kUnknown;
  std::optional<UnknownAttempt> unknown;
  std::optional<ParkReason> park_reason;
  int attempts = 0;
  TimePoint not_before{};
  int http_status = 0;
  std::string reason;
  TimePoint updated_at{};
  friend bool operator==(const SettledRow&, const SettledRow&) = default;
};

// Writes those that follow each other and become the same in one statement. Throws DatabaseError,
// also when a row is not in flight: an attempt is settled once.
class SettledRows {
 public:
  explicit SettledRows(Database& database) : database_(database) {}

  void Add(OperationId id, SettledRow row);
  // Those that were added and are not written yet. Nothing is written by the destructor.
  void Write();

 private:
  Database& database_;
  SettledRow row_;
  std::vector<OperationId> ids_;  // That become `row_`.
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_STORAGE_SETTLED_ROWS_H_
