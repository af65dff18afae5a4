#include "simulator/push_times.h"

namespace cohort_sync::simulator {

void PushTimes::Create(const std::string& cohort, Duration at, PushFrequency frequency) {
  pushes_[cohort] = {.created = at, .period = PeriodOf(frequency), .last = at};
}

std::optional<Duration> PushTimes::RunAfter(const std::string& cohort, Duration at) {
  const auto push = pushes_.find(cohort);
  if (push == pushes_.end() || push->second.period == Duration(0)) return std::nullopt;
  auto& [created, period, last] = push->second;
  const Duration next = created + ((at - created) / period + 1) * period;
  if (next <= last) return std::nullopt;
  last = next;
  return next;
}

}  // namespace cohort_sync::simulator
