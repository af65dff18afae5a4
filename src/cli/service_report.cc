#include "cli/service_report.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "base/format.h"
#include "base/text.h"
#include "base/time_text.h"
#include "storage/sqlite_history.h"

namespace cohort_sync {
namespace {

// To count what is pending of a large first sync takes tens of milliseconds.
constexpr Duration kStatusInterval = std::chrono::seconds(30);
constexpr Duration kNoLimit = std::chrono::hours(24);

// "06:00 UTC", of another day "2026-11-23 06:00 UTC".
std::string ShortTime(TimePoint time, TimePoint now) {
  const std::string text = FormatTime(time);  // 2026-11-23T06:00:00Z
  const std::string minutes = text.substr(11, 5) + " UTC";
  const std::string day = text.substr(0, 10);
  return day == FormatTime(now).substr(0, 10) ? minutes : day + " " + minutes;
}

}  // namespace

std::string ServiceStatusLine(const Config& config,
                              const std::vector<BindingStatus>& bindings,
                              std::optional<TimePoint> next,
                              TimePoint now) {
  std::map<BindingKey, const BindingStatus*> known;
  for (const BindingStatus& status : bindings)
    known[status.binding.key] = &status;
  std::int64_t delivered = 0;
  std::int64_t held = 0;
  std::int64_t stopped = 0;
  std::int64_t failed = 0;
  std::int64_t paused = 0;
  for (const SyncConfig& sync : config.syncs) {
    const auto found = known.find(sync.key);
    if (found == known.end()) continue;
    const BindingStatus& status = *found->second;
    if (status.delivery) ++delivered;
    if (status.hold) ++held;
    if (!status.binding.stopped_reason.empty()) ++stopped;
    if (status.last_run && status.last_run->state == RunState::kFailed) ++failed;
    if (status.binding.paused_at) ++paused;
  }
  const std::array<std::pair<std::int64_t, const char*>, 5> counts = {
      {{delivered, "being delivered"},
       {held, "held"},
       {stopped, "stopped"},
       {failed, "failed"},
       {paused, "paused"}}};
  std::string line = Count(std::ssize(config.syncs), "sync", "syncs");
  for (const auto& [count, what] : counts) {
    if (count > 0) line += Format(", {} {}", count, what);
  }
  if (next) line += *next <= now ? ", next now" : ", next at " + ShortTime(*next, now);
  return line;
}

ServiceReport::~ServiceReport() {
  TellStop();
}

void ServiceReport::Reload() {
  notifier_.Reloading();
  stopping_ = true;  // It is told already that this one ends.
}

Duration ServiceReport::Turn(std::optional<TimePoint> next, const std::stop_token& stop) {
  if (stop.stop_requested()) {
    TellStop();
  } else if (!ready_) {
    notifier_.Ready();
    ready_ = true;
  }
  const Duration until_status = notifier_.enabled() ? TellStatus(next) : kNoLimit;
  notifier_.Turned(clock_.Steady());
  return std::min(until_status, notifier_.longest_turn().value_or(kNoLimit));
}

void ServiceReport::TellStop() {
  if (!std::exchange(stopping_, true)) notifier_.Stopping();
}

Duration ServiceReport::TellStatus(std::optional<TimePoint> next) {
  if (stopping_) {
    notifier_.Status("stopping: calls in flight are waited for and recorded");
    return kNoLimit;
  }
  const SteadyPoint now = clock_.Steady();
  // What woke the loop may have changed the status: it is told when the time has come.
  if (status_told_at_ && now - *status_told_at_ < kStatusInterval)
    return *status_told_at_ + kStatusInterval - now;
  status_told_at_ = now;
  if (!history_) {
    auto opened = SqliteHistory::Open(config_.state.string());
    if (!opened) return kNoLimit;  // Nothing is lost but a line for people.
    history_ = std::move(*opened);
  }
  notifier_.Status(ServiceStatusLine(config_, history_->Bindings(), next, clock_.Now()));
  return kNoLimit;
}

}  // namespace cohort_sync
