#include "cli/daemon.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/format.h"
#include "base/log.h"
#include "base/text.h"
#include "base/time_text.h"
#include "cli/adapters.h"
#include "storage/sqlite_history.h"

namespace cohort_sync {
namespace {

// Operations that a run left pending are tried again this often; it is also how often a refused
// credential is tried (design brief, section 2).
constexpr Duration kPendingInterval = std::chrono::minutes(15);
constexpr Duration kPruneInterval = std::chrono::hours(24);
// Before this version was made: a clock that says so was not set yet (faults.md E6).
constexpr TimePoint kMade = std::chrono::sys_days(std::chrono::year(2026) / 11 / 1);
constexpr Duration kLongestTurnAtTheEnd = std::chrono::seconds(1);

std::vector<LogField> FieldsOf(const RunReport& run) {
  std::vector<LogField> fields = {{"run", run.id.value()}, {"cohort", run.cohort}};
  if (!run.list.empty()) fields.emplace_back("list", run.list);
  fields.insert(fields.end(),
                {{"state", std::string(ToString(run.state))},
                 {"added", run.counts.added},
                 {"removed", run.counts.removed},
                 {"held", run.counts.held_removals + run.counts.held_adds},
                 {"delivered", run.delivery.delivered},
                 {"pending", run.delivery.pending},
                 {"parked", run.delivery.parked}});
  if (!run.error.empty()) fields.emplace_back("error", run.error);
  return fields;
}

LogLevel LevelOf(RunState state) {
  if (state == RunState::kFailed) return LogLevel::kError;
  return state == RunState::kHeld || state == RunState::kParked ? LogLevel::kWarning
                                                                : LogLevel::kInfo;
}

RunOptions Scheduled() {
  RunOptions options;
  options.trigger = RunTrigger::kScheduled;
  return options;
}

// What would keep the daemon from serving it: a secret that cannot be read.
Status CheckSecrets(const Config& config, const CommandContext& context) {
  for (const SyncConfig& sync : config.syncs) {
    const auto destination = MakeDestination(config, sync.key.destination, context);
    if (!destination)
      return Fail(destination.error().WithContext(
          Format("destination '{}'", sync.key.destination.value())));
    if (!sync.snapshots || sync.snapshots->file) continue;
    const auto access = MakeExportAccess(config, sync.key.project, context);
    if (!access)
      return Fail(access.error().WithContext(Format("project '{}'", sync.key.project.value())));
  }
  if (!config.server) return {};
  const auto secrets = ReadPushSecrets(config);
  return secrets ? Status() : Fail(secrets.error());
}

// The configuration that is to take the place of `current`.
Result<Config> ReadNextConfig(const Config& current, const CommandContext& context) {
  Result<Config> next = LoadConfig(context.config_path);
  if (!next) return next;
  if (next->state != current.state)
    return Fail(ErrorCode::kConfiguration,
                Format("state: it is '{}' until the daemon is started again, the configuration "
                       "says '{}'",
                       current.state.string(),
                       next->state.string()));
  if (Status secrets = CheckSecrets(*next, context); !secrets) return Fail(secrets.error());
  return next;
}

std::string InOneLine(const std::string& text) {
  std::vector<std::string> lines;
  for (const std::string_view line : Split(text, '\n'))
    lines.emplace_back(Trim(line));
  return Join(lines, "; ");
}

}  // namespace

std::string ControlPathOf(const std::string& state) {
  return state + "-control";
}

Daemon::Daemon(const CommandContext& context,
               Workspace& workspace,
               Monitoring& monitoring,
               std::atomic<bool>& hangup)
    : context_(context),
      workspace_(workspace),
      monitoring_(monitoring),
      hangup_(hangup),
      service_(workspace.config(), context.clock) {
  if (workspace.inbox() != nullptr) pushes_ = std::make_unique<PushService>(context, workspace);
  engine_ = workspace.MakeEngine(true);
  queue_ = std::make_unique<RunQueue>(*engine_, [this](const RunReport& run) { Report(run); });
  host_.emplace(DaemonHost{workspace, *queue_, ended_.get_token()});
  // Which may have let a pushed cohort go on.
  commands_ = std::make_unique<DaemonCommands>(context, *host_, [this] {
    if (pushes_) pushes_->LookAgain();
  });
}

// The engine first: then those who wait for what it runs are told that it will not end.
Daemon::~Daemon() {
  queue_.reset();
  engine_.reset();
  ended_.request_stop();
}

Status Daemon::Prepare() {
  if (Status read = ReadSchedule(); !read) return read;
  pending_at_ = prune_at_ = context_.clock.Now();
  if (Status listening = Listen(); !listening) return listening;
  auto notifications = NotificationService::Start(context_, workspace_);
  if (!notifications) return Fail(notifications.error());
  notifications_ = std::move(*notifications);
  auto control =
      web::ControlServer::Start(ControlPathOf(workspace_.config().state.string()), *commands_);
  if (!control) return Fail(control.error());
  control_ = std::move(*control);
  return {};
}

Status Daemon::ReadSchedule() {
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
  return {};
}

Status Daemon::Listen() {
  const std::optional<ServerConfig>& settings = workspace_.config().server;
  if (!settings) return {};
  if (pushes_) {
    auto receiver = pushes_->Receive();
    if (!receiver) return Fail(receiver.error());
    server_.Add("/amplitude/", **receiver);
  }
  monitoring_.AddTo(server_, pushes_.get());
  dashboard_ =
      std::make_unique<DashboardService>(workspace_.config(), context_.clock, commands_.get());
  dashboard_->AddTo(server_);
  if (Status started = server_.Start(*settings); !started) return started;
  Log(LogLevel::kInfo, Format("listening at {}", server_.url()));
  return {};
}

std::optional<Config> Daemon::Run() {
  monitoring_.health().SetServing();
  while (true) {
    monitoring_.health().Turned();
    const bool stops = context_.stop.stop_requested();
    if (hangup_.exchange(false) && !stops) ReadConfigAgain();
    const bool ends = stops || next_config_.has_value();
    if (ends && engine_->idle() && queue_->idle()) break;
    const TimePoint now = context_.clock.Now();
    if (ends) monitoring_.health().SetStopping();
    if (next_config_) StopRuns();
    queue_->Turn();
    if (!ends && !HoldsForClock(now)) BeginDue(now);
    const Duration longest = service_.Turn(scheduler_.NextWake(now), context_.stop);
    engine_->Turn(std::min(ends ? kLongestTurnAtTheEnd : UntilNext(now), longest));
  }
  if (context_.stop.stop_requested()) return std::nullopt;
  service_.Reload();
  return std::move(next_config_);
}

bool Daemon::HoldsForClock(TimePoint now) {
  const bool is_unset = now < kMade;
  if (is_unset && !clock_is_unset_) {
    Log(LogLevel::kError,
        Format("the clock says {}, which is before this program was made: nothing is begun until "
               "it is set",
               FormatTime(now)));
  }
  // What was next by that clock means nothing by this one.
  if (!is_unset && clock_is_unset_) pending_at_ = prune_at_ = pushes_at_ = now;
  clock_is_unset_ = is_unset;
  return is_unset;
}

void Daemon::BeginDue(TimePoint now) {
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
    workspace_.store().Prune(now - workspace_.config().history_retention);
    prune_at_ = now + kPruneInterval;
  }
}

