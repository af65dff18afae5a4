// The memory of asynchronous exports, in the state.
#ifndef COHORT_SYNC_STORAGE_SQLITE_EXPORT_REQUESTS_H_
#define COHORT_SYNC_STORAGE_SQLITE_EXPORT_REQUESTS_H_

#include <optional>

#include "storage/database.h"
#include "sync/export_requests.h"

namespace cohort_sync {

// Shares the writing connection with the store that made it and outlives it never. Outside of the
// store's transactions; one thread with the store.
class SqliteExportRequests final : public ExportRequests {
 public:
  explicit SqliteExportRequests(Database& database) : database_(database) {}

  [[nodiscard]] std::optional<ExportRequest> Find(const ProjectName& project,
                                                  const CohortId& cohort) override;
  void Save(const ProjectName& project,
            const CohortId& cohort,
            const ExportRequest& request) override;
  void Forget(const ProjectName& project, const CohortId& cohort) override;

 private:
  Database& database_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_STORAGE_SQLITE_EXPORT_REQUESTS_H_
