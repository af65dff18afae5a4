#include "cli/monitoring.h"

#include <optional>

namespace cohort_sync {

void Monitoring::AddTo(DaemonServer& server, const PushService* pushes) {
  metrics_handler_ = std::make_unique<web::MetricsHandler>(
      web::MetricsParts{figures_,
                        meter_,
                        health_,
                        clock_,
                        COHORT_SYNC_VERSION,
                        [&server] { return server.Counts(); },
                        [pushes] { return pushes ? pushes->Statistics() : std::nullopt; }});
  server.Add("/healthz", health_handler_);
  server.Add("/readyz", health_handler_);
  server.Add("/metrics", *metrics_handler_);
}

}  // namespace cohort_sync
