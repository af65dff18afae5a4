#include "service/scheduler.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "service/schedule.h"

namespace cohort_sync {

std::size_t Scheduler::Add(Schedule schedule, std::optional<TimePoint> last_started) {
  entries_.push_back({std::move(schedule), last_started, false});
  return entries_.size() - 1;
}

std::optional<Scheduler::Due> Scheduler::Earliest(TimePoint now) {
  std::optional<Due> earliest;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    Entry& entry = entries_[i];
    if (entry.running) continue;
    // Kept, because a start that stays ahead would put every slot off until the clock has passed
    // it.
    if (entry.last_started) entry.last_started = std::min(*entry.last_started, now);
    const std::optional<TimePoint> at = DueAt(entry.schedule, entry.last_started, now);
    if (at && (!earliest || *at < earliest->at)) earliest = Due{i, *at};
  }
  return earliest;
}

std::optional<std::size_t> Scheduler::NextDue(TimePoint now) {
  const std::optional<Due> earliest = Earliest(now);
  if (!earliest || earliest->at > now) return std::nullopt;
  return earliest->index;
}

std::optional<TimePoint> Scheduler::NextWake(TimePoint now) {
  const std::optional<Due> earliest = Earliest(now);
  if (!earliest) return std::nullopt;
  return std::max(earliest->at, now);
}

void Scheduler::Started(std::size_t index, TimePoint now) {
  CHECK(index < entries_.size() && !entries_[index].running);
  entries_[index].running = true;
  entries_[index].last_started = now;
}

void Scheduler::Finished(std::size_t index) {
  CHECK(index < entries_.size() && entries_[index].running);
  entries_[index].running = false;
}

}  // namespace cohort_sync
