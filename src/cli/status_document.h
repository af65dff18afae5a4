// The overview of the dashboard as JSON.
#ifndef COHORT_SYNC_CLI_STATUS_DOCUMENT_H_
#define COHORT_SYNC_CLI_STATUS_DOCUMENT_H_

#include <string>
#include <vector>

#include "base/clock.h"
#include "cli/json_text.h"
#include "config/config.h"
#include "sync/history.h"

namespace cohort_sync {

// {"syncs": [...], "health": [...]}. A sync is as StatusJson says, and has "binding" (the number of
// its rows in /v1/bindings/N), "project", "destination", "source", "schedule", "due" and
// "last_failure". Health is that of each project and destination of the configuration: "side",
// "name", "last_good", "last_failed", "reason", and of a project "budget": what StatusJson says of
// its exports, null where it has none. Identifiers are masked. `history` may be null. Throws
// DatabaseError.
[[nodiscard]] std::string StatusDocument(const Config& config,
                                         const std::vector<SyncStatus>& syncs,
                                         const std::vector<ExportBudget>& budgets,
                                         History* history,
                                         TimePoint now);

}  // namespace cohort_sync

#endif  // COHORT_SYNC_CLI_STATUS_DOCUMENT_H_
