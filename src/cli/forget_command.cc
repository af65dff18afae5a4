// forget: the end of a binding, with or without taking its contacts off the list.
#include <algorithm>
#include <string>
#include <utility>

#include "base/format.h"
#include "base/text.h"
#include "cli/binding_lookup.h"
#include "cli/command.h"
#include "cli/json_text.h"
#include "cli/progress_printer.h"
#include "cli/report_text.h"
#include "cli/workspace.h"
#include "sync/sync_runner.h"

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

// Ended: our contacts are off the list. Otherwise its exit code says how it stands.
struct Removal {
  bool ended = false;
  ExitCode code = ExitCode::kDone;
};

Result<Removal> RemoveContacts(const CommandContext& context,
                               const CommandArguments& arguments,
                               Workspace& workspace,
                               const Binding& binding) {
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
  const auto approved = arguments.Number("approve");
  if (!approved) return Fail(approved.error());
  const std::int64_t members = workspace.store().CountDesired(binding.id);
  if (members > approved->value_or(0)) {
    context.err << Format(
        "held: this takes {0} off list '{1}'; 'cohort-sync forget {2} --remove-contacts "
        "--approve {3}' does it\n",
        Count(members, "contact", "contacts"),
        binding.pins.list_name.value(),
        binding.key.cohort.value(),
        members);
    return Removal{false, ExitCode::kHeld};
  }
  Result<SyncTarget> target = workspace.TargetOf(*sync);
  if (!target) return Fail(target.error());
  NoMembers nobody(context.clock, binding.cohort_name);
  target->source = &nobody;
  RunOptions options;
  options.approval.removals = members;
  ProgressPrinter progress(context);
  const RunReport report = SyncRunner(workspace.store(), context.clock, context.random)
                               .Run(*target, options, progress, context.stop);
  progress.Clear();
  if (!context.json) context.out << RunText(report);
  const DeliveryCounts& left = report.delivery;
  if (report.state == RunState::kSucceeded && left.pending == 0 && left.unknown_contacts == 0)
    return Removal{true, ExitCode::kDone};
  const ExitCode code = ExitCodeOf(report.state);
  return Removal{false, code == ExitCode::kDone ? ExitCode::kParked : code};
}

}  // namespace

Result<ExitCode> RunForget(const CommandContext& context, const CommandArguments& arguments) {
  auto workspace = Workspace::Open(context, "forget");
  if (!workspace) return Fail(workspace.error());
  const auto history = OpenHistory(context);
  if (!history) return Fail(history.error());
  const Result<Binding> binding = FindOneBinding(**history, arguments.positional.front());
  if (!binding) return Fail(binding.error());
  SqliteSyncStore& store = (*workspace)->store();
  const std::int64_t members = store.CountDesired(binding->id);
  const OpenCounts open = store.CountOpen(binding->id);

  const bool remove = arguments.Has("remove-contacts");
  if (remove) {
    const Result<Removal> removal = RemoveContacts(context, arguments, **workspace, *binding);
    if (!removal) return Fail(removal.error());
    if (!removal->ended) {
      if (removal->code != ExitCode::kHeld)
        context.err << Format(
            "cohort '{}' is not forgotten yet: not every contact is off list "
            "'{}'; the same command goes on\n",
            binding->key.cohort.value(),
            binding->pins.list_name.value());
      return removal->code;
    }
  }
  store.Forget(binding->id);
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
