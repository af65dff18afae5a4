// Reading an inbox for people, beside the process that writes it.
#ifndef COHORT_SYNC_STORAGE_INBOX_VIEW_H_
#define COHORT_SYNC_STORAGE_INBOX_VIEW_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "storage/database.h"
#include "sync/inbox.h"

namespace cohort_sync {

// Read only. Throws DatabaseError. One thread.
class InboxView {
 public:
  // kNotFound when there is no inbox yet; else as storage/database_file.h says.
  [[nodiscard]] static Result<std::unique_ptr<InboxView>> Open(const std::string& path);

  // As in Inbox.
  [[nodiscard]] InboxDepth Depth(const CohortId& cohort, const std::optional<InboxPosition>& after);
  // What Depth counts, in the order of arrival, without bodies: at most `limit`, behind the batch
  // with the number `behind`.
  [[nodiscard]] std::vector<StoredBatch> Waiting(const CohortId& cohort,
                                                 const std::optional<InboxPosition>& after,
                                                 std::int64_t behind,
                                                 std::size_t limit);
  [[nodiscard]] std::optional<InboxGap> FindGap(const CohortId& cohort);
  // Differs from what it was before if another connection has committed meanwhile.
  [[nodiscard]] std::string Version() { return database_->ReadPragma("data_version"); }

 private:
  explicit InboxView(std::unique_ptr<Database> database) : database_(std::move(database)) {}

  const std::unique_ptr<Database> database_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_STORAGE_INBOX_VIEW_H_
