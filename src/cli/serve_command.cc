#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "base/database_error.h"
#include "base/format.h"
#include "base/log.h"
#include "base/text.h"
#include "base/time_text.h"
#include "cli/command.h"
#include "cli/daemon_server.h"
#include "cli/dashboard_service.h"
#include "cli/push_service.h"
#include "cli/workspace.h"
#include "service/scheduler.h"
#include "service/sync_engine.h"
#include "storage/sqlite_history.h"

namespace cohort_sync {
namespace {

// Operations that a run left pending are tried again this often; it is also how often a refused
// credential is tried (design brief, section 2).
constexpr Duration kPendingInterval = std::chrono::minutes(15);
constexpr Duration kPruneInterval = std::chrono::hours(24);
constexpr Duration kLongestSleep = std::chrono::hours(1);

std::string RunLine(const RunReport& run) {
  return Format(
      "run={} cohort={} list={} state={} added={} removed={} held={} delivered={} pending={} "
      "parked={}{}{}",
      run.id.value(),
      run.cohort,
      run.list.empty() ? "-" : run.list,
      ToString(run.state),
      run.counts.added,
      run.counts.removed,
      run.counts.held_removals + run.counts.held_adds,
      run.delivery.delivered,
      run.delivery.pending,
      run.delivery.parked,
      run.error.empty() ? "" : " error=",
      run.error);
}

LogLevel LevelOf(RunState state) {
  if (state == RunState::kFailed) return LogLevel::kError;
  return state == RunState::kHeld || state == RunState::kParked ? LogLevel::kWarning
                                                                : LogLevel::kInfo;
}

// The daemon's loop, on the thread that owns the state: what is due is read one after the other,
// and delivered beside each other.
class Daemon {
 public:
  Daemon(const CommandContext& context, Workspace& workspace)
      : context_(context), workspace_(workspace) {
    if (workspace.inbox() != nullptr) pushes_ = std::make_unique<PushService>(context, workspace);
    engine_ = workspace.MakeEngine(observer_, pushes_ != nullptr);
  }

  Status Prepare() {
    std::map<BindingKey, TimePoint> last_run;
    std::map<BindingKey, TimePoint> last_read;
    auto history = SqliteHistory::Open(workspace_.config().state.string());
    if (!history) return Fail(history.error());
    for (const BindingStatus& status : (*history)->Bindings()) {
      // Of a pushed cohort most runs are no reads; its last snapshot is as of when it was read.
      if (status.last_run) last_run[status.binding.key] = status.last_run->started_at;
      if (const auto& read = status.binding.accepted_as_of) last_read[status.binding.key] = *read;
    }
    for (const SyncConfig& sync : workspace_.config().syncs) {
      Result<SyncTarget> target = workspace_.TargetOf(sync);
      if (!target) return Fail(target.error());
      targets_.push_back(std::move(*target));
      const std::map<BindingKey, TimePoint>& started = sync.push ? last_read : last_run;
      const auto last = started.find(sync.key);
      if (sync.snapshots) {
        scheduler_.Add(sync.snapshots->schedule,
                       last == started.end() ? std::nullopt : std::optional(last->second));
      } else {
        scheduler_.Add(Schedule(), context_.clock.Now());  // Never due: there is nothing to read.
      }
    }
    pending_at_ = prune_at_ = context_.clock.Now();
    return Listen();
  }

  void Run() {
    while (!context_.stop.stop_requested() || !engine_->idle()) {
      const TimePoint now = context_.clock.Now();
      if (!context_.stop.stop_requested()) {
        while (const auto due = scheduler_.NextDue(now)) {
          scheduler_.Started(*due, now);
          due_.insert(*due);
        }
        StartDue();
        TakePushes(now);
        if (now >= pending_at_) {
          DeliverPending();
          pending_at_ = now + kPendingInterval;
        }
        if (now >= prune_at_) {
          Prune(now);
          prune_at_ = now + kPruneInterval;
        }
      }
      engine_->Turn(UntilNext(now));
    }
  }

