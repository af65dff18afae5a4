#include "cli/figures_reader.h"

#include <map>
#include <utility>

#include "base/database_error.h"
#include "cli/sync_status.h"
#include "service/export_forecast.h"
#include "service/schedule.h"

namespace cohort_sync {

std::optional<Duration> PeriodOf(const Schedule& schedule) {
  switch (schedule.frequency) {
    case Frequency::kOnce:
      return std::nullopt;
    case Frequency::kHourly:
      return std::chrono::hours(1);
    case Frequency::kDaily:
      return std::chrono::hours(24);
    case Frequency::kEvery:
      break;
  }
  return schedule.every;
}

namespace {

// What the forecast of exports asks of bindings.
std::vector<BindingStatus> AsStatus(const std::vector<SyncFigures>& syncs) {
  std::vector<BindingStatus> bindings;
  for (const SyncFigures& sync : syncs) {
    if (!sync.state) continue;
    BindingStatus& status = bindings.emplace_back();
    status.binding = sync.state->binding;
    status.last_run = sync.last_run;
  }
  return bindings;
}

}  // namespace

Status FiguresReader::Open() {
  if (!history_) {
    auto history = SqliteHistory::Open(config_.state.string());
    if (!history) return Fail(history.error());
    history_ = std::move(*history);
  }
  if (!state_) {
    auto state = StateFigures::Open(config_.state.string());
    if (!state) return Fail(state.error());
    state_ = std::move(*state);
  }
  if (!inbox_) {
    auto inbox = OpenInbox(config_);
    if (!inbox) return Fail(inbox.error());
    inbox_ = std::move(*inbox);
  }
  return {};
}

Result<DaemonFigures> FiguresReader::Read() {
  if (Status opened = Open(); !opened) return Fail(opened.error());
  try {
    std::map<BindingKey, BindingFigures> by_key;
    for (BindingFigures& figures : state_->Bindings()) {
      const BindingKey key = figures.binding.key;
      by_key.emplace(key, std::move(figures));
    }
    const TimePoint now = clock_.Now();
    DaemonFigures all;
    all.syncs.reserve(config_.syncs.size());
    for (const SyncConfig& sync : config_.syncs) {
      std::optional<BindingFigures> state;
      if (auto found = by_key.extract(sync.key)) state.emplace(std::move(found.mapped()));
      all.syncs.push_back(FiguresOf(sync, std::move(state), now));
    }
    for (const ExportBudget& budget :
         ExportBudgets(config_, AsStatus(all.syncs), history_.get(), now))
      all.budgets.push_back({budget.project.value(), budget.granted, budget.left()});
    return all;
  } catch (const DatabaseError&) {
    state_.reset();
    history_.reset();
    inbox_.reset();
    throw;
  }
}

SyncFigures FiguresReader::FiguresOf(const SyncConfig& sync,
                                     std::optional<BindingFigures> state,
                                     TimePoint now) {
  SyncFigures figures;
  figures.key = sync.key;
  figures.list = state ? state->binding.pins.list_name.value() : sync.list_name;
  figures.last_run = state ? state->last_run : state_->NewestRun(sync.key.cohort);
  if (sync.snapshots) {
    const auto last_started =
        LastScheduledStart(sync, state ? &state->binding : nullptr, figures.last_run);
    figures.next_run = DueAt(sync.snapshots->schedule, last_started, now);
    figures.period = PeriodOf(sync.snapshots->schedule);
  }
  if (sync.push) {
    PushStatus push = PushStatusOf(sync, state ? &state->binding : nullptr, inbox_.get());
    figures.push.emplace(PushFigures{push.waiting, std::move(push.gap)});
  }
  figures.state = std::move(state);
  return figures;
}

}  // namespace cohort_sync
