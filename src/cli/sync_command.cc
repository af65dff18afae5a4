// sync, resync and retry: runs that a person starts.
#include <deque>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "base/format.h"
#include "base/text.h"
#include "base/time_text.h"
#include "cli/command.h"
#include "cli/json_text.h"
#include "cli/progress_printer.h"
#include "cli/records_intake.h"
#include "cli/report_text.h"
#include "cli/run_options.h"
#include "cli/session.h"
#include "cli/workspace.h"

namespace cohort_sync {
namespace {

// Reports in the order of the syncs, each as soon as those before it are there.
class Reports {
 public:
  Reports(const CommandContext& context, ProgressPrinter& progress, std::size_t number)
      : context_(context), progress_(progress), ended_(number), reports_(number) {}

  // There was nothing to do; `note`, if there is one, tells a person so.
  void Skip(std::size_t index, const std::string& note = {}) {
    ended_[index] = true;
    if (!note.empty() && !context_.json) {
      progress_.Clear();
      context_.out << note << '\n';
    }
    Print();
  }

  void Add(std::size_t index, std::optional<Result<RunReport>> report) {
    ended_[index] = true;
    if (!report) {
      worst_ = Worse(worst_, ExitCode::kInterrupted);
    } else if (!*report) {
      if (!error_) error_ = report->error();
    } else {
      worst_ = Worse(worst_, ExitCodeOf((*report)->state));
      reports_[index] = std::move(**report);
    }
    Print();
  }

  // When all have ended.
  [[nodiscard]] Result<ExitCode> Conclude() {
    progress_.Clear();
    if (error_) return Fail(*error_);
    if (context_.json) {
      std::vector<RunReport> ran;
      for (std::optional<RunReport>& report : reports_) {
        if (report) ran.push_back(std::move(*report));
      }
      context_.out << RunsJson(ran) << '\n';
    }
    return worst_;
  }

 private:
  void Print() {
    for (; next_ < ended_.size() && ended_[next_]; ++next_) {
      if (context_.json || !reports_[next_]) continue;
      progress_.Clear();
      context_.out << RunText(*reports_[next_]);
    }
  }

  const CommandContext& context_;
  ProgressPrinter& progress_;
  std::vector<bool> ended_;
  std::vector<std::optional<RunReport>> reports_;
  std::size_t next_ = 0;  // To be printed.
  std::optional<Error> error_;
  ExitCode worst_ = ExitCode::kDone;
};

// The runs of one sync, one after the other.
struct Steps {
  const SyncConfig* sync = nullptr;
  SyncTarget target;
  std::vector<RunRequest> requests;  // `done` is still to be set.
  std::size_t first = 0;             // The index of the first one's report.
};

// What a person asks of a pushed cohort: first what waits, then, where it is also read as a whole,
// that. A number that is approved is judged by the last one, which sees everything.
std::vector<RunRequest> RequestsOf(const SyncConfig& sync,
                                   RunRequest::Kind kind,
                                   const RunOptions& options) {
  RunRequest request;
  request.kind = kind;
  request.options = options;
  if (!sync.push || kind != RunRequest::Kind::kSync) return {request};
  RunRequest push = request;
  push.kind = RunRequest::Kind::kPush;
  if (!sync.snapshots && options.trigger != RunTrigger::kResync) return {push};
  push.options.approval = {};
  return {push, request};
}

class StepRunner {
 public:
  StepRunner(RunObserver& observer, Reports& reports, const std::stop_token& stop)
      : observer_(observer), reports_(reports), stop_(stop) {}

  // The starter outlives the steps.
  void Begin(RunStarter& starter, Steps& steps, std::size_t step = 0) {
    RunRequest request = steps.requests[step];
    request.target = &steps.target;
    request.observer = &observer_;
    request.done = [this, &starter, &steps, step](const std::optional<Result<RunReport>>& report) {
      End(starter, steps, step, report);
    };
    starter.Start(std::move(request));
  }

 private:
  void End(RunStarter& starter,
           Steps& steps,
           std::size_t step,
           const std::optional<Result<RunReport>>& report) {
    const bool nothing =
        !report && steps.requests[step].kind == RunRequest::Kind::kPush && !stop_.stop_requested();
    const bool goes_on =
        nothing || (report && *report && (*report)->state != RunState::kInterrupted);
    if (nothing) {
      const bool last = step + 1 == steps.requests.size();
      reports_.Skip(steps.first + step,
                    last ? Format("cohort '{}': nothing was pushed since its last run",
                                  steps.target.key.cohort.value())
                         : std::string());
    } else {
      reports_.Add(steps.first + step, report);
    }
    for (std::size_t next = step + 1; next < steps.requests.size(); ++next) {
      if (goes_on) return Begin(starter, steps, next);
      reports_.Skip(steps.first + next);
    }
  }

