// sync, resync and retry: runs that a person starts.
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
#include "cli/report_text.h"
#include "cli/run_options.h"
#include "cli/workspace.h"
#include "service/sync_engine.h"

namespace cohort_sync {
namespace {

constexpr Duration kLongestTurn = std::chrono::minutes(1);

Result<std::optional<Duration>> WaitOf(const CommandArguments& arguments) {
  const auto wait = arguments.options.find("wait");
  if (wait == arguments.options.end()) return std::nullopt;
  const std::optional<Duration> duration = ParseDuration(wait->second);
  if (duration) return duration;
  return Fail(
      ErrorCode::kConfiguration,
      Format("--wait '{}': use a number and s, m or h, for example 15m", Printable(wait->second)));
}

// Reports in the order of the syncs, each as soon as those before it are there.
class Reports {
 public:
  Reports(const CommandContext& context, ProgressPrinter& progress, std::size_t number)
      : context_(context), progress_(progress), ended_(number), reports_(number) {}

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
    for (; next_ < ended_.size() && ended_[next_]; ++next_) {
      if (context_.json || !reports_[next_]) continue;
      progress_.Clear();
      context_.out << RunText(*reports_[next_]);
    }
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
  const CommandContext& context_;
  ProgressPrinter& progress_;
  std::vector<bool> ended_;
  std::vector<std::optional<RunReport>> reports_;
  std::size_t next_ = 0;  // To be printed.
  std::optional<Error> error_;
  ExitCode worst_ = ExitCode::kDone;
};

// One run of every selected sync.
Result<ExitCode> RunAll(const CommandContext& context,
                        const CommandArguments& arguments,
                        const std::string& command,
                        RunRequest::Kind kind,
                        const RunOptions& options) {
  const Result<std::optional<Duration>> wait = WaitOf(arguments);
  if (!wait) return Fail(wait.error());
  auto workspace = Workspace::Open(context, command);
  if (!workspace) return Fail(workspace.error());
  const auto selected = (*workspace)->Select(arguments.positional);
  if (!selected) return Fail(selected.error());

  std::vector<SyncTarget> targets;  // All of them, before anything is done.
  for (const SyncConfig* sync : *selected) {
    Result<SyncTarget> target = (*workspace)->TargetOf(*sync);
    if (!target) return Fail(target.error());
    if (*wait) target->delivery.give_up_after = **wait;
    targets.push_back(std::move(*target));
  }
  ProgressPrinter progress(context);
  Reports reports(context, progress, targets.size());
  const auto engine = (*workspace)->MakeEngine(progress);
  for (std::size_t i = 0; i < targets.size(); ++i)
    engine->Enqueue({kind, &targets[i], options, [&reports, i](auto report) {
                       reports.Add(i, std::move(report));
                     }});
  while (!engine->idle())
    engine->Turn(kLongestTurn);
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
