// Moves checkpoints along the journal and drops what they cover.
#ifndef COHORT_SYNC_STORAGE_FOLDING_H_
#define COHORT_SYNC_STORAGE_FOLDING_H_

#include <cstdint>
#include <vector>

#include "base/clock.h"
#include "storage/checkpoints.h"
#include "storage/database.h"

namespace cohort_sync {

// Part of a store. Opens its own transactions, one per segment, so it is called outside of any;
// whenever it is cut off, every answer of Checkpoints stays the same. Throws DatabaseError.
class Folding {
 public:
  explicit Folding(Database& database) : database_(database), checkpoints_(database) {}

  // Folds the journal into 'latest' when it is more than 4,096 operations and more than 5 % of the
  // checkpoint's members. Otherwise costs one count.
  void FoldIfGrown(BindingId binding);

  // Moves 'base' to the newest operation older than `older_than` and deletes the closed operations
  // up to there. Of a contact's newest operation only the delivered or unneeded goes, and only when
  // it was settled before `older_than` too.
  void Prune(BindingId binding, TimePoint older_than);

 private:
  // Brings the segments of `name` to `until`, from `sources`: its own segments, or what it is built
  // from.
  void Fold(BindingId binding,
            CheckpointName name,
            const std::vector<SegmentInfo>& sources,
            std::int64_t until);
  [[nodiscard]] std::int64_t NewestOperation(BindingId binding);
  // The newest operation before the first one that is not older than `time`.
  [[nodiscard]] std::int64_t NewestOlderThan(BindingId binding, std::int64_t after, TimePoint time);
  void Drop(BindingId binding, CheckpointName name);
  void DropLatestBehind(BindingId binding, std::int64_t position);
  void DeleteClosed(BindingId binding, std::int64_t until, TimePoint settled_before);

  Database& database_;
  Checkpoints checkpoints_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_STORAGE_FOLDING_H_
