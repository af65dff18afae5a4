#include "web/daemon_meter.h"

#include <algorithm>

namespace cohort_sync::web {

void DaemonMeter::Called(const ObservedCall& call) {
  const std::lock_guard lock(mutex_);
  ++counts_.verdicts[{call.destination.value(), call.kind, call.answer.verdict}];
  const CallRecord& record = call.answer.call;
  if (!record.made()) return;
  Count({.destination = call.destination.value(), .call = call.lane},
        record.http_status,
        record.took);
}

void DaemonMeter::Called(const CallKey& key, int status, Duration took) {
  const std::lock_guard lock(mutex_);
  Count(key, status, took);
}

void DaemonMeter::Count(const CallKey& key, int status, Duration took) {
  CallCounts& counts = counts_.calls[key];
  ++counts.answers[status];
  const auto* const bucket = std::lower_bound(kLatencyBounds.begin(), kLatencyBounds.end(), took);
  ++counts.latencies.at(static_cast<std::size_t>(bucket - kLatencyBounds.begin()));
  counts.total += took;
}

void DaemonMeter::RunEnded(const RunReport& run) {
  const std::lock_guard lock(mutex_);
  ++counts_.runs[{run.trigger, run.state}];
  counts_.adds_committed += run.counts.added;
  counts_.removals_committed += run.counts.removed;
  counts_.unneeded += run.delivery.unneeded;
  counts_.exhausted += run.delivery.exhausted;
}

DaemonCounts DaemonMeter::Read() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

}  // namespace cohort_sync::web
