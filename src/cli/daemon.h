// What `serve` runs: the schedule, pushes and what people ask for, until it is stopped or its
// configuration is read again.
#ifndef COHORT_SYNC_CLI_DAEMON_H_
#define COHORT_SYNC_CLI_DAEMON_H_

#include <atomic>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "cli/command.h"
#include "cli/daemon_commands.h"
#include "cli/daemon_server.h"
#include "cli/dashboard_service.h"
#include "cli/monitoring.h"
#include "cli/notifications.h"
#include "cli/push_service.h"
#include "cli/run_queue.h"
#include "cli/service_report.h"
#include "cli/session.h"
#include "cli/workspace.h"
#include "service/scheduler.h"
#include "service/sync_engine.h"
#include "web/control_server.h"

namespace cohort_sync {

// The socket of the daemon that serves this state.
[[nodiscard]] std::string ControlPathOf(const std::string& state);

// On the thread that owns the state: what is due is read one after the other, and delivered beside
// each other. Throws DatabaseError.
class Daemon {
 public:
  // `hangup`: the configuration is to be read again. The references outlive it.
  Daemon(const CommandContext& context,
         Workspace& workspace,
         Monitoring& monitoring,
         std::atomic<bool>& hangup);
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  // Finds out what is due, and begins to listen. Why it cannot serve this configuration.
  [[nodiscard]] Status Prepare();
  // Returns when nothing is under way any more after a stop, or after another configuration was
  // read, which it gives.
  [[nodiscard]] std::optional<Config> Run();

 private:
  [[nodiscard]] Status ReadSchedule();
  [[nodiscard]] Status Listen();
  void BeginDue(TimePoint now);
  // Nothing is begun at a time that no machine which runs this program can have; says so once.
  [[nodiscard]] bool HoldsForClock(TimePoint now);
  void StartDue();
  void TakePushes(TimePoint now);
  void Sync(std::size_t index);
  void DeliverPending();
  void ReadConfigAgain();
  void StopRuns();
  void Report(const RunReport& run);
  void ReportIfRun(const std::optional<Result<RunReport>>& report);
  [[nodiscard]] Duration UntilNext(TimePoint now);

  const CommandContext& context_;
  Workspace& workspace_;
  Monitoring& monitoring_;
  std::atomic<bool>& hangup_;
  ServiceReport service_;
  std::optional<Config> next_config_;
  Scheduler scheduler_;
  std::vector<SyncTarget> targets_;
  std::set<std::size_t> due_;    // While an earlier run is under way.
  bool clock_is_unset_ = false;  // It was told so.
  TimePoint pending_at_;
  TimePoint prune_at_;
  TimePoint pushes_at_;
  std::unique_ptr<PushService> pushes_;                 // nullptr: nothing is pushed.
  std::unique_ptr<NotificationService> notifications_;  // nullptr: nobody is told.
  std::unique_ptr<DashboardService> dashboard_;         // Told how commands ended.
  std::stop_source ended_;
  std::unique_ptr<SyncEngine> engine_;
  std::unique_ptr<RunQueue> queue_;
  std::optional<DaemonHost> host_;
  std::unique_ptr<DaemonCommands> commands_;
  DaemonServer server_;  // Its handlers outlive it.
  std::unique_ptr<web::ControlServer> control_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_CLI_DAEMON_H_
