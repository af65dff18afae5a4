#include "web/metrics_handler.h"

#include <utility>

#include "base/database_error.h"
#include "base/log.h"
#include "web/metrics_text.h"
#include "web/page_admission.h"

namespace cohort_sync::web {
namespace {

constexpr const char* kExpositionFormat = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace

MetricsHandler::MetricsHandler(MetricsParts parts)
    : parts_(std::move(parts)), started_at_(parts_.clock.Now()) {
  thread_ = std::jthread([this](const std::stop_token& stop) { Run(stop); });
}

MetricsHandler::~MetricsHandler() {
  thread_.request_stop();
  thread_.join();
}

http::Admission MetricsHandler::Admit(const http::Request& head) {
  return AdmitReader(head);
}

http::Reply MetricsHandler::Refuse(const http::Request& /*head*/, int status) {
  return RefuseReader(status);
}

void MetricsHandler::Handle(http::Request /*request*/, http::Responder responder) {
  Waiting waiting{std::move(responder), parts_.server(), parts_.pushes()};
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(waiting));
  }
  changed_.notify_one();
}

void MetricsHandler::Run(const std::stop_token& stop) {
  while (true) {
    std::vector<Waiting> all;
    {
      std::unique_lock lock(mutex_);
      if (!changed_.wait(lock, stop, [this] { return !waiting_.empty(); })) return;
      all.swap(waiting_);
    }
    const http::Reply reply = Answer(all.back());
    for (Waiting& one : all)
      one.responder.Send(reply);
  }
}

http::Reply MetricsHandler::Answer(const Waiting& newest) {
  const SteadyPoint began = parts_.clock.Steady();
  const auto fail = [](const std::string& why) {
    Log(LogLevel::kWarning, "metrics: " + why);
    return LineReply(503, why);
  };
  try {
    Result<DaemonFigures> figures = parts_.figures.Read();
    if (!figures) return fail(figures.error().message());
    Metrics metrics;
    metrics.version = parts_.version;
    metrics.started_at = started_at_;
    metrics.now = parts_.clock.Now();
    metrics.ready = parts_.health.Ready().well;
    metrics.counts = parts_.meter.Read();
    metrics.figures = std::move(*figures);
    metrics.server = newest.server;
    metrics.pushes = newest.pushes;
    metrics.read_in = parts_.clock.Steady() - began;
    return http::ReplyWith(200, kExpositionFormat, MetricsText(metrics));
  } catch (const DatabaseError& error) {
    return fail(error.what());
  }
}

}  // namespace cohort_sync::web
