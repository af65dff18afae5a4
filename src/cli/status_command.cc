#include <utility>

#include "cli/budget_text.h"
#include "cli/command.h"
#include "cli/json_text.h"
#include "cli/report_text.h"
#include "cli/sync_status.h"
#include "cli/workspace.h"
#include "service/export_forecast.h"
#include "storage/sqlite_history.h"

namespace cohort_sync {

Result<ExitCode> RunStatus(const CommandContext& context, const CommandArguments& /*arguments*/) {
  const Result<Config> config = LoadConfig(context.config_path);
  if (!config) return Fail(config.error());
  auto history = SqliteHistory::Open(config->state.string());
  if (!history && history.error().code() != ErrorCode::kNotFound) return Fail(history.error());
  const auto inbox = OpenInbox(*config);
  if (!inbox) return Fail(inbox.error());
  const TimePoint now = context.clock.Now();
  History* const state = history ? history->get() : nullptr;
  std::vector<BindingStatus> bindings;
  if (state != nullptr) bindings = state->Bindings();
  const std::vector<ExportBudget> budgets = ExportBudgets(*config, bindings, state, now);
  const std::vector<SyncStatus> syncs =
      StatusOf(*config, std::move(bindings), state, inbox->get(), now);
  context.out << (context.json ? StatusJson(syncs, budgets) + '\n'
                               : StatusText(syncs, now) + BudgetLines(budgets));
  return ExitCode::kDone;
}

}  // namespace cohort_sync