  RunObserver& observer_;
  Reports& reports_;
  const std::stop_token stop_;
};

// Of all syncs that are asked for, before anything is done.
Result<std::deque<Steps>> StepsOf(const CommandContext& context,
                                  const CommandArguments& arguments,
                                  Workspace& workspace,
                                  RunRequest::Kind kind,
                                  const RunOptions& options,
                                  const std::optional<Duration>& wait) {
  const auto selected = workspace.Select(context, arguments.positional);
  if (!selected) return Fail(selected.error());
  std::deque<Steps> all;
  std::size_t reported = 0;
  for (const SyncConfig* sync : *selected) {
    Result<SyncTarget> target = workspace.TargetOf(*sync);
    if (!target) return Fail(target.error());
    if (wait) target->delivery.give_up_after = *wait;
    all.push_back({sync, std::move(*target), RequestsOf(*sync, kind, options), reported});
    reported += all.back().requests.size();
  }
  return all;
}

// Files of records become batches first.
Status TakeRecords(const CommandContext& context,
                   Workspace& workspace,
                   const std::deque<Steps>& all) {
  if (workspace.inbox() == nullptr) return {};
  std::vector<const SyncConfig*> syncs;
  syncs.reserve(all.size());
  for (const Steps& steps : all)
    syncs.push_back(steps.sync);
  RecordsIntake records(
      syncs, workspace.config(), workspace.push_format(), *workspace.inbox(), context.clock);
  return records.Take(context.stop);
}

// One run of every selected sync.
Result<ExitCode> RunAll(const CommandContext& context,
                        const CommandArguments& arguments,
                        const std::string& command,
                        RunRequest::Kind kind,
                        const RunOptions& options) {
  const Result<std::optional<Duration>> wait = WaitOf(arguments);
  if (!wait) return Fail(wait.error());
  auto session = OpenSession(context, command);
  if (!session) return Fail(session.error());
  Workspace& workspace = (*session)->workspace();
  auto all = (*session)->Call(
      [&] { return StepsOf(context, arguments, workspace, kind, options, *wait); });
  if (!all) return Fail(all.error());
  if (kind == RunRequest::Kind::kSync) {
    if (Status taken = TakeRecords(context, workspace, *all); !taken) return Fail(taken.error());
  }
  std::size_t reported = 0;
  for (const Steps& steps : *all)
    reported += steps.requests.size();
  ProgressPrinter progress(context);
  Reports reports(context, progress, reported);
  StepRunner runner(progress, reports, context.stop);
  (*session)->Run([&](RunStarter& starter) {
    for (Steps& steps : *all)
      runner.Begin(starter, steps);
  });
  return reports.Conclude();
}

Result<ExitCode> RunWithSnapshot(const CommandContext& context,
                                 const CommandArguments& arguments,
                                 const std::string& command,
                                 RunTrigger trigger) {
  Result<RunOptions> options = RunOptionsOf(arguments);
  if (!options) return Fail(options.error());
  options->trigger = trigger;
  const auto clear = arguments.Number("clear");
  if (!clear) return Fail(clear.error());
  options->clear_list_of = *clear;
  // Whoever is not in the snapshot leaves the list with everybody else: that is the number given.
  if (*clear) options->approval.removals = std::numeric_limits<std::int64_t>::max();
  return RunAll(context, arguments, command, RunRequest::Kind::kSync, *options);
}

}  // namespace

Result<ExitCode> RunSync(const CommandContext& context, const CommandArguments& arguments) {
  return RunWithSnapshot(context, arguments, "sync", RunTrigger::kManual);
}

Result<ExitCode> RunResync(const CommandContext& context, const CommandArguments& arguments) {
  return RunWithSnapshot(context, arguments, "resync", RunTrigger::kResync);
}

Result<ExitCode> RunRetry(const CommandContext& context, const CommandArguments& arguments) {
  RunOptions options;
  options.trigger = RunTrigger::kRetry;
  return RunAll(context, arguments, "retry", RunRequest::Kind::kRetry, options);
}

}  // namespace cohort_sync
