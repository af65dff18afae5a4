// The rows behind the dashboard's counts, a page or a part of a CSV at a time.
#ifndef COHORT_SYNC_CLI_DASHBOARD_ROWS_H_
#define COHORT_SYNC_CLI_DASHBOARD_ROWS_H_

#include <optional>

#include "storage/inbox_view.h"
#include "storage/sqlite_history.h"
#include "sync/binding.h"
#include "web/dashboard_source.h"

namespace cohort_sync {

// Of kMembers, kPending, kParked, kWaiting, kHold (with "hold": what is held, or null) and
// kRunRows:
// {"NAME": [rows], "next": "…" or null}, or CSV, whose first part begins with the names of the
// columns. Identifiers are masked unless they are to be revealed. `binding` is absent for a run
// that failed before it had one; `inbox` may be null. Throws DatabaseError.
[[nodiscard]] web::DashboardText ReadRows(SqliteHistory& history,
                                          InboxView* inbox,
                                          const std::optional<Binding>& binding,
                                          const web::DashboardQuery& query);

}  // namespace cohort_sync

#endif  // COHORT_SYNC_CLI_DASHBOARD_ROWS_H_
