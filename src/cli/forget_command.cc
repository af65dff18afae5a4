// forget: the end of a binding, with or without taking its contacts off the list.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/format.h"
#include "base/text.h"
#include "cli/binding_lookup.h"
#include "cli/command.h"
#include "cli/json_text.h"
#include "cli/progress_printer.h"
#include "cli/report_text.h"
#include "cli/session.h"

namespace cohort_sync {
namespace {

// A cohort that nobody is in any more.
class NoMembers final : public SnapshotSource {
 public:
  NoMembers(const Clock& clock, std::string cohort_name)
      : clock_(clock), cohort_name_(std::move(cohort_name)) {}

  Result<Snapshot> Fetch(const FetchRequest& request, const std::stop_token& /*stop*/) override {
    Snapshot snapshot;
    snapshot.cohort = request.cohort;
    snapshot.cohort_name = cohort_name_;
    snapshot.as_of = clock_.Now();
    snapshot.origin = "forget --remove-contacts";
    snapshot.members = MemberRowsBuilder(request.hash_key).Finish();
    return snapshot;
  }
  void Accepted(const CohortId& /*cohort*/) override {}

 private:
  const Clock& clock_;
  const std::string cohort_name_;
};

// What forgetting needs, found out before anything is done.
struct Forgetting {
  Binding binding;
  std::int64_t members = 0;
  OpenCounts open;
  std::optional<SyncTarget> target;  // Where our contacts are to leave the list.
};

Result<SyncTarget> TargetOf(Workspace& workspace, const Binding& binding) {
  const auto& syncs = workspace.config().syncs;
  const auto sync = std::find_if(syncs.begin(), syncs.end(), [&](const SyncConfig& configured) {
    return configured.key == binding.key;
  });
  if (sync == syncs.end())
    return Fail(ErrorCode::kConfiguration,
                Format("cohort '{}' is not configured, so its destination is not known; configure "
                       "it again, or leave its contacts on list '{}' without --remove-contacts",
                       binding.key.cohort.value(),
                       binding.pins.list_name.value()));
  return workspace.TargetOf(*sync);
}

Result<Forgetting> Prepare(const CommandArguments& arguments,
                           Workspace& workspace,
                           const Binding& binding) {
  Forgetting forgetting;
  forgetting.binding = binding;
  forgetting.members = workspace.store().CountDesired(binding.id);
  forgetting.open = workspace.store().CountOpen(binding.id);
  if (!arguments.Has("remove-contacts")) return forgetting;
  Result<SyncTarget> target = TargetOf(workspace, binding);
  if (!target) return Fail(target.error());
  forgetting.target = std::move(*target);
  return forgetting;
}

// Nobody of ours is on the list any more.
bool IsOff(const RunReport& report) {
  const DeliveryCounts& left = report.delivery;
  return report.state == RunState::kSucceeded && left.pending == 0 && left.unknown_contacts == 0;
}

// Takes our contacts off the list, then forgets; does not forget when not everybody is off.
Result<ExitCode> RemoveAndForget(const CommandContext& context,
                                 Session& session,
                                 Forgetting& forgetting) {
  const Binding& binding = forgetting.binding;
  SyncTarget& target = *forgetting.target;
  NoMembers nobody(context.clock, binding.cohort_name);
  target.source = &nobody;
  ProgressPrinter progress(context);
  std::optional<Result<RunReport>> ended;
  session.Run([&](RunStarter& starter) {
    RunRequest request;
    request.target = &target;
    request.options.approval.removals = forgetting.members;
    request.observer = &progress;
    request.done = [&](std::optional<Result<RunReport>> report) {
      ended = std::move(report);
      if (!ended || !*ended || !IsOff(**ended)) return;
      starter.WhenFree(binding.key, [&] { session.workspace().store().Forget(binding.id); });
    };
    starter.Start(std::move(request));
  });
  progress.Clear();
  if (!ended) return ExitCode::kInterrupted;
  if (!*ended) return Fail((*ended).error());
  const RunReport& report = **ended;
  if (!context.json) context.out << RunText(report);
  if (IsOff(report)) return ExitCode::kDone;
  context.err << Format(
      "cohort '{}' is not forgotten yet: not every contact is off list "
      "'{}'; the same command goes on\n",
      binding.key.cohort.value(),
      binding.pins.list_name.value());
  const ExitCode code = ExitCodeOf(report.state);
  return code == ExitCode::kDone ? ExitCode::kParked : code;
}

// The contacts may leave: a person gave their number.
Result<bool> IsApproved(const CommandContext& context,
                        const CommandArguments& arguments,
                        const Forgetting& forgetting) {
  const auto approved = arguments.Number("approve");
  if (!approved) return Fail(approved.error());
  if (forgetting.members <= approved->value_or(0)) return true;
  context.err << Format(
      "held: this takes {0} off list '{1}'; 'cohort-sync forget {2} --remove-contacts "
      "--approve {3}' does it\n",
      Count(forgetting.members, "contact", "contacts"),
      forgetting.binding.pins.list_name.value(),
      forgetting.binding.key.cohort.value(),
      forgetting.members);
  return false;
}

}  // namespace

Result<ExitCode> RunForget(const CommandContext& context, const CommandArguments& arguments) {
  auto session = OpenSession(context, "forget");
  if (!session) return Fail(session.error());
  const auto history = OpenHistory(context);
  if (!history) return Fail(history.error());
  const Result<Binding> binding = FindOneBinding(**history, arguments.positional.front());
  if (!binding) return Fail(binding.error());
  Workspace& workspace = (*session)->workspace();
  auto forgetting = (*session)->Call([&] { return Prepare(arguments, workspace, *binding); });
  if (!forgetting) return Fail(forgetting.error());

  const bool remove = forgetting->target.has_value();
  if (remove) {
    const Result<bool> approved = IsApproved(context, arguments, *forgetting);
    if (!approved) return Fail(approved.error());
    if (!*approved) return ExitCode::kHeld;
    Result<ExitCode> removed = RemoveAndForget(context, **session, *forgetting);
    if (!removed || *removed != ExitCode::kDone) return removed;
  } else {
    (*session)->Run([&](RunStarter& starter) {
      starter.WhenFree(binding->key, [&] { workspace.store().Forget(binding->id); });
    });
  }
  const std::int64_t members = forgetting->members;
  const OpenCounts& open = forgetting->open;
  const std::int64_t dropped = remove ? 0 : open.pending + open.parked + open.unknown_contacts;
  if (context.json) {
    context.out << ForgottenJson(*binding, remove ? members : 0, dropped) << '\n';
    return ExitCode::kDone;
  }
  context.out << Format(
      "forgot cohort '{}': {}{}; its runs are kept. Configured, it would begin "
      "again with its next sync\n",
      binding->key.cohort.value(),
      remove ? Format("{} taken off list '{}'",
                      Count(members, "contact was", "contacts were"),
                      binding->pins.list_name.value())
             : Format("list '{}' keeps its contacts", binding->pins.list_name.value()),
      dropped == 0
          ? std::string()
          : Format(", {} dropped", Count(dropped, "open operation was", "open operations were")));
  return ExitCode::kDone;
}

}  // namespace cohort_sync
