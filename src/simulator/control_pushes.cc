// The routes of Control under /pushes.
#include <utility>

#include "base/format.h"
#include "base/text.h"
#include "simulator/control.h"
#include "simulator/control_answers.h"
#include "simulator/exchange.h"
#include "simulator/push_run.h"

namespace cohort_sync::simulator {

std::optional<http::Reply> Control::RoutePushes(const http::Request& request,
                                                const std::vector<std::string>& segments) {
  if (segments.front() != "pushes") return std::nullopt;
  if (access_.pushes == nullptr) return ControlProblem(404, "no pushes here");
  Pusher& pushes = *access_.pushes;
  const std::string& method = request.method;
  if (method == "GET" && MatchPath("/pushes", segments)) {
    return JsonReply(200, PushesAsJson(pushes.Statuses()) + "\n");
  }
  if (const auto cohort = MatchPath("/pushes/{cohort}/run", segments); cohort && method == "POST") {
    return PushAnswer(*cohort, pushes.Run(*cohort), request);
  }
  if (const auto cohort = MatchPath("/pushes/{cohort}/resume", segments);
      cohort && method == "POST") {
    const Status resumed = pushes.Resume(*cohort);
    return resumed ? GetPush(*cohort) : ControlProblem(resumed.error());
  }
  const auto cohort = MatchPath("/pushes/{cohort}", segments);
  if (cohort && method == "GET") return GetPush(*cohort);
  if (cohort && method == "PUT") {
    Result<PushSettings> settings = ParsePushSettings(request.body);
    if (!settings) return ControlProblem(settings.error());
    return PushAnswer(*cohort, pushes.Create(*cohort, *std::move(settings)), request);
  }
  if (cohort && method == "DELETE") {
    const Status removed = pushes.Remove(*cohort);
    return removed ? JsonReply(200, "{}\n") : ControlProblem(removed.error());
  }
  return std::nullopt;
}

http::Reply Control::PushAnswer(const std::string& cohort,
                                const Result<std::int64_t>& begun,
                                const http::Request& request) {
  if (!begun) return ControlProblem(begun.error());
  const std::string wait = request.QueryValue("wait").value_or("true");
  if (wait == "false") {
    return JsonReply(202, Format("{{\"run\": {}, \"state\": \"running\"}}\n", *begun));
  }
  const Result<PushRun> run = access_.pushes->Wait(cohort, *begun);
  return run ? JsonReply(200, RunAsJson(*run) + "\n") : ControlProblem(run.error());
}

http::Reply Control::GetPush(const std::string& cohort) {
  const Result<PushStatus> status = access_.pushes->Find(cohort);
  return status ? JsonReply(200, PushAsJson(*status) + "\n") : ControlProblem(status.error());
}

}  // namespace cohort_sync::simulator
