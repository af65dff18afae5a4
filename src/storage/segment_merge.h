// A segment with the changes of the journal applied: pure.
#ifndef COHORT_SYNC_STORAGE_SEGMENT_MERGE_H_
#define COHORT_SYNC_STORAGE_SEGMENT_MERGE_H_

#include <span>
#include <vector>

#include "sync/desired_members.h"

namespace cohort_sync {

// The desired members of a range. `changes` are sorted by hash and contact, of one contact in the
// order of the journal, the last one winning (storage/overlay.h). The views point into `checkpoint`
// and `changes`.
[[nodiscard]] std::vector<MemberRef> MergedMembers(const SegmentView& checkpoint,
                                                   std::span<const JournalChange> changes);

}  // namespace cohort_sync

#endif  // COHORT_SYNC_STORAGE_SEGMENT_MERGE_H_
