#include "cli/command.h"
#include "cli/json_text.h"
#include "cli/report_text.h"
#include "cli/sync_status.h"
#include "cli/workspace.h"
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
  const std::vector<SyncStatus> syncs =
      StatusOf(*config, history ? history->get() : nullptr, inbox->get(), now);
  context.out << (context.json ? StatusJson(syncs) + '\n' : StatusText(syncs, now));
  return ExitCode::kDone;
}

}  // namespace cohort_sync
