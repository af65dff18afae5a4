// Where every sync stands, for the command 'status' and the dashboard.
#ifndef COHORT_SYNC_CLI_SYNC_STATUS_H_
#define COHORT_SYNC_CLI_SYNC_STATUS_H_

#include <memory>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "cli/json_text.h"
#include "config/config.h"
#include "storage/inbox_view.h"
#include "sync/history.h"

namespace cohort_sync {

// The inbox beside the state; null before the first command that owns the state made it.
[[nodiscard]] Result<std::unique_ptr<InboxView>> OpenInbox(const Config& config);

// Of a pushed cohort; `binding` and `inbox` may be null. Throws DatabaseError.
[[nodiscard]] PushStatus PushStatusOf(const SyncConfig& sync,
                                      const Binding* binding,
                                      InboxView* inbox);

// The configured syncs in the order of the file, then what only the state still knows. `history`
// may be null: nothing was ever synced; `bindings` are its own; so may `inbox`: nothing was ever
// pushed. Throws DatabaseError.
[[nodiscard]] std::vector<SyncStatus> StatusOf(const Config& config,
                                               std::vector<BindingStatus> bindings,
                                               History* history,
                                               InboxView* inbox,
                                               TimePoint now);

}  // namespace cohort_sync

#endif  // COHORT_SYNC_CLI_SYNC_STATUS_H_
