// sync, resync and retry: runs that a person starts.
#include <limits>
#include <utility>

#include "base/format.h"
#include "base/text.h"
#include "base/time_text.h"
#include "cli/command.h"
#include "cli/json_text.h"
#include "cli/progress_printer.h"
#include "cli/report_text.h"
#include "cli/run_options.h"
#include "cli/workspace.h"
#include "sync/sync_runner.h"

namespace cohort_sync {
namespace {

Result<std::optional<Duration>> WaitOf(const CommandArguments& arguments) {
  const auto wait = arguments.options.find("wait");
  if (wait == arguments.options.end()) return std::nullopt;
  const std::optional<Duration> duration = ParseDuration(wait->second);
  if (duration) return duration;
  return Fail(
      ErrorCode::kConfiguration,
      Format("--wait '{}': use a number and s, m or h, for example 15m", Printable(wait->second)));
}

void Print(const CommandContext& context, const std::vector<RunReport>& reports) {
  if (context.json) {
    context.out << RunsJson(reports) << '\n';
    return;
  }
  for (const RunReport& report : reports)
    context.out << RunText(report);
}

// Runs `run_one` for every selected sync, prints as they end, and returns the worst exit code.
template <typename RunOne>
Result<ExitCode> ForEachSync(const CommandContext& context,
                             const CommandArguments& arguments,
                             const std::string& command,
                             RunOne run_one) {
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
  SyncRunner runner((*workspace)->store(), context.clock, context.random);
  ProgressPrinter progress(context);
  ExitCode worst = ExitCode::kDone;
  std::vector<RunReport> reports;
  for (const SyncTarget& target : targets) {
    if (context.stop.stop_requested()) {
      worst = Worse(worst, ExitCode::kInterrupted);
      break;
    }
    Result<RunReport> report = run_one(runner, target, progress);
    if (!report) return Fail(report.error());
    worst = Worse(worst, ExitCodeOf(report->state));
    progress.Clear();
    if (!context.json) Print(context, {*report});
    reports.push_back(std::move(*report));
  }
  if (context.json) Print(context, reports);
  return worst;
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
  return ForEachSync(
      context,
      arguments,
      command,
      [&](SyncRunner& runner, const SyncTarget& target, RunObserver& observer)
          -> Result<RunReport> { return runner.Run(target, *options, observer, context.stop); });
}

}  // namespace

Result<ExitCode> RunSync(const CommandContext& context, const CommandArguments& arguments) {
  return RunWithSnapshot(context, arguments, "sync", RunTrigger::kManual);
}

Result<ExitCode> RunResync(const CommandContext& context, const CommandArguments& arguments) {
  return RunWithSnapshot(context, arguments, "resync", RunTrigger::kResync);
}

Result<ExitCode> RunRetry(const CommandContext& context, const CommandArguments& arguments) {
  return ForEachSync(context,
                     arguments,
                     "retry",
                     [&](SyncRunner& runner, const SyncTarget& target, RunObserver& observer) {
                       return runner.Retry(target, observer, context.stop);
                     });
}

}  // namespace cohort_sync
