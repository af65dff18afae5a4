#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "base/database_error.h"
#include "base/format.h"
#include "base/log.h"
#include "base/text.h"
#include "base/time_text.h"
#include "cli/command.h"
#include "cli/workspace.h"
#include "service/scheduler.h"
#include "storage/sqlite_history.h"
#include "sync/sync_runner.h"

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

// The daemon's loop, on one thread: what is due runs, one binding after the other.
class Daemon {
 public:
  Daemon(const CommandContext& context, Workspace& workspace)
      : context_(context),
        workspace_(workspace),
        runner_(workspace.store(), context.clock, context.random) {}

  Status Prepare() {
    std::map<BindingKey, TimePoint> last_started;
    auto history = SqliteHistory::Open(workspace_.config().state.string());
    if (!history) return Fail(history.error());
    for (const BindingStatus& status : (*history)->Bindings()) {
      if (status.last_run) last_started[status.binding.key] = status.last_run->started_at;
    }
    for (const SyncConfig& sync : workspace_.config().syncs) {
      Result<SyncTarget> target = workspace_.TargetOf(sync);
      if (!target) return Fail(target.error());
      targets_.push_back(std::move(*target));
      const auto last = last_started.find(sync.key);
      scheduler_.Add(sync.schedule,
                     last == last_started.end() ? std::nullopt : std::optional(last->second));
    }
    pending_at_ = prune_at_ = context_.clock.Now();
    return {};
  }

  void Run() {
    while (!context_.stop.stop_requested()) {
      const TimePoint now = context_.clock.Now();
      if (const auto due = scheduler_.NextDue(now)) {
        RunOne(*due, now);
      } else if (now >= pending_at_) {
        DeliverPending();
        pending_at_ = context_.clock.Now() + kPendingInterval;
      } else if (now >= prune_at_) {
        Prune(now);
        prune_at_ = now + kPruneInterval;
      } else {
        Sleep(now);
      }
    }
  }

 private:
  void RunOne(std::size_t index, TimePoint now) {
    scheduler_.Started(index, now);
    const std::optional<Binding> binding = workspace_.store().FindBinding(targets_[index].key);
    if (!binding || !binding->paused_at) {
      RunOptions options;
      options.trigger = RunTrigger::kScheduled;
      Report(runner_.Run(targets_[index], options, observer_, context_.stop));
    }
    scheduler_.Finished(index);
  }

  void DeliverPending() {
    for (const SyncTarget& target : targets_) {
      if (context_.stop.stop_requested()) return;
      if (const auto report = runner_.DeliverPending(target, observer_, context_.stop))
        Report(*report);
    }
  }

  void Prune(TimePoint now) {
    workspace_.store().Prune(now - workspace_.config().history_retention);
  }

  void Sleep(TimePoint now) {
    TimePoint until = std::min(pending_at_, prune_at_);
    if (const auto wake = scheduler_.NextWake(now)) until = std::min(until, *wake);
    // Bounded, so that a clock that was set is noticed.
    context_.clock.SleepFor(std::clamp(until - now, Duration(1), kLongestSleep), context_.stop);
  }

  static void Report(const RunReport& report) { Log(LevelOf(report.state), RunLine(report)); }

  const CommandContext& context_;
  Workspace& workspace_;
  SyncRunner runner_;
  RunObserver observer_;
  Scheduler scheduler_;
  std::vector<SyncTarget> targets_;
  TimePoint pending_at_;
  TimePoint prune_at_;
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
