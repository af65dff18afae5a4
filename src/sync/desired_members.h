// Port: the desired members of a binding, read in ranges of the hash. src/storage implements it
// over checkpoint segments and the journal behind them.
#ifndef COHORT_SYNC_SYNC_DESIRED_MEMBERS_H_
#define COHORT_SYNC_SYNC_DESIRED_MEMBERS_H_

#include <cstdint>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "sync/members.h"
#include "sync/operation.h"
#include "sync/segment.h"

namespace cohort_sync {

// A journal row that came after a segment: the newest per contact decides.
struct JournalChange {
  std::uint64_t hash = 0;
  std::string contact;
  OperationKind kind = OperationKind::kAdd;
};

// Desired members of one range: `checkpoint`, then `changes`, the later one winning. The changes
// are sorted by hash; those of one contact are in journal order. Valid during the visit only.
struct DesiredRange {
  HashRange range;
  SegmentView checkpoint;
  std::span<const JournalChange> changes;
};

class DesiredMembers {
 public:
  virtual ~DesiredMembers() = default;
  // Visits disjoint ranges in ascending order that together cover every hash; for a binding without
  // a checkpoint that is one empty segment. Throws DatabaseError (a damaged segment included).
  virtual void VisitDesired(BindingId binding,
                            const std::function<void(const DesiredRange&)>& visit) = 0;
};

// Those of `contacts`, sorted by hash, that are desired members; the views are theirs. Throws
// DatabaseError.
[[nodiscard]] std::set<std::string_view> FindDesired(DesiredMembers& members,
                                                     BindingId binding,
                                                     std::span<const MemberRef> contacts);

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_DESIRED_MEMBERS_H_
