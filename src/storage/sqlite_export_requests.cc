#include "storage/sqlite_export_requests.h"

#include "storage/query.h"
#include "storage/transaction.h"

namespace cohort_sync {

namespace {

constexpr char kFind[] =
    "SELECT request_id, property, requested_at FROM export_requests"
    " WHERE project = ?1 AND cohort = ?2";
constexpr char kSave[] =
    "INSERT OR REPLACE INTO export_requests (project, cohort, request_id, property, requested_at)"
    " VALUES (?1, ?2, ?3, ?4, ?5)";
constexpr char kForget[] = "DELETE FROM export_requests WHERE project = ?1 AND cohort = ?2";

}  // namespace

std::optional<ExportRequest> SqliteExportRequests::Find(const ProjectName& project,
                                                        const CohortId& cohort) {
  const Activity activity(database_, "find an export request");
  Query query(database_, kFind);
  if (!query.Bind(project, cohort).Step()) return std::nullopt;
  return ExportRequest{query.String(0), query.String(1), query.Time(2)};
}

void SqliteExportRequests::Save(const ProjectName& project,
                                const CohortId& cohort,
                                const ExportRequest& request) {
  Transaction transaction(database_, "save an export request");
  Query(database_, kSave)
      .Bind(project, cohort, request.request_id, request.property, request.requested_at)
      .Run();
  transaction.Commit();
}

void SqliteExportRequests::Forget(const ProjectName& project, const CohortId& cohort) {
  Transaction transaction(database_, "forget an export request");
  if (Query(database_, kForget).Bind(project, cohort).Run() > 0) transaction.Commit();
}

}  // namespace cohort_sync
