// approve and discard: a person's word about what a run held.
#include <optional>
#include <utility>

#include "base/format.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/json_text.h"
#include "cli/progress_printer.h"
#include "cli/report_text.h"
#include "cli/run_options.h"
#include "cli/session.h"
#include "sync/hold.h"

namespace cohort_sync {
namespace {

// An open hold and whose it is.
struct OpenHoldOf {
  HoldRecord hold;
  Binding binding;
  const SyncConfig* sync = nullptr;
};

Result<OpenHoldOf> FindOpenHold(Workspace& workspace, RunId run) {
  if (Status open = CheckHoldIsOpen(workspace.store(), run); !open) return Fail(open.error());
  OpenHoldOf found;
  found.hold = workspace.store().FindHold(run).value();
  for (const SyncConfig& sync : workspace.config().syncs) {
    std::optional<Binding> binding = workspace.store().FindBinding(sync.key);
    if (!binding || binding->id != found.hold.binding) continue;
    found.binding = std::move(*binding);
    found.sync = &sync;
    return found;
  }
  return Fail(ErrorCode::kConfiguration,
              Format("the cohort of run {} is not configured any more, so nothing is sent for it; "
                     "configure it again first",
                     run.value()));
}

Result<RunId> RunOf(const CommandArguments& arguments) {
  const std::string& word = arguments.positional.front();
  if (const auto number = ParseInteger(word)) return RunId(*number);
  return Fail(ErrorCode::kConfiguration,
              Format("'{}' is not the number of a run; 'cohort-sync status' names the runs that "
                     "hold something",
                     Printable(word)));
}

std::string HeldText(const HoldRecord& hold) {
  return Format(
      "{} and {}", Count(hold.removals, "removal", "removals"), Count(hold.adds, "add", "adds"));
}

}  // namespace

Result<ExitCode> RunApprove(const CommandContext& context, const CommandArguments& arguments) {
  const Result<RunId> run = RunOf(arguments);
  if (!run) return Fail(run.error());
  const Result<std::optional<Duration>> wait = WaitOf(arguments);
  if (!wait) return Fail(wait.error());
  auto session = OpenSession(context, "approve");
  if (!session) return Fail(session.error());
  Workspace& workspace = (*session)->workspace();
  Result<SyncTarget> target = (*session)->Call([&]() -> Result<SyncTarget> {
    const Result<OpenHoldOf> found = FindOpenHold(workspace, *run);
    if (!found) return Fail(found.error());
    return workspace.TargetOf(*found->sync);
  });
  if (!target) return Fail(target.error());
  if (*wait) target->delivery.give_up_after = **wait;

  ProgressPrinter progress(context);
  std::optional<Result<RunReport>> ended;
  (*session)->Run([&](RunStarter& starter) {
    RunRequest request;
    request.kind = RunRequest::Kind::kApproval;
    request.target = &*target;
    request.hold = *run;
    request.observer = &progress;
    request.done = [&](std::optional<Result<RunReport>> report) { ended = std::move(report); };
    starter.Start(std::move(request));
  });
  progress.Clear();
  if (!ended) return ExitCode::kInterrupted;
  if (!*ended) return Fail((*ended).error());
  context.out << (context.json ? RunsJson({**ended}) + '\n' : RunText(**ended));
  return ExitCodeOf((**ended).state);
}

Result<ExitCode> RunDiscard(const CommandContext& context, const CommandArguments& arguments) {
  const Result<RunId> run = RunOf(arguments);
  if (!run) return Fail(run.error());
  auto session = OpenSession(context, "discard");
  if (!session) return Fail(session.error());
  Workspace& workspace = (*session)->workspace();
  Result<OpenHoldOf> found = (*session)->Call([&] { return FindOpenHold(workspace, *run); });
  if (!found) return Fail(found.error());
  const std::string& cohort = found->binding.key.cohort.value();
  Status discarded;
  (*session)->Run([&](RunStarter& starter) {
    starter.WhenNotPlanned(found->binding.key, [&] {
      discarded = CheckHoldIsOpen(workspace.store(), *run);  // It may have been decided meanwhile.
      if (!discarded) return;
      workspace.store().DiscardHold(*run);
      if (found->sync->push)
        workspace.inbox()->NoteGap(found->binding.key.cohort,
                                   context.clock.Now(),
                                   Format("what run {} held was discarded", run->value()));
    });
  });
  if (!discarded) return Fail(discarded.error());
  if (context.json) {
    context.out << DiscardedJson(found->binding, found->hold) << '\n';
    return ExitCode::kDone;
  }
  context.out << Format(
      "discarded {} of run {}; list '{}' stays as it is, and {}\n",
      HeldText(found->hold),
      run->value(),
      found->binding.pins.list_name.value(),
      found->sync->push ? Format("cohort '{}' needs a reconcile to be equal to it again", cohort)
                        : Format("the next snapshot of cohort '{}' is judged afresh", cohort));
  return ExitCode::kDone;
}

}  // namespace cohort_sync
