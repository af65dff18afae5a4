#include <map>
#include <utility>

#include "cli/command.h"
#include "cli/json_text.h"
#include "cli/report_text.h"
#include "cli/workspace.h"
#include "service/schedule.h"
#include "storage/sqlite_history.h"

namespace cohort_sync {
namespace {

// Of a cohort without a binding: the newest run, when it failed.
std::optional<RunReport> LastFailure(History& history, const CohortId& cohort) {
  std::vector<RunReport> newest = history.Runs(1, cohort);
  if (newest.empty() || newest.front().state != RunState::kFailed) return std::nullopt;
  return std::move(newest.front());
}

// The configured syncs in the order of the file, then what only the state still knows. `history`
// may be null: nothing was ever synced.
std::vector<SyncStatus> StatusOf(const Config& config, History* history, TimePoint now) {
  std::map<BindingKey, BindingStatus> by_key;
  if (history != nullptr) {
    for (BindingStatus& binding : history->Bindings()) {
      const BindingKey key = binding.binding.key;
      by_key.emplace(key, std::move(binding));
    }
  }
  std::vector<SyncStatus> syncs;
  for (const SyncConfig& sync : config.syncs) {
    SyncStatus status;
    status.cohort = sync.key.cohort.value();
    status.name = sync.cohort_name;
    std::optional<TimePoint> last_started;
    if (auto found = by_key.extract(sync.key)) {
      status.state = std::move(found.mapped());
      status.name = status.state->binding.cohort_name;
      if (status.state->last_run) last_started = status.state->last_run->started_at;
    } else if (history != nullptr) {
      status.last_failure = LastFailure(*history, sync.key.cohort);
    }
    if (sync.snapshots) status.next_run = DueAt(sync.snapshots->schedule, last_started, now);
    syncs.push_back(std::move(status));
  }
  for (auto& [key, binding] : by_key) {
    SyncStatus status;
    status.cohort = key.cohort.value();
    status.name = binding.binding.cohort_name;
    status.configured = false;
    status.state = std::move(binding);
    syncs.push_back(std::move(status));
  }
  return syncs;
}

}  // namespace

Result<ExitCode> RunStatus(const CommandContext& context, const CommandArguments& /*arguments*/) {
  const Result<Config> config = LoadConfig(context.config_path);
  if (!config) return Fail(config.error());
  auto history = SqliteHistory::Open(config->state.string());
  if (!history && history.error().code() != ErrorCode::kNotFound) return Fail(history.error());
  const TimePoint now = context.clock.Now();
  const std::vector<SyncStatus> syncs = StatusOf(*config, history ? history->get() : nullptr, now);
  context.out << (context.json ? StatusJson(syncs) + '\n' : StatusText(syncs, now));
  return ExitCode::kDone;
}

}  // namespace cohort_sync
