// The export of AmplitudeProject: request, poll, download (contracts/amplitude.md 1.4 to 1.7).
#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/format.h"
#include "base/text.h"
#include "simulator/amplitude_answers.h"
#include "simulator/amplitude_project.h"
#include "simulator/exchange.h"
#include "simulator/seeded_random.h"

namespace cohort_sync::simulator {
namespace {

using Json = nlohmann::ordered_json;

std::chrono::year_month MonthOf(TimePoint time) {
  const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(time));
  return day.year() / day.month();
}

// With props=1 and no propKeys every property is a column (1.4).
std::vector<std::string> AllProperties(const std::vector<Member>& members) {
  std::set<std::string> names;
  for (const Member& member : members) {
    for (const auto& [name, value] : member.properties)
      names.insert(name);
  }
  return {names.begin(), names.end()};
}

std::vector<std::string> RequestedProperties(const http::Request& request,
                                             const std::vector<Member>& members) {
  if (request.QueryValue("props") != "1") return {};
  std::vector<std::string> keys = QueryValues(request.target, "propKeys");
  return keys.empty() ? AllProperties(members) : keys;
}

}  // namespace

std::int64_t AmplitudeProject::UsedThisMonth() const {
  return month_ == MonthOf(clock_.Now()) ? month_count_ : 0;
}

bool AmplitudeProject::HasPlace() {
  std::erase_if(waiting_, [now = clock_.Steady()](SteadyPoint sent) { return sent <= now; });
  return switches_.concurrent_requests == 0 || std::ssize(waiting_) < switches_.concurrent_requests;
}

std::int64_t AmplitudeProject::RunningExports() const {
  const TimePoint minute_ago = clock_.Now() - std::chrono::minutes(1);
  return std::count_if(exports_.begin(), exports_.end(), [&](const auto& entry) {
    return entry.second.requested_at > minute_ago && !Done(entry.second) &&
           switches_.export_outcome != ExportOutcome::kFails;
  });
}

std::optional<http::Reply> AmplitudeProject::RefuseExport(const std::string& cohort_id) {
  const auto cohort = cohorts_.find(cohort_id);
  if (cohort == cohorts_.end()) {
    return AmplitudeError(static_cast<int>(switches_.unknown_cohort_status), "Cohort not found");
  }
  if (std::ssize(*cohort->second.members) > switches_.max_export_users) {
    return AmplitudeError(
        400, Format("Cohort is larger than the maximum of {} users", switches_.max_export_users));
  }
  if (UsedThisMonth() >= switches_.monthly_requests) {
    return RateLimited("Exceeded the monthly limit of cohort requests");
  }
  if (switches_.parallel_exports > 0 && RunningExports() >= switches_.parallel_exports) {
    return RateLimited("Exceeded the limit of parallel cohort requests");
  }
  return RefuseRate();
}

std::optional<http::Reply> AmplitudeProject::RefuseRate() {
  if (!export_requests_.Admit(
          clock_.Steady(), switches_.requests_per_ten_minutes, std::chrono::minutes(10)))
    return std::nullopt;
  return RateLimited("Exceeded the limit of cohort requests per 10 minutes");
}

http::Reply AmplitudeProject::RequestExport(const std::string& cohort_id,
                                            const http::Request& request) {
  ForgetExpired();
  if (std::optional<http::Reply> refusal = RefuseExport(cohort_id)) return *std::move(refusal);
  const TimePoint now = clock_.Now();
  month_count_ = UsedThisMonth() + 1;
  month_ = MonthOf(now);

  StoredCohort& cohort = cohorts_.find(cohort_id)->second;
  cohort.computed_at = now;  // Requesting computes, listing does not (1.3).
  cohort.computed_size = cohort.members->size();
  Export made;
  made.cohort_id = cohort_id;
  made.members = cohort.members;
  made.group_cohort = cohort.group_type != "User";
  made.properties = RequestedProperties(request, *cohort.members);
  made.format = switches_.csv;
  made.order_seed = random_.Next();
  made.requested_at = now;
  const std::string request_id = NewRequestId();
  exports_.emplace(request_id, std::move(made));
  const Json body = {{"request_id", request_id}, {"cohort_id", cohort_id}};
  return JsonReply(switches_.request_answers_200 ? 200 : 202, body.dump());
}

bool AmplitudeProject::Done(const Export& exported) const {
  return switches_.export_outcome == ExportOutcome::kCompletes &&
         exported.polls > switches_.polls_until_done &&
         clock_.Now() - exported.requested_at >= Duration(switches_.export_ms);
}

