// The options that plan, sync and resync share.
#ifndef COHORT_SYNC_CLI_RUN_OPTIONS_H_
#define COHORT_SYNC_CLI_RUN_OPTIONS_H_

#include <optional>

#include "base/clock.h"
#include "base/result.h"
#include "cli/command.h"
#include "sync/preparation.h"

namespace cohort_sync {

// --approve, --approve-adds and --force. kConfiguration for a number that is none, and for an
// approval without exactly one cohort: it is for a number that a person has seen of that cohort.
[[nodiscard]] Result<RunOptions> RunOptionsOf(const CommandArguments& arguments);

// --wait, of the commands that deliver. kConfiguration when it is no duration.
[[nodiscard]] Result<std::optional<Duration>> WaitOf(const CommandArguments& arguments);

}  // namespace cohort_sync

#endif  // COHORT_SYNC_CLI_RUN_OPTIONS_H_
