// Answers /metrics. The state is read on a thread of the handler's own, so that a push is never
// kept waiting by a scrape.
#ifndef COHORT_SYNC_WEB_METRICS_HANDLER_H_
#define COHORT_SYNC_WEB_METRICS_HANDLER_H_

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "http/guarded_server.h"
#include "web/daemon_figures.h"
#include "web/daemon_health.h"
#include "web/daemon_meter.h"
#include "web/push_statistics.h"

namespace cohort_sync::web {

// All outlive the handler.
struct MetricsParts {
  FiguresSource& figures;  // Read on the handler's thread only.
  const DaemonMeter& meter;
  const DaemonHealth& health;
  const Clock& clock;
  std::string version;
  // The next two are asked on the server's thread. nullopt: nothing is received.
  std::function<http::ServerCounts()> server;
  std::function<std::optional<PushStatistics>()> pushes;
};

// 200, or 503 with the reason where the state cannot be read. Requests that wait get one answer
// together.
class MetricsHandler final : public http::RequestHandler {
 public:
  explicit MetricsHandler(MetricsParts parts);
  // Waits for what is being read; requests that wait are answered 500.
  ~MetricsHandler() override;
  MetricsHandler(const MetricsHandler&) = delete;
  MetricsHandler& operator=(const MetricsHandler&) = delete;

  http::Admission Admit(const http::Request& head) override;
  http::Reply Refuse(const http::Request& head, int status) override;
  void Handle(http::Request request, http::Responder responder) override;

 private:
  struct Waiting {
    http::Responder responder;
    http::ServerCounts server;
    std::optional<PushStatistics> pushes;
  };
  void Run(const std::stop_token& stop);
  [[nodiscard]] http::Reply Answer(const Waiting& newest);

  const MetricsParts parts_;
  const TimePoint started_at_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<Waiting> waiting_;
  std::jthread thread_;
};

}  // namespace cohort_sync::web

#endif  // COHORT_SYNC_WEB_METRICS_HANDLER_H_
