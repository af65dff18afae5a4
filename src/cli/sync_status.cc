#include "cli/sync_status.h"

#include <map>
#include <optional>
#include <utility>

#include "service/export_forecast.h"
#include "service/schedule.h"
#include "storage/sqlite_inbox.h"

namespace cohort_sync {
namespace {

// Of a cohort without a binding: the newest run, when it failed.
std::optional<RunReport> LastFailure(History& history, const CohortId& cohort) {
  std::vector<RunReport> newest = history.Runs(1, cohort);
  if (newest.empty() || newest.front().state != RunState::kFailed) return std::nullopt;
  return std::move(newest.front());
}

}  // namespace

Result<std::unique_ptr<InboxView>> OpenInbox(const Config& config) {
  auto inbox = InboxView::Open(InboxPathOf(config.state.string()));
  if (!inbox && inbox.error().code() == ErrorCode::kNotFound) return std::unique_ptr<InboxView>();
  return inbox;
}

PushStatus PushStatusOf(const SyncConfig& sync, const Binding* binding, InboxView* inbox) {
  PushStatus push;
  push.reconciles = sync.snapshots.has_value();
  if (inbox == nullptr) return push;
  push.waiting = inbox->Depth(sync.key.cohort, binding ? binding->inbox : std::nullopt);
  push.gap = inbox->FindGap(sync.key.cohort);
  if (push.gap && binding && binding->accepted_as_of && push.gap->at < *binding->accepted_as_of)
    push.gap.reset();
  return push;
}

std::vector<SyncStatus> StatusOf(const Config& config,
                                 std::vector<BindingStatus> bindings,
                                 History* history,
                                 InboxView* inbox,
                                 TimePoint now) {
  std::map<BindingKey, BindingStatus> by_key;
  for (BindingStatus& binding : bindings) {
    const BindingKey key = binding.binding.key;
    by_key.emplace(key, std::move(binding));
  }
  std::vector<SyncStatus> syncs;
  for (const SyncConfig& sync : config.syncs) {
    SyncStatus& status = syncs.emplace_back();
    status.cohort = sync.key.cohort.value();
    status.name = sync.cohort_name;
    std::optional<TimePoint> last_started;
    if (auto found = by_key.extract(sync.key)) {
      status.state = std::move(found.mapped());
      status.name = status.state->binding.cohort_name;
      last_started = LastScheduledStart(sync, &status.state->binding, status.state->last_run);
    } else if (history != nullptr) {
      status.last_failure = LastFailure(*history, sync.key.cohort);
    }
    if (sync.snapshots) status.next_run = DueAt(sync.snapshots->schedule, last_started, now);
    if (sync.push)
      status.push.emplace(
          PushStatusOf(sync, status.state ? &status.state->binding : nullptr, inbox));
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

}  // namespace cohort_sync
