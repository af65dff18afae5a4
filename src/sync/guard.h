// Stands between "computed" and "stored": too many removals, or too many adds, wait for a person.
// Arithmetic: design brief, section 8, "Guard arithmetic" and "Approval".
#ifndef COHORT_SYNC_SYNC_GUARD_H_
#define COHORT_SYNC_SYNC_GUARD_H_

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"

namespace cohort_sync {

struct GuardLimits {
  int max_removal_percent = 20;
  std::int64_t min_removals = 25;  // Up to this many removals pass whatever the percentage.
  Duration window = std::chrono::hours(24);
  int max_added_percent = 500;
  std::int64_t min_added = 100'000;  // Up to this many adds pass whatever the percentage.
};

// The numbers that a person has seen and agreed to.
struct Approval {
  std::optional<std::int64_t> removals;  // --approve N
  std::optional<std::int64_t> adds;      // --approve-adds N
};

struct GuardInput {
  bool first_snapshot = false;
  bool pushed = false;       // Of batches: nothing is known to be complete.
  std::int64_t desired = 0;  // Before this run.
  std::int64_t members = 0;  // Contacts in the snapshot, if it is one.
  std::int64_t removals = 0;
  std::int64_t adds = 0;
  std::int64_t unapproved_removals_in_window = 0;  // Committed by earlier runs.
};

struct GuardVerdict {
  bool hold_removals = false;
  bool hold_adds = false;
  bool removals_approved = false;  // Would have been held without the approval.
  std::int64_t removal_limit = 0;  // What the window allows in all.
  // For the person: numbers, reason and the next step; empty when nothing is held.
  std::string removals_reason;
  std::string adds_reason;
};

// Pure. `cohort` is what the person types to approve.
[[nodiscard]] GuardVerdict Judge(const GuardInput& input,
                                 const GuardLimits& limits,
                                 const Approval& approval,
                                 const std::string& cohort);

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_GUARD_H_