http::Reply AmplitudeProject::PollExport(std::string_view request_id) {
  if (Strikes(switches_.poll_rate_limited, random_)) return RateLimited("Too many requests");
  if (Strikes(switches_.poll_server_error, random_)) {
    return AmplitudeError(500, "Internal server error");
  }
  if (switches_.polls_count) {
    if (std::optional<http::Reply> refusal = RefuseRate()) return *std::move(refusal);
  }
  ForgetExpired();
  const auto found = exports_.find(request_id);
  if (found == exports_.end()) return AmplitudeError(404, "Request not found");
  Export& exported = found->second;
  ++exported.polls;
  const bool failed = switches_.export_outcome == ExportOutcome::kFails;
  const bool done = Done(exported);
  const std::string_view status =
      failed ? "JOB FAILED" : (done ? "JOB COMPLETED" : "JOB INPROGRESS");
  const Json body = {
      {"request_id", request_id}, {"cohort_id", exported.cohort_id}, {"async_status", status}};
  return JsonReply(done || failed ? 200 : 202, body.dump());
}

std::string AmplitudeProject::FileOf(const Export& exported) {
  SeededRandom order(exported.order_seed);
  return WriteCohortCsv(
      *exported.members, exported.properties, exported.group_cohort, exported.format, order);
}

http::Reply AmplitudeProject::FileReply(std::string csv) {
  http::Reply reply;
  reply.response.headers.Add("Content-Type", "text/csv");
  if (switches_.gzip) {
    reply.response.headers.Add("Content-Encoding", "gzip");
    csv = Gzip(csv);
  }
  reply.response.body = std::move(csv);
  reply.chunked = switches_.transfer == Transfer::kChunked;
  reply.close_delimited = switches_.transfer == Transfer::kUntilClose;
  if (Strikes(switches_.cut_download, random_)) {
    reply.cut_after = reply.response.body.size() / 2;
  }
  return reply;
}

http::Reply AmplitudeProject::DownloadExport(std::string_view request_id) {
  if (switches_.polls_count) {
    if (std::optional<http::Reply> refusal = RefuseRate()) return *std::move(refusal);
  }
  ForgetExpired();
  const auto found = exports_.find(request_id);
  if (found == exports_.end()) return AmplitudeError(404, "Request not found");
  const Export& exported = found->second;
  if (!Done(exported)) {
    return AmplitudeError(static_cast<int>(switches_.file_before_done_status),
                          "Request not completed");
  }
  std::string csv = FileOf(exported);
  if (csv.size() <= static_cast<std::size_t>(switches_.inline_bytes)) {
    return FileReply(std::move(csv));
  }

  const std::string token = Format("{:016x}{:016x}", random_.Next(), random_.Next());
  links_.insert_or_assign(
      token,
      Link{.request_id = std::string(request_id),
           .expires_at = clock_.Now() + std::chrono::seconds(switches_.link_seconds)});
  http::Reply reply;
  reply.response.status = 302;
  reply.response.headers.Add("Location",
                             Format("{}/cohort-exports/{}.csv?X-Amz-Expires={}&X-Amz-Signature={}",
                                    storage_url_,
                                    PercentEncode(request_id),
                                    switches_.link_seconds,
                                    token));
  return reply;
}

http::Reply AmplitudeProject::HandleStorage(const http::Request& request) {
  http::Reply reply = AnswerStorage(request);
  log_.Add(clock_.Now(), request, reply);
  return reply;
}

http::Reply AmplitudeProject::AnswerStorage(const http::Request& request) {
  if (request.headers.Find("Authorization")) {
    return StorageError(400, "InvalidArgument", "Only one auth mechanism allowed");
  }
  const auto link = links_.find(request.QueryValue("X-Amz-Signature").value_or(""));
  if (request.method != "GET" || link == links_.end()) {
    return StorageError(403, "AccessDenied", "Access Denied");
  }
  if (link->second.expires_at <= clock_.Now()) {
    return StorageError(403, "AccessDenied", "Request has expired");
  }
  const auto exported = exports_.find(link->second.request_id);
  if (exported == exports_.end()) {
    return StorageError(404, "NoSuchKey", "The specified key does not exist.");
  }
  return FileReply(FileOf(exported->second));
}

std::string AmplitudeProject::NewRequestId() {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";
  std::string id;
  do {
    id.clear();
    while (id.size() < 6)
      id += kAlphabet[random_.Next() % kAlphabet.size()];
  } while (exports_.contains(id));
  return id;
}

void AmplitudeProject::ForgetExpired() {
  const TimePoint now = clock_.Now();
  std::erase_if(exports_, [&](const auto& entry) {
    return entry.second.requested_at + std::chrono::days(switches_.export_days) <= now;
  });
  std::erase_if(links_,
                [&](const auto& entry) { return !exports_.contains(entry.second.request_id); });
}

}  // namespace cohort_sync::simulator
