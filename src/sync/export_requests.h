// Port: the memory of asynchronous exports, so that a restart goes on with a request instead of
// spending another of the month's budget (contracts/amplitude.md 1.2, 6.1.5). src/storage
// implements it.
#ifndef COHORT_SYNC_SYNC_EXPORT_REQUESTS_H_
#define COHORT_SYNC_SYNC_EXPORT_REQUESTS_H_

#include <optional>
#include <string>

#include "base/clock.h"
#include "sync/ids.h"

namespace cohort_sync {

struct ExportRequest {
  std::string request_id;
  std::string property;    // The property that was asked for; a request for another is of no use.
  TimePoint requested_at;  // The snapshot is as of this time.
};

// One open request per (project, cohort). Throws DatabaseError. Writing thread only.
class ExportRequests {
 public:
  virtual ~ExportRequests() = default;
  [[nodiscard]] virtual std::optional<ExportRequest> Find(const ProjectName& project,
                                                          const CohortId& cohort) = 0;
  // Durable when it returns. Replaces an earlier one.
  virtual void Save(const ProjectName& project,
                    const CohortId& cohort,
                    const ExportRequest& request) = 0;
  virtual void Forget(const ProjectName& project, const CohortId& cohort) = 0;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_EXPORT_REQUESTS_H_
