// The dashboard of `serve`.
#ifndef COHORT_SYNC_CLI_DASHBOARD_SERVICE_H_
#define COHORT_SYNC_CLI_DASHBOARD_SERVICE_H_

#include "base/clock.h"
#include "base/result.h"
#include "cli/daemon_server.h"
#include "config/config.h"
#include "web/command_executor.h"
#include "web/dashboard.h"

namespace cohort_sync {

// Its handler is there for "/" until it goes, which is after the server.
class DashboardService {
 public:
  // Makes the token where there is none. One that cannot be made or read is logged: then nobody
  // acts from the dashboard until it can. `executor` may be null: nobody ever does. `clock` and
  // `executor` outlive it. REQUIRES: the configuration has a server.
  DashboardService(const Config& config, const Clock& clock, web::CommandExecutor* executor);

  void AddTo(DaemonServer& server) { server.Add("/", dashboard_); }

 private:
  web::Dashboard dashboard_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_CLI_DASHBOARD_SERVICE_H_
