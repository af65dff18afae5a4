#include <deque>
#include <memory>
#include <optional>
#include <utility>

#include "cli/command.h"
#include "cli/json_text.h"
#include "cli/progress_printer.h"
#include "cli/records_intake.h"
#include "cli/records_look.h"
#include "cli/report_text.h"
#include "cli/run_options.h"
#include "cli/session.h"

namespace cohort_sync {
namespace {

struct Target {
  const SyncConfig* sync = nullptr;
  SyncTarget target;
  std::unique_ptr<RecordsLook> records;  // Of a sync that takes files of records: its inbox.
  std::optional<Error> unreadable;       // Why they cannot be looked at.
};

// Plans of the selected syncs, one after the other.
class Planner {
 public:
  Planner(const CommandContext& context, const RunOptions& options, std::deque<Target> targets)
      : context_(context), options_(options), targets_(std::move(targets)), progress_(context) {}

  // The starter and the planner outlive what they start.
  void Next(RunStarter& starter) {
    while (plans_.size() < targets_.size() && targets_[plans_.size()].unreadable)
      Take(Fail(*targets_[plans_.size()].unreadable));
    if (plans_.size() == targets_.size()) return;
    RunRequest request;
    request.kind = RunRequest::Kind::kPlan;
    request.target = &targets_[plans_.size()].target;
    request.options = options_;
    request.observer = &progress_;
    request.planned = [this, &starter](Result<PreparedRun> plan) {
      Take(std::move(plan));
      Next(starter);
    };
    starter.Start(std::move(request));
  }

  [[nodiscard]] ExitCode Conclude() const {
    if (context_.json) {
      context_.out << PlansJson(plans_) << '\n';
    } else {
      context_.out << "nothing was changed\n";
    }
    return worst_;
  }

 private:
  void Take(Result<PreparedRun> plan) {
    const SyncTarget& target = targets_[plans_.size()].target;
    PlannedSync& planned = plans_.emplace_back();
    planned.cohort = target.key.cohort.value();
    planned.requests_per_second = target.delivery.requests_per_second;
    if (plan) {
      if (plan->verdict.hold_removals || plan->verdict.hold_adds)
        worst_ = Worse(worst_, ExitCode::kHeld);
      // Its numbers are counted; its members would pile up over many cohorts.
      plan->delta = Delta();
      plan->snapshot.members = MemberRows();
      plan->change = ListChange();
      if (plan->push) plan->push.emplace();
      planned.plan = std::move(*plan);
    } else {
      planned.error = plan.error().message();
      worst_ = Worse(worst_, ExitCodeOf(plan.error().code()));
    }
    progress_.Clear();
    if (!context_.json) context_.out << PlanText(planned);
  }

  const CommandContext& context_;
  const RunOptions options_;
  const std::deque<Target> targets_;
  ProgressPrinter progress_;
  ExitCode worst_ = ExitCode::kDone;
  std::vector<PlannedSync> plans_;
};

Result<std::deque<Target>> TargetsOf(const CommandContext& context,
                                     const CommandArguments& arguments,
                                     Workspace& workspace) {
  const auto selected = workspace.Select(context, arguments.positional);
  if (!selected) return Fail(selected.error());
  std::deque<Target> targets;
  for (const SyncConfig* sync : *selected) {
    Result<SyncTarget> target = workspace.TargetOf(*sync);
    if (!target) return Fail(target.error());
    targets.push_back({sync, std::move(*target), nullptr, std::nullopt});
  }
  return targets;
}

// Files of records become batches, but only here. A cohort that is read as a whole is planned
// without them: what is read is newer.
void LookAtRecords(const CommandContext& context, Workspace& workspace, Target& planned) {
  const SyncConfig& sync = *planned.sync;
  if (!sync.push || !sync.push->records || sync.snapshots) return;
  planned.records = std::make_unique<RecordsLook>(*workspace.inbox(), sync.key.cohort);
  planned.target.push->inbox = planned.records.get();
  RecordsIntake intake(
      {&sync}, workspace.config(), workspace.push_format(), *planned.records, context.clock);
  if (Status looked = intake.Look(context.stop); !looked) planned.unreadable = looked.error();
}

}  // namespace

Result<ExitCode> RunPlan(const CommandContext& context, const CommandArguments& arguments) {
  Result<RunOptions> options = RunOptionsOf(arguments);
  if (!options) return Fail(options.error());
  options->plan_only = true;
  auto session = OpenSession(context, "plan");
  if (!session) return Fail(session.error());
  auto targets =
      (*session)->Call([&] { return TargetsOf(context, arguments, (*session)->workspace()); });
  if (!targets) return Fail(targets.error());
  for (Target& planned : *targets)
    LookAtRecords(context, (*session)->workspace(), planned);
  Planner planner(context, *options, std::move(*targets));
  (*session)->Run([&](RunStarter& starter) { planner.Next(starter); });
  return planner.Conclude();
}

}  // namespace cohort_sync
