// What has to change so that the desired members become the snapshot's members.
#ifndef COHORT_SYNC_SYNC_DIFF_H_
#define COHORT_SYNC_SYNC_DIFF_H_

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "sync/desired_members.h"
#include "sync/members.h"

namespace cohort_sync {

// Law: the desired members without `removed` and with `added` are exactly the snapshot's
// identifiers; added and removed are disjoint, unique, and sorted by hash: the journal's indexes
// grow at their ends then. Movable only: the views point into the snapshot (added, duplicates) and
// into this object (removed).
struct Delta {
  Delta() = default;
  Delta(Delta&&) = default;
  Delta& operator=(Delta&&) = default;
  Delta(const Delta&) = delete;
  Delta& operator=(const Delta&) = delete;

  std::vector<MemberRef> added;
  std::vector<MemberRef> removed;
  std::int64_t unchanged = 0;
  std::int64_t desired_before = 0;
  std::int64_t duplicates = 0;                     // Rows beyond the first of each identifier.
  std::vector<std::string_view> duplicate_values;  // The first kMaxListedRejectedRows of them.

  std::deque<std::string> removed_values;  // What `removed` points into.
};

// One pass over both sides; only what changed is sorted. REQUIRES: `snapshot` was built with the
// key that the hashes of the desired members were made with, and outlives the result. Throws
// DatabaseError.
[[nodiscard]] Delta Diff(const MemberRows& snapshot, BindingId binding, DesiredMembers& desired);

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_DIFF_H_
