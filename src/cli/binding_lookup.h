// Which binding a person means.
#ifndef COHORT_SYNC_CLI_BINDING_LOOKUP_H_
#define COHORT_SYNC_CLI_BINDING_LOOKUP_H_

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/command.h"
#include "storage/sqlite_history.h"
#include "sync/history.h"

namespace cohort_sync {

// The state of the configuration, for reading. kNotFound when there is none yet.
[[nodiscard]] Result<std::unique_ptr<SqliteHistory>> OpenHistory(const CommandContext& context);

// The bindings of the cohort with this id, or with this name at its last snapshot, configured or
// not. kNotFound, with the nearest, when it was never synced. Throws DatabaseError.
[[nodiscard]] Result<std::vector<Binding>> FindBindings(History& history, const std::string& word);

// The same where one is needed: kConfiguration, naming them, when the cohort goes to several
// destinations.
[[nodiscard]] Result<Binding> FindOneBinding(History& history, const std::string& word);

}  // namespace cohort_sync

#endif  // COHORT_SYNC_CLI_BINDING_LOOKUP_H_