 private:
  Status Listen() {
    const std::optional<ServerConfig>& settings = workspace_.config().server;
    if (!settings) return {};
    if (pushes_) {
      auto receiver = pushes_->Receive();
      if (!receiver) return Fail(receiver.error());
      server_.Add("/amplitude/", **receiver);
      server_.Add("/healthz", **receiver);
    }
    dashboard_ = std::make_unique<DashboardService>(workspace_.config(), context_.clock, nullptr);
    dashboard_->AddTo(server_);
    if (Status started = server_.Start(*settings); !started) return started;
    Log(LogLevel::kInfo, Format("listening at {}", server_.url()));
    return {};
  }

  // Those whose earlier runs are not under way any more.
  void StartDue() {
    for (auto next = due_.begin(); next != due_.end();) {
      const std::size_t index = *next;
      if (engine_->Runs(targets_[index].key)) {
        ++next;
        continue;
      }
      next = due_.erase(next);
      Sync(index);
    }
  }

  // A reconcile that is due goes first: it would wait for ever behind pushes that do not end.
  void TakePushes(TimePoint now) {
    if (!pushes_) return;
    pushes_at_ = pushes_->Turn(now);
    const auto may_take = [this](std::size_t index) {
      return !due_.contains(index) && !engine_->TakesBatches(targets_[index].key);
    };
    for (const std::size_t index : pushes_->Waiting(may_take))
      engine_->Enqueue(
          {RunRequest::Kind::kPush, &targets_[index], Options(), [this, index](auto report) {
             Report(report);
             const bool ran = report && *report && (*report)->state != RunState::kFailed;
             if (!ran) pushes_->Failed(index, context_.clock.Now());
             pushes_->LookAgain(index);
           }});
  }

  void Sync(std::size_t index) {
    const SyncTarget& target = targets_[index];
    const std::optional<Binding> binding = workspace_.store().FindBinding(target.key);
    if (binding && binding->paused_at) return scheduler_.Finished(index);
    engine_->Enqueue({RunRequest::Kind::kSync, &target, Options(), [this, index](auto report) {
                        Report(report);
                        scheduler_.Finished(index);
                      }});
  }

  void DeliverPending() {
    for (const SyncTarget& target : targets_) {
      if (engine_->Runs(target.key)) continue;
      engine_->Enqueue({RunRequest::Kind::kPending, &target, Options(), [](const auto& report) {
                          Report(report);
                        }});
    }
  }

  [[nodiscard]] static RunOptions Options() {
    RunOptions options;
    options.trigger = RunTrigger::kScheduled;
    return options;
  }

  void Prune(TimePoint now) {
    workspace_.store().Prune(now - workspace_.config().history_retention);
  }

  [[nodiscard]] Duration UntilNext(TimePoint now) {
    TimePoint until = std::min(pending_at_, prune_at_);
    if (pushes_) until = std::min(until, pushes_at_);
    if (const auto wake = scheduler_.NextWake(now)) until = std::min(until, *wake);
    // Bounded, so that a clock that was set is noticed.
    return std::clamp(until - now, Duration(1), kLongestSleep);
  }

  static void Report(const std::optional<Result<RunReport>>& report) {
    if (report && *report) Log(LevelOf((*report)->state), RunLine(**report));
  }

  const CommandContext& context_;
  Workspace& workspace_;
  RunObserver observer_;
  Scheduler scheduler_;
  std::vector<SyncTarget> targets_;
  std::set<std::size_t> due_;  // While an earlier run is under way.
  TimePoint pending_at_;
  TimePoint prune_at_;
  TimePoint pushes_at_;
  std::unique_ptr<PushService> pushes_;  // nullptr: nothing is pushed.
  std::unique_ptr<DashboardService> dashboard_;
  DaemonServer server_;                 // Its handlers outlive it.
  std::unique_ptr<SyncEngine> engine_;  // Last: what it runs uses the others.
};

}  // namespace

Result<ExitCode> RunServe(const CommandContext& context, const CommandArguments& /*arguments*/) {
  auto workspace = Workspace::Open(context, "serve");
  if (!workspace) return Fail(workspace.error());
  Daemon daemon(context, **workspace);
  if (Status prepared = daemon.Prepare(); !prepared) return Fail(prepared.error());
  Log(LogLevel::kInfo,
      Format("serving {}", Count(std::ssize((*workspace)->config().syncs), "sync", "syncs")));
  daemon.Run();
  Log(LogLevel::kInfo, "stopped");
  return ExitCode::kDone;
}

}  // namespace cohort_sync
