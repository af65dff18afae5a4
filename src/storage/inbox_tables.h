// The tables of the inbox's file (schema/inbox).
#ifndef COHORT_SYNC_STORAGE_INBOX_TABLES_H_
#define COHORT_SYNC_STORAGE_INBOX_TABLES_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "storage/database.h"
#include "sync/inbox.h"

namespace cohort_sync {

// Part of an inbox: writes inside its caller's transaction. Throws DatabaseError.
class InboxTables {
 public:
  explicit InboxTables(Database& database) : database_(database) {}

  // Which inbox this is; 0 when it has no name yet.
  [[nodiscard]] std::int64_t Name();
  void SetName(std::int64_t name);

  // What the batch would meet: kStored when its message is not known.
  [[nodiscard]] InboxOutcome Look(const ReceivedBatch& received);
  [[nodiscard]] InboxOutcome Insert(const ReceivedBatch& received);
  // As in Inbox; `after` is a batch id of this inbox, 0 for none.
  [[nodiscard]] std::vector<StoredBatch> Read(const CohortId& cohort,
                                              std::int64_t after,
                                              std::int64_t most_members);
  [[nodiscard]] bool Waits(const CohortId& cohort, std::int64_t after);
  // At most `limit` behind `after`, without their bodies.
  [[nodiscard]] std::vector<StoredBatch> Heads(const CohortId& cohort,
                                               std::int64_t after,
                                               std::size_t limit);
  [[nodiscard]] InboxDepth Depth(const CohortId& cohort, std::int64_t after);
  // Gives the bytes of their bodies.
  [[nodiscard]] std::int64_t DropBatches(const CohortId& cohort, std::int64_t through);
  void DropMessages(TimePoint before);
  // Bytes of all bodies that wait.
  [[nodiscard]] std::int64_t WaitingBytes();

  void NoteGap(const CohortId& cohort, const InboxGap& gap);
  [[nodiscard]] std::optional<InboxGap> FindGap(const CohortId& cohort);

  [[nodiscard]] std::optional<TimePoint> AliveAt();
  void SetAlive(TimePoint now);

 private:
  Database& database_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_STORAGE_INBOX_TABLES_H_
