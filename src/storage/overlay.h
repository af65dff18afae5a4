// The journal behind a checkpoint, by ranges of the hash.
#ifndef COHORT_SYNC_STORAGE_OVERLAY_H_
#define COHORT_SYNC_STORAGE_OVERLAY_H_

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "storage/database.h"
#include "sync/desired_members.h"
#include "sync/members.h"

namespace cohort_sync {

// The operations of a binding with after < operation_id <= until, whatever became of them (R1).
// Sorted by hash and contact; of one contact in the order of the journal.
//
// Applying rows to a segment that already reflects them changes nothing: what is left of a contact
// in the journal is always the end of its history, and its last row decides. So one `after`, the
// lowest position of all segments, serves every segment.
//
// Read once and kept, 13 bytes a row beside the contact. Throws DatabaseError.
class Overlay {
 public:
  static constexpr std::int64_t kEverything = std::numeric_limits<std::int64_t>::max();

  // `within` leaves out what is elsewhere, for those who read a part.
  Overlay(Database& database,
          BindingId binding,
          std::int64_t after,
          std::int64_t until,
          HashRange within = {});

  // Rows in all.
  [[nodiscard]] std::int64_t size() const { return static_cast<std::int64_t>(rows_.size()); }

  // The changes of `range`, valid until the next call.
  [[nodiscard]] std::span<const JournalChange> In(HashRange range);

 private:
  MemberRows rows_;                     // A letter for the kind before each contact.
  std::vector<JournalChange> changes_;  // What In has handed out.
};

// Rows of the journal after `after`.
[[nodiscard]] std::int64_t CountOverlay(Database& database,
                                        BindingId binding,
                                        std::int64_t after,
                                        std::int64_t until = Overlay::kEverything);

}  // namespace cohort_sync

#endif  // COHORT_SYNC_STORAGE_OVERLAY_H_
