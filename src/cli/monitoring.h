// What `serve` shows of itself to those who watch it: /healthz, /readyz and /metrics.
#ifndef COHORT_SYNC_CLI_MONITORING_H_
#define COHORT_SYNC_CLI_MONITORING_H_

#include <memory>
#include <string>

#include "base/clock.h"
#include "cli/daemon_server.h"
#include "cli/figures_reader.h"
#include "cli/push_service.h"
#include "config/config.h"
#include "sync/run.h"
#include "web/daemon_health.h"
#include "web/daemon_meter.h"
#include "web/metrics_handler.h"

namespace cohort_sync {

// Outlives the server that it is added to. The thread that owns the state, but for what the server
// asks.
class Monitoring {
 public:
  // All outlive it. `meter` is told about calls by others.
  Monitoring(const Config& config, const Clock& clock, web::DaemonMeter& meter)
      : clock_(clock), meter_(meter), figures_(config, clock), health_(clock) {}

  // Before the server starts. `pushes` is nullptr where nothing is received; both are asked by the
  // server's handlers only.
  void AddTo(DaemonServer& server, const PushService* pushes);
  [[nodiscard]] web::DaemonHealth& health() { return health_; }
  void RunEnded(const RunReport& run) { meter_.RunEnded(run); }

 private:
  const Clock& clock_;
  web::DaemonMeter& meter_;
  FiguresReader figures_;
  web::DaemonHealth health_;
  web::HealthHandler health_handler_{health_};
  std::unique_ptr<web::MetricsHandler> metrics_handler_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_CLI_MONITORING_H_
