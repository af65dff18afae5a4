// The inbox as it would be with the files of records in it that wait: for plans, which take
// nothing.
#ifndef COHORT_SYNC_CLI_RECORDS_LOOK_H_
#define COHORT_SYNC_CLI_RECORDS_LOOK_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "storage/sqlite_inbox.h"
#include "sync/inbox.h"

namespace cohort_sync {

// What is stored here is kept in memory, as far as one run would take it, behind what waits in the
// inbox; the inbox itself stays as it is. Of one cohort: batches of others are passed over. Stores
// first, then reads; one thread at a time. Throws DatabaseError.
class RecordsLook final : public Inbox {
 public:
  // The inbox outlives it.
  RecordsLook(SqliteInbox& inbox, CohortId cohort) : inbox_(inbox), cohort_(std::move(cohort)) {}

  // `done` is called at once.
  void Store(ReceivedBatch batch, std::function<void(Result<InboxOutcome>)> done) override;
  void NoteGap(const CohortId& cohort, TimePoint at, const std::string& reason) override;
  [[nodiscard]] std::vector<StoredBatch> Read(const CohortId& cohort,
                                              const std::optional<InboxPosition>& after,
                                              std::int64_t most_members) override;
  [[nodiscard]] InboxPosition PositionOf(const StoredBatch& batch) const override;
  void Planned(const CohortId& cohort, const InboxPosition& through) override;
  [[nodiscard]] InboxDepth Depth(const CohortId& cohort,
                                 const std::optional<InboxPosition>& after) override;
  [[nodiscard]] std::optional<InboxGap> FindGap(const CohortId& cohort) override;

 private:
  // Of the batches here that are behind `after`: those of the inbox are before all of them.
  [[nodiscard]] InboxDepth DepthHere(const std::optional<InboxPosition>& after) const;

  SqliteInbox& inbox_;
  const CohortId cohort_;
  std::vector<StoredBatch> kept_;      // The first ones.
  std::vector<std::int64_t> members_;  // Of each batch, in their order.
  std::int64_t kept_members_ = 0;
  std::set<std::string> messages_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_CLI_RECORDS_LOOK_H_
