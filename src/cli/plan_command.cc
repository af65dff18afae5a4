#include <utility>

#include "cli/command.h"
#include "cli/json_text.h"
#include "cli/progress_printer.h"
#include "cli/report_text.h"
#include "cli/run_options.h"
#include "cli/workspace.h"
#include "sync/sync_runner.h"

namespace cohort_sync {

Result<ExitCode> RunPlan(const CommandContext& context, const CommandArguments& arguments) {
  Result<RunOptions> options = RunOptionsOf(arguments);
  if (!options) return Fail(options.error());
  options->plan_only = true;
  auto workspace = Workspace::Open(context, "plan");
  if (!workspace) return Fail(workspace.error());
  const auto selected = (*workspace)->Select(arguments.positional);
  if (!selected) return Fail(selected.error());

  SyncRunner runner((*workspace)->store(), context.clock, context.random);
  ProgressPrinter progress(context);
  ExitCode worst = ExitCode::kDone;
  std::vector<PlannedSync> plans;
  for (const SyncConfig* sync : *selected) {
    const Result<SyncTarget> target = (*workspace)->TargetOf(*sync);
    if (!target) return Fail(target.error());
    PlannedSync planned;
    planned.cohort = sync->key.cohort.value();
    planned.requests_per_second = target->delivery.requests_per_second;
    Result<PreparedRun> plan = runner.Plan(*target, *options, progress, context.stop);
    if (plan) {
      if (plan->verdict.hold_removals || plan->verdict.hold_adds)
        worst = Worse(worst, ExitCode::kHeld);
      plan->delta =
          Delta();  // Its numbers are counted; its members would pile up over many cohorts.
      plan->snapshot.members = MemberRows();
      planned.plan = std::move(*plan);
    } else {
      planned.error = plan.error().message();
      worst = Worse(worst, ExitCodeOf(plan.error().code()));
    }
    progress.Clear();
    if (!context.json) context.out << PlanText(planned);
    plans.push_back(std::move(planned));
  }
  if (context.json) {
    context.out << PlansJson(plans) << '\n';
  } else {
    context.out << "nothing was changed\n";
  }
  return worst;
}

}  // namespace cohort_sync
