#include "web/daemon_health.h"

#include "base/format.h"
#include "base/time_text.h"
#include "web/page_admission.h"

namespace cohort_sync::web {

DaemonHealth::Verdict DaemonHealth::Alive() const {
  const Duration since = clock_.Steady() - turned_at_.load();
  if (since <= kLongestTurn) return {};
  return {false, Format("the daemon's loop has not turned for {}", FormatDuration(since))};
}

DaemonHealth::Verdict DaemonHealth::Ready() const {
  switch (phase_.load()) {
    case Phase::kStarting:
      return {false, "starting: the schedule is not loaded yet"};
    case Phase::kStopping:
      return {false, "stopping: nothing new is begun"};
    case Phase::kServing:
      break;
  }
  return Alive();
}

http::Admission HealthHandler::Admit(const http::Request& head) {
  return AdmitReader(head);
}

http::Reply HealthHandler::Refuse(const http::Request& /*head*/, int status) {
  return RefuseReader(status);
}

void HealthHandler::Handle(http::Request request, http::Responder responder) {
  const DaemonHealth::Verdict verdict =
      request.path() == "/readyz" ? health_.Ready() : health_.Alive();
  responder.Send(LineReply(verdict.well ? 200 : 503, verdict.reason));
}

}  // namespace cohort_sync::web
