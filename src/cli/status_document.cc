#include "cli/status_document.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/format.h"
#include "base/time_text.h"
#include "web/mask.h"

namespace cohort_sync {
namespace {

using Json = nlohmann::ordered_json;

Json TimeOrNull(const std::optional<TimePoint>& time) {
  return time ? Json(FormatTime(*time)) : Json();
}

std::string ScheduleText(const Schedule& schedule) {
  switch (schedule.frequency) {
    case Frequency::kOnce:
      return "once";
    case Frequency::kHourly:
      return "hourly";
    case Frequency::kEvery:
      return Format("every {}", FormatDuration(schedule.every));
    case Frequency::kDaily:
      break;
  }
  return Format("daily {:02}:{:02} {}",
                schedule.at.count() / 60,
                schedule.at.count() % 60,
                schedule.timezone);
}

std::string SourceText(const SyncConfig& sync) {
  if (sync.push) return sync.push->records ? "records" : "push";
  if (!sync.snapshots->file) return "amplitude";
  return sync.snapshots->file->pattern.empty() ? "file" : "folder";
}

void Describe(const SyncConfig& sync, Json& json) {
  json["source"] = SourceText(sync);
  json["schedule"] = sync.snapshots ? Json(ScheduleText(sync.snapshots->schedule)) : Json();
}

// What was seen last of one side.
struct Seen {
  std::optional<TimePoint> good;
  std::optional<TimePoint> failed;
  std::string reason;  // Of the last failure.

  void Good(const std::optional<TimePoint>& at) {
    if (at && (!good || *good < *at)) good = at;
  }
  void Failed(TimePoint at, const std::string& why) {
    if (failed && *failed >= at) return;
    failed = at;
    reason = why;
  }
};

// Of a list: the answer to its newest call. What keeps a delivery from going on counts as well.
void LookAtDestination(const BindingStatus& state, History& history, Seen& seen) {
  for (const OperationCall& entry : history.LastCalls(state.binding.id, 1)) {
    const CallRecord& call = entry.call;
    if (call.http_status > 0 && call.http_status < 500 && call.http_status != 401 &&
        call.http_status != 403 && call.http_status != 429) {
      seen.Good(call.sent_at);  // It answers, whatever it says of this contact.
    } else {
      seen.Failed(
          call.sent_at,
          web::MaskIn(
              call.http_status == 0 ? call.answer : Format("{} {}", call.http_status, call.answer),
              entry.contact));
    }
  }
  if (state.delivery && state.delivery->progress.limit.kind == LimitKind::kAway)
    seen.Failed(state.delivery->updated_at, state.delivery->progress.limit.reason);
  if (!state.binding.stopped_reason.empty() && state.last_run)
    seen.Failed(state.last_run->started_at, state.binding.stopped_reason);
  if (state.last_run && state.last_run->failed_side == Side::kDestination)
    seen.Failed(state.last_run->started_at, state.last_run->error);
}

// Of a project: when it gave a snapshot last, and the newest run that it failed.
void LookAtProject(const BindingStatus& state, Seen& seen) {
  seen.Good(state.binding.accepted_as_of);
  if (state.last_run && state.last_run->failed_side == Side::kSource)
    seen.Failed(state.last_run->started_at, state.last_run->error);
}

Json HealthOf(const char* side, const std::string& name, const Seen& seen) {
  const bool fails = seen.failed && (!seen.good || *seen.good < *seen.failed);
  return {{"side", side},
          {"name", name},
          {"last_good", TimeOrNull(seen.good)},
          {"last_failed", TimeOrNull(seen.failed)},
          {"failing", fails},
          {"reason", seen.reason.empty() ? Json() : Json(web::MaskIn(seen.reason, ""))}};
}

Json Health(const Config& config, const std::vector<SyncStatus>& syncs, History* history) {
  std::map<ProjectName, Seen> projects;
  std::map<DestinationName, Seen> destinations;
  for (std::size_t index = 0; index < syncs.size(); ++index) {
    const SyncStatus& sync = syncs[index];
    if (sync.state && history != nullptr) {
      LookAtDestination(*sync.state, *history, destinations[sync.state->binding.key.destination]);
      LookAtProject(*sync.state, projects[sync.state->binding.key.project]);
    } else if (sync.last_failure && sync.last_failure->failed_side && index < config.syncs.size()) {
      const BindingKey& key = config.syncs[index].key;
      Seen& side = *sync.last_failure->failed_side == Side::kSource ? projects[key.project]
                                                                    : destinations[key.destination];
      side.Failed(sync.last_failure->started_at, sync.last_failure->error);
    }
  }
  Json health = Json::array();
  for (const auto& [name, project] : config.projects)
    health.push_back(HealthOf("amplitude", name.value(), projects[name]));
  for (const auto& [name, destination] : config.destinations)
    health.push_back(HealthOf("cordial", name.value(), destinations[name]));
  return health;
}

void MaskRun(Json& run) {
  if (!run.is_object()) return;
  if (run["error"].is_string()) run["error"] = web::MaskIn(run["error"].get<std::string>(), "");
  for (Json& note : run["notes"])
    note = web::MaskIn(note.get<std::string>(), "");
}

}  // namespace

std::string StatusDocument(const Config& config,
                           const std::vector<SyncStatus>& syncs,
                           const std::vector<ExportBudget>& budgets,
                           History* history,
                           TimePoint now) {
  // What --json says, so that both say the same.
  Json document = Json::parse(StatusJson(syncs, budgets));
  for (std::size_t index = 0; index < syncs.size(); ++index) {
    const SyncStatus& sync = syncs[index];
    Json& json = document["syncs"][index];
    const BindingKey* key = sync.state ? &sync.state->binding.key : nullptr;
    if (index < config.syncs.size()) {  // The others are no longer configured.
      key = &config.syncs[index].key;
      Describe(config.syncs[index], json);
    }
    json["binding"] = sync.state ? Json(sync.state->binding.id.value()) : Json();
    json["project"] = key->project.value().empty() ? Json() : Json(key->project.value());
    json["destination"] = key->destination.value();
    const bool due = sync.next_run && *sync.next_run <= now;
    json["due"] = due;
    if (due) json["next_run"] = nullptr;  // It would change with every look at the clock.
    const RunReport* failure = sync.last_failure ? &*sync.last_failure : nullptr;
    json["last_failure"] = failure == nullptr
                               ? Json()
                               : Json{{"run", failure->id.value()},
                                      {"started_at", FormatTime(failure->started_at)},
                                      {"error", web::MaskIn(failure->error, "")}};
    if (json.contains("last_run")) MaskRun(json["last_run"]);
    if (json.contains("stopped_reason") && json["stopped_reason"].is_string())
      json["stopped_reason"] = web::MaskIn(json["stopped_reason"].get<std::string>(), "");
  }
  document["health"] = Health(config, syncs, history);
  for (Json& side : document["health"]) {
    if (side["side"] != "amplitude") continue;
    side["budget"] = nullptr;
    for (const Json& budget : document["exports"]) {
      if (budget["project"] == side["name"]) side["budget"] = budget;
    }
  }
  document.erase("exports");
  return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace cohort_sync
