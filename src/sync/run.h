// One sync of one binding, from trigger to report.
#ifndef COHORT_SYNC_SYNC_RUN_H_
#define COHORT_SYNC_SYNC_RUN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "sync/call_statistics.h"
#include "sync/identifier.h"
#include "sync/ids.h"

namespace cohort_sync {

// The text forms are what the state stores and what --json prints.
enum class RunTrigger {
  kManual,     // "manual"
  kScheduled,  // "scheduled"
  kResync,     // "resync"
  kRetry,      // "retry"
  kPush,       // "push"
  kApproval,   // "approval": a person let a hold through.
};
enum class RunState {
  kDelivering,   // "delivering": committed, operations still open (or the process ended meanwhile).
  kSucceeded,    // "succeeded"
  kParked,       // "parked": finished, some operations parked.
  kHeld,         // "held": finished, removals or adds wait for approval.
  kFailed,       // "failed": see error.
  kInterrupted,  // "interrupted": a person stopped it; the rest is pending.
};
// One of the two that a sync goes between.
enum class Side {
  kSource,       // "source"
  kDestination,  // "destination"
};
[[nodiscard]] std::string_view ToString(RunTrigger trigger);
[[nodiscard]] std::string_view ToString(RunState state);
[[nodiscard]] std::optional<RunTrigger> ParseRunTrigger(std::string_view text);
[[nodiscard]] std::optional<RunState> ParseRunState(std::string_view text);
[[nodiscard]] std::string_view ToString(Side side);
[[nodiscard]] std::optional<Side> ParseSide(std::string_view text);

// What the run's commit decided. All numbers are contacts, unless said otherwise.
struct RunCounts {
  std::int64_t rows = 0;     // Data rows of the snapshot, or members of the batches.
  std::int64_t members = 0;  // Distinct contacts of the snapshot, or that the list should have now.
  RejectCounts rejected{};   // Rows.
  std::int64_t desired_before = 0;
  std::int64_t added = 0;    // Add operations committed.
  std::int64_t removed = 0;  // Remove operations committed.
  std::int64_t unchanged = 0;
  std::int64_t held_removals = 0;
  std::int64_t held_adds = 0;
  std::int64_t reopened = 0;  // Parked operations opened again.
  std::int64_t batches = 0;   // Pushed batches; 0 for a snapshot.
};

// What delivery did within the run, whichever run the operations came from.
struct DeliveryCounts {
  std::int64_t calls = 0;      // Contact calls that were answered or lost, repeats included.
  std::int64_t delivered = 0;  // Operations acknowledged.
  std::int64_t unneeded = 0;   // Operations that were already true.
  std::int64_t refused = 0;    // Operations parked by this run: a definite no.
  std::int64_t exhausted = 0;  // Operations parked by this run: attempts used up.
  // Of the binding when the run ended, whichever run they came from:
  std::int64_t pending = 0;           // Operations pending or in flight.
  std::int64_t parked = 0;            // Operations parked as refused or exhausted.
  std::int64_t unknown_contacts = 0;  // Adds that wait for the contact to exist there.

  std::vector<CallSummary> by_call{};  // The calls again, by their kind.
};

struct RunReport {
  RunId id;
  BindingId binding;
  std::string cohort;  // Cohort id.
  std::string cohort_name;
  std::string list;
  RunTrigger trigger = RunTrigger::kManual;
  std::optional<RunId> approves;  // Of kApproval: the run that held.
  RunState state = RunState::kDelivering;
  TimePoint started_at;
  std::optional<TimePoint> finished_at;
  std::optional<TimePoint> snapshot_as_of;
  std::string origin;
  bool removals_approved = false;
  RunCounts counts;
  DeliveryCounts delivery;
  std::string error;  // Empty unless failed; redacted.
  // Not reached, broken off, its key refused, its exports spent, or a delivery that gave up or was
  // stopped. Of two sides the destination.
  std::optional<Side> failed_side;
  std::vector<std::string> notes;  // Warnings and holds, one sentence each.
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_RUN_H_
