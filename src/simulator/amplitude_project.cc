#include "simulator/amplitude_project.h"

#include <algorithm>
#include <set>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/format.h"
#include "base/text.h"
#include "simulator/amplitude_answers.h"
#include "simulator/exchange.h"

namespace cohort_sync::simulator {
namespace {

using Json = nlohmann::ordered_json;

std::string Dump(const Json& json) {
  // A name may hold any bytes; an answer must not fail because of them.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::int64_t Seconds(TimePoint time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

http::Reply NotFound() {
  return JsonReply(404, R"({"error":{"http_code":404}})");
}

Error NoCohort(const std::string& id) {
  return Error(ErrorCode::kNotFound, Format("no cohort '{}'", Printable(id)));
}

}  // namespace

AmplitudeProject::AmplitudeProject(AmplitudeKeys keys, Clock& clock, Random& random)
    : keys_(std::move(keys)), clock_(clock), random_(random) {}

http::Reply AmplitudeProject::Handle(const http::Request& request) {
  http::Reply reply = Answer(request);
  log_.Add(clock_.Now(), request, reply);
  return reply;
}

http::Reply AmplitudeProject::Answer(const http::Request& request) {
  if (std::optional<http::Reply> refusal = RefuseCredentials(request)) return *std::move(refusal);
  if (std::optional<http::Reply> fault = StrikeFault()) return *std::move(fault);
  // The limit is shared by the calls of an export, not by the list (1.2).
  const bool of_export = request.path().starts_with("/api/5/");
  if (of_export && !HasPlace()) return RateLimited("Exceeded the limit of concurrent requests");
  http::Reply reply = Route(request);
  if (Strikes(switches_.slow, random_)) {
    reply.delay = Duration(switches_.slow_ms);
    if (of_export) waiting_.push_back(clock_.Steady() + reply.delay);
  }
  return reply;
}

std::optional<http::Reply> AmplitudeProject::RefuseCredentials(const http::Request& request) const {
  const std::optional<BasicCredential> credential = ReadBasicCredential(request);
  if (switches_.other_region || !credential || credential->user != keys_.api_key)
    return AmplitudeError(403, "Invalid API Key");
  if (credential->password != keys_.secret_key) {
    return AmplitudeError(403, "Invalid API/Secret Key combination");
  }
  return std::nullopt;
}

std::optional<http::Reply> AmplitudeProject::StrikeFault() {
  if (Strikes(switches_.rate_limited, random_)) return RateLimited("Too many requests");
  if (Strikes(switches_.server_error, random_)) return AmplitudeError(500, "Internal server error");
  if (Strikes(switches_.gateway_timeout, random_)) return HtmlReply(504, "Gateway Time-out");
  if (Strikes(switches_.reset_connection, random_)) return ResetReply();
  return std::nullopt;
}

http::Reply AmplitudeProject::Route(const http::Request& request) {
  const auto segments = PathSegments(request.path());
  if (!segments || request.method != "GET") return NotFound();
  if (MatchPath("/api/3/cohorts", *segments)) return ListCohorts(request);
  if (MatchPath("/api/3/cohorts/usage", *segments)) return Usage();
  if (const auto id = MatchPath("/api/5/cohorts/request/{cohort}", *segments)) {
    return RequestExport(*id, request);
  }
  if (const auto id = MatchPath("/api/5/cohorts/request-status/{request}", *segments)) {
    return PollExport(*id);
  }
  if (const auto id = MatchPath("/api/5/cohorts/request/{request}/file", *segments)) {
    return DownloadExport(*id);
  }
  return NotFound();
}

http::Reply AmplitudeProject::ListCohorts(const http::Request& request) const {
  Json cohorts = Json::array();
  for (const auto& [id, cohort] : cohorts_) {
    if (!cohort.published) continue;
    const bool computed = cohort.computed_at.has_value();
    // Field for field the recorded object of contract 1.3.
    Json item =
        Json::object({{"appId", 829528},
                      {"archived", cohort.archived},
                      {"definition",
                       {{"version", 3},
                        {"countGroup", {{"name", cohort.group_type}, {"is_computed", false}}},
                        {"cohortType", "UNIQUES"},
                        {"andClauses", Json::array()},
                        {"referenceFrameTimeParams", Json::object()},
                        {"orClauses", Json::array()}}},
                      {"description", nullptr},
                      {"finished", computed},
                      {"id", id},
                      {"name", cohort.name},
                      {"published", true},
                      {"type", "redshift"},
                      {"lastMod", Seconds(cohort.changed_at)},
                      {"createdAt", Seconds(cohort.created_at)}});
    item["lastComputed"] = computed ? Json(Seconds(*cohort.computed_at)) : Json();
    item["hidden"] = false;
    for (const char* absent :
         {"metadata", "view_count", "popularity", "last_viewed", "chart_id", "edit_id"}) {
      item[absent] = nullptr;
    }
    item["is_predictive"] = false;
    item["is_official_content"] = false;
    item["location_id"] = nullptr;
    item["shortcut_ids"] = Json::array();
    item["per_app_metadata"] = nullptr;
    item["cohort_definition_type"] = nullptr;
    item["cohort_output_type"] = "UNIQUES";
    item["is_generated_content"] = false;
    item["owners"] = Json::array({"amp"});
    item["viewers"] = Json::array();
    item["size"] = computed ? Json(cohort.computed_size) : Json();
    if (request.QueryValue("includeSyncInfo") == "true") item["syncMetadata"] = Json::array();
    cohorts.push_back(std::move(item));
  }
  return JsonReply(200, Dump({{"cohorts", std::move(cohorts)}}));
}

http::Reply AmplitudeProject::Usage() const {
  return JsonReply(200, Dump({{"limit", switches_.monthly_requests}, {"count", UsedThisMonth()}}));
}

http::Reply AmplitudeProject::RateLimited(std::string_view details) const {
  http::Reply reply = AmplitudeError(429, details);
  if (switches_.retry_after_seconds > 0) {
    reply.response.headers.Add("Retry-After", std::to_string(switches_.retry_after_seconds));
  }
  return reply;
}

void AmplitudeProject::PutCohort(Cohort cohort) {
  for (Member& member : cohort.members)
    GiveAmplitudeId(member);
  const TimePoint now = clock_.Now();
  const auto existing = cohorts_.find(cohort.id);
  StoredCohort stored;
  stored.name = std::move(cohort.name);
  stored.members = std::make_shared<Members>(std::move(cohort.members));
  stored.archived = cohort.archived;
  stored.published = cohort.published;
  stored.group_type = std::move(cohort.group_type);
  stored.created_at = existing == cohorts_.end() ? now : existing->second.created_at;
  stored.changed_at = now;
  if (cohort.computed) {
    stored.computed_at = now;
    stored.computed_size = stored.members->size();
  }
  cohorts_.insert_or_assign(std::move(cohort.id), std::move(stored));
}

Result<std::size_t> AmplitudeProject::Enter(const std::string& cohort_id,
                                            const std::vector<std::string>& emails) {
  const auto cohort = cohorts_.find(cohort_id);
  if (cohort == cohorts_.end()) {
    return Fail(NoCohort(cohort_id));
  }
  Members& members = Changeable(cohort->second);
  std::set<std::string> present;
  for (const Member& member : members) {
    const auto email = member.properties.find("email");
    present.insert(email != member.properties.end() ? email->second : member.user_id);
  }
  std::size_t entered = 0;
  for (const std::string& email : emails) {
    if (!present.insert(email).second) continue;
    Member member = UserWithEmail(email);
    GiveAmplitudeId(member);
    members.push_back(std::move(member));
    ++entered;
  }
  return entered;
}

Result<std::size_t> AmplitudeProject::Leave(const std::string& cohort_id,
                                            const std::vector<std::string>& emails) {
  const auto cohort = cohorts_.find(cohort_id);
  if (cohort == cohorts_.end()) {
    return Fail(NoCohort(cohort_id));
  }
  const std::set<std::string> leaving(emails.begin(), emails.end());
  return std::erase_if(Changeable(cohort->second), [&leaving](const Member& member) {
    const auto email = member.properties.find("email");
    return leaving.contains(member.user_id) ||
           (email != member.properties.end() && leaving.contains(email->second));
  });
}

Status AmplitudeProject::ChangeCohort(const std::string& cohort_id,
                                      const std::optional<std::string>& name,
                                      std::optional<bool> archived) {
  const auto cohort = cohorts_.find(cohort_id);
  if (cohort == cohorts_.end()) return Fail(NoCohort(cohort_id));
  StoredCohort& stored = cohort->second;
  stored.name = name.value_or(stored.name);
  stored.archived = archived.value_or(stored.archived);
  if (name || archived) stored.changed_at = clock_.Now();
  return {};
}

Status AmplitudeProject::RemoveCohort(const std::string& cohort_id) {
  if (cohorts_.erase(cohort_id) == 0) return Fail(NoCohort(cohort_id));
  return {};
}

std::vector<CohortSummary> AmplitudeProject::Summaries() const {
  std::vector<CohortSummary> summaries;
  for (const auto& [id, cohort] : cohorts_) {
    summaries.push_back({id, cohort.name, cohort.members->size(), cohort.archived});
  }
  return summaries;
}

Result<ComputedCohort> AmplitudeProject::Compute(const std::string& cohort_id) {
  const auto cohort = cohorts_.find(cohort_id);
  if (cohort == cohorts_.end()) return Fail(NoCohort(cohort_id));
  StoredCohort& stored = cohort->second;
  if (stored.archived) {
    return Fail(ErrorCode::kRejected, Format("cohort '{}' is archived", Printable(cohort_id)));
  }
  stored.computed_at = clock_.Now();
  stored.computed_size = stored.members->size();
  return ComputedCohort{stored.name, stored.members, *stored.computed_at};
}

Members& AmplitudeProject::Changeable(StoredCohort& cohort) {
  if (cohort.members.use_count() > 1) cohort.members = std::make_shared<Members>(*cohort.members);
  return *cohort.members;
}

void AmplitudeProject::GiveAmplitudeId(Member& member) {
  if (member.amplitude_id != 0) return;
  if (member.user_id.empty()) {
    member.amplitude_id = next_amplitude_id_++;
    return;
  }
  const auto [known, is_new] = amplitude_ids_.emplace(member.user_id, next_amplitude_id_);
  if (is_new) ++next_amplitude_id_;
  member.amplitude_id = known->second;
}

}  // namespace cohort_sync::simulator
