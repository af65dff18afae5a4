#include "simulator/push_run.h"

#include <utility>

#include <nlohmann/json.hpp>

#include "base/format.h"
#include "base/text.h"
#include "base/time_text.h"

namespace cohort_sync::simulator {
namespace {

using Json = nlohmann::ordered_json;

std::string Dump(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

const char* NameOf(PushState state) {
  switch (state) {
    case PushState::kActive:
      return "active";
    case PushState::kFailing:
      return "failing";
    case PushState::kPaused:
      return "paused";
  }
  return "";
}

const char* StateOf(const PushRun& run) {
  if (!run.finished_at) return "running";
  return run.error.empty() ? "succeeded" : "failed";
}

Json TextOrNull(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}

Json RunJson(const PushRun& run) {
  return {{"run", run.number},
          {"state", StateOf(run)},
          {"started_at", FormatTime(run.started_at)},
          {"finished_at", run.finished_at ? Json(FormatTime(*run.finished_at)) : Json()},
          {"entered", run.entered},
          {"left", run.left},
          {"skipped", run.skipped},
          {"messages", run.messages},
          {"requests", run.requests},
          {"repeats", run.repeats},
          {"answers", run.answers},
          {"last_problem", TextOrNull(run.last_problem)},
          {"error", TextOrNull(run.error)}};
}

Json StatusJson(const PushStatus& status) {
  const PushSettings& settings = status.settings;
  // The values may hold a secret.
  Json headers = Json::array();
  for (const auto& [name, value] : settings.headers.fields())
    headers.push_back(name);
  Json runs = Json::array();
  for (const PushRun& run : status.runs)
    runs.push_back(RunJson(run));
  return {{"cohort", status.cohort_id},
          {"kind", KindName(settings.kind)},
          {"url", settings.base_url + settings.target},
          {"headers", std::move(headers)},
          {"properties", settings.properties},
          {"identifier", settings.identifier},
          {"batch_size", settings.batch_size},
          {"frequency", FrequencyName(settings.frequency)},
          {"state", NameOf(status.state)},
          {"list_id", TextOrNull(status.list_id)},
          {"runs", std::move(runs)}};
}

}  // namespace

std::string PushAsJson(const PushStatus& status) {
  return Dump(StatusJson(status));
}

std::string PushesAsJson(const std::vector<PushStatus>& statuses) {
  Json pushes = Json::array();
  for (const PushStatus& status : statuses)
    pushes.push_back(StatusJson(status));
  return Dump({{"pushes", std::move(pushes)}});
}

std::string RunAsJson(const PushRun& run) {
  return Dump(RunJson(run));
}

std::string RunText(const std::string& cohort_id, const PushRun& run) {
  std::vector<std::string> answers;
  for (const auto& [status, count] : run.answers)
    answers.push_back(Format("{} × {}", WithThousands(count), status));
  std::string text = Format("run {} of the push of cohort '{}': {} enter, {} leave; {}",
                            run.number,
                            Printable(cohort_id),
                            WithThousands(run.entered),
                            WithThousands(run.left),
                            Count(run.requests, "request", "requests"));
  if (!answers.empty()) text += Format(" ({})", Join(answers, ", "));
  if (!run.error.empty()) text += Format("; failed: {}", run.error);
  return text;
}

}  // namespace cohort_sync::simulator
