// The complete membership of one cohort at one time.
#ifndef COHORT_SYNC_SYNC_SNAPSHOT_H_
#define COHORT_SYNC_SYNC_SNAPSHOT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "sync/identifier.h"
#include "sync/ids.h"
#include "sync/members.h"
#include "sync/snapshot_members.h"

namespace cohort_sync {

// A row that gave no contact, as it is listed in the run.
struct RejectedRow {
  std::int64_t row = 0;  // Data row in the source, counted from 1; 0 when not known (duplicates).
  RejectReason reason = RejectReason::kMissing;
  std::string value;   // As it was read, at most 256 bytes; empty when missing.
  std::string member;  // amplitude_id, where the source has it.
};

// Listed per run and reason; what is beyond is counted and said to be beyond.
inline constexpr std::size_t kMaxListedRejectedRows = 10'000;

// Always complete: a partial read is an Error and never becomes a Snapshot.
struct Snapshot {
  CohortId cohort;
  std::optional<std::string> cohort_name;  // Where the source knows it.
  TimePoint as_of;                         // When it was asked for; a file's time of last change.
  std::string origin;  // "amplitude export Sf7M9j", "file snapshots/active.csv".
  MemberRows members;
  std::int64_t rows = 0;                      // Data rows read.
  RejectCounts rejected{};                    // Without duplicates, which the diff counts.
  std::vector<RejectedRow> rejected_rows;     // The first kMaxListedRejectedRows of each reason.
  SnapshotMembers who;                        // Empty unless it was asked for.
  std::optional<std::int64_t> expected_size;  // The cohort's own size, as of its last computation.
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_SNAPSHOT_H_
