// The token of the dashboard: who has it may act there and see whole identifiers.
#ifndef COHORT_SYNC_CLI_DASHBOARD_TOKEN_H_
#define COHORT_SYNC_CLI_DASHBOARD_TOKEN_H_

#include <string>

#include "base/result.h"
#include "base/secret.h"
#include "config/config.h"

namespace cohort_sync {

// "STATE-token"
[[nodiscard]] std::string DashboardTokenPath(const Config& config);

// The token in the file, which belongs to this user or root and is closed to everybody else;
// kConfiguration otherwise. Where there is none, one is made: 256 bits of the system's randomness
// as hex, in a file of mode 0600.
[[nodiscard]] Result<Secret> ReadOrMakeDashboardToken(const Config& config);
// Another one in its place. A daemon takes it from then on.
[[nodiscard]] Result<Secret> ReplaceDashboardToken(const Config& config);
// kConfiguration when there is none.
[[nodiscard]] Result<Secret> ReadDashboardToken(const Config& config);

}  // namespace cohort_sync

#endif  // COHORT_SYNC_CLI_DASHBOARD_TOKEN_H_
