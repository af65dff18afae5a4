#include "storage/inbox_view.h"

#include <algorithm>
#include <utility>

#include "storage/database_file.h"
#include "storage/inbox_tables.h"
#include "storage/transaction.h"

namespace cohort_sync {

Result<std::unique_ptr<InboxView>> InboxView::Open(const std::string& path) {
  auto database = OpenForReading(path, Schema::kInbox);
  if (!database) return Fail(database.error());
  return std::unique_ptr<InboxView>(new InboxView(std::move(*database)));
}

InboxDepth InboxView::Depth(const CohortId& cohort, const std::optional<InboxPosition>& after) {
  const Activity activity(*database_, "count pushed batches");
  InboxTables tables(*database_);
  const bool here = after && after->inbox == tables.Name();
  return tables.Depth(cohort, here ? after->batch : 0);
}

std::vector<StoredBatch> InboxView::Waiting(const CohortId& cohort,
                                            const std::optional<InboxPosition>& after,
                                            std::int64_t behind,
                                            std::size_t limit) {
  const Activity activity(*database_, "read pushed batches");
  InboxTables tables(*database_);
  const bool here = after && after->inbox == tables.Name();
  return tables.Heads(cohort, std::max(here ? after->batch : 0, behind), limit);
}

std::optional<InboxGap> InboxView::FindGap(const CohortId& cohort) {
  const Activity activity(*database_, "find what was not taken");
  return InboxTables(*database_).FindGap(cohort);
}

}  // namespace cohort_sync
