// The journal behind a checkpoint, by ranges of the hash.
#ifndef COHORT_SYNC_STORAGE_OVERLAY_H_
#define COHORT_SYNC_STORAGE_OVERLAY_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "storage/database.h"
#include "sync/desired_members.h"

namespace cohort_sync {

// The operations of a binding with after < operation_id <= until, whatever became of them (R1).
// Sorted by hash and contact; of one contact in the order of the journal.
//
// Applying rows to a segment that already reflects them changes nothing: what is left of a contact
// in the journal is always the end of its history, and its last row decides. So one `after`, the
// lowest position of all segments, serves every segment.
//
// A small overlay is read once, a large one (the journal of a first sync) in windows of the hash,
// so that memory stays bounded. Throws DatabaseError.
class Overlay {
 public:
  static constexpr std::int64_t kEverything = std::numeric_limits<std::int64_t>::max();

  Overlay(Database& database, BindingId binding, std::int64_t after, std::int64_t until);

  // Rows in all.
  [[nodiscard]] std::int64_t size() const { return size_; }

  // The changes of `range`, valid until the next call. REQUIRES: a range [k x 2^n, (k + 1) x 2^n),
  // as every segment has; each call's range begins after the one before ended.
  [[nodiscard]] std::span<const JournalChange> In(HashRange range);

 private:
  void LoadWindow(HashRange window);

  Database& database_;
  BindingId binding_;
  std::int64_t after_;
  std::int64_t until_;
  std::int64_t size_ = 0;
  unsigned window_bits_ = 0;  // Windows are 2^window_bits_ equal ranges of the hash.
  bool loaded_ = false;
  HashRange window_;
  std::vector<JournalChange> changes_;  // Of window_.
  std::size_t next_ = 0;                // The first change that was not handed out yet.
};

// Rows of the journal after `after`.
[[nodiscard]] std::int64_t CountOverlay(Database& database,
                                        BindingId binding,
                                        std::int64_t after,
                                        std::int64_t until = Overlay::kEverything);

}  // namespace cohort_sync

#endif  // COHORT_SYNC_STORAGE_OVERLAY_H_
