// The `server` section: where `serve` takes calls, and from whom.
#ifndef COHORT_SYNC_CONFIG_SERVER_READER_H_
#define COHORT_SYNC_CONFIG_SERVER_READER_H_

#include "config/config.h"
#include "config/config_problem.h"
#include "config/json_value.h"

namespace cohort_sync {

// An address that other machines reach needs a secret and the names by which it is called (issue 5,
// item 5; faults.md G6).
[[nodiscard]] ServerConfig ReadServer(const JsonValue& value, ConfigProblems& problems);

}  // namespace cohort_sync

#endif  // COHORT_SYNC_CONFIG_SERVER_READER_H_