// Those whose earlier runs are not under way any more.
void Daemon::StartDue() {
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

// A reconcile that is due, and what a person asked for, goes first: it would wait for ever behind
// pushes that do not end.
void Daemon::TakePushes(TimePoint now) {
  if (!pushes_) return;
  pushes_at_ = pushes_->Turn(now);
  const auto may_take = [this](std::size_t index) {
    const BindingKey& key = targets_[index].key;
    return !due_.contains(index) && !queue_->Waits(key) && !engine_->TakesBatches(key);
  };
  for (const std::size_t index : pushes_->Waiting(may_take)) {
    RunRequest request;
    request.kind = RunRequest::Kind::kPush;
    request.target = &targets_[index];
    request.options = Scheduled();
    request.done = [this, index](const std::optional<Result<RunReport>>& report) {
      ReportIfRun(report);
      const bool ran = report && *report && (*report)->state != RunState::kFailed;
      if (!ran) pushes_->Failed(index, context_.clock.Now());
      pushes_->LookAgain(index);
    };
    engine_->Enqueue(std::move(request));
  }
}

void Daemon::Sync(std::size_t index) {
  const SyncTarget& target = targets_[index];
  const std::optional<Binding> binding = workspace_.store().FindBinding(target.key);
  if (binding && binding->paused_at) return scheduler_.Finished(index);
  RunRequest request;
  request.target = &target;
  request.options = Scheduled();
  request.done = [this, index](const std::optional<Result<RunReport>>& report) {
    ReportIfRun(report);
    scheduler_.Finished(index);
  };
  engine_->Enqueue(std::move(request));
}

void Daemon::DeliverPending() {
  for (const SyncTarget& target : targets_) {
    if (engine_->Runs(target.key)) continue;
    RunRequest request;
    request.kind = RunRequest::Kind::kPending;
    request.target = &target;
    request.options = Scheduled();
    request.done = [this](const std::optional<Result<RunReport>>& report) { ReportIfRun(report); };
    engine_->Enqueue(std::move(request));
  }
}

void Daemon::ReadConfigAgain() {
  Result<Config> next = ReadNextConfig(workspace_.config(), context_);
  if (next) {
    next_config_ = std::move(*next);
  } else {
    Log(LogLevel::kError,
        Format("the configuration in force stays: {}", InOneLine(next.error().message())));
  }
}

void Daemon::StopRuns() {
  for (const SyncTarget& target : targets_)
    engine_->Stop(target.key);
}

void Daemon::Report(const RunReport& run) {
  Log(LevelOf(run.state), "run ended", FieldsOf(run));
  monitoring_.RunEnded(run);
  if (notifications_) notifications_->RunEnded();
}

void Daemon::ReportIfRun(const std::optional<Result<RunReport>>& report) {
  if (report && *report) Report(**report);
}

Duration Daemon::UntilNext(TimePoint now) {
  if (clock_is_unset_) return web::kLongestRest;
  TimePoint until = std::min(pending_at_, prune_at_);
  if (pushes_) until = std::min(until, pushes_at_);
  if (const auto wake = scheduler_.NextWake(now)) until = std::min(until, *wake);
  // Bounded, so that a clock that was set is noticed, and that it shows that it is alive.
  return std::clamp(until - now, Duration(1), web::kLongestRest);
}

}  // namespace cohort_sync
