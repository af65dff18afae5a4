// Prometheus' text exposition format, version 0.0.4. README.md lists the metrics.
#ifndef COHORT_SYNC_WEB_METRICS_TEXT_H_
#define COHORT_SYNC_WEB_METRICS_TEXT_H_

#include <optional>
#include <string>

#include "base/clock.h"
#include "http/guarded_server.h"
#include "web/daemon_figures.h"
#include "web/daemon_meter.h"
#include "web/push_statistics.h"

namespace cohort_sync::web {

struct Metrics {
  std::string version;
  TimePoint started_at;  // The process.
  TimePoint now;
  bool ready = false;
  DaemonCounts counts;
  DaemonFigures figures;
  http::ServerCounts server;
  std::optional<PushStatistics> pushes;  // nullopt: nothing is received.
  Duration read_in{};                    // What reading `figures` took.
};

// Labels are cohort ids, list and destination names, projects, and words of ours: never a contact.
// Counters begin at 0 with the process, the usual ones at once, so that their first event is seen.
[[nodiscard]] std::string MetricsText(const Metrics& metrics);

}  // namespace cohort_sync::web

#endif  // COHORT_SYNC_WEB_METRICS_TEXT_H_
