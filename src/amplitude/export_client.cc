#include "amplitude/export_client.h"

#include <tuple>
#include <utility>

#include <nlohmann/json.hpp>

#include "amplitude/gunzip.h"
#include "base/format.h"
#include "base/text.h"

namespace cohort_sync::amplitude {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxApiResponseBytes = 64U << 20U;
constexpr std::size_t kMaxErrorBytes = 2048;  // Of a body that only explains a refusal.
constexpr int kMaxRedirects = 3;
constexpr int kMaxNewLinks = 3;

constexpr std::string_view kList = "list cohorts";
constexpr std::string_view kUsage = "ask for the month's exports";
constexpr std::string_view kRequest = "request export";
constexpr std::string_view kPoll = "ask for the export's state";
constexpr std::string_view kDownload = "download export";

bool IsRedirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

// The text of that name in a JSON object; nullopt when it is not there.
std::optional<std::string> TextMember(const std::string& body, const char* name) {
  const Json parsed = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  const auto found = parsed.is_object() ? parsed.find(name) : parsed.end();
  if (found == parsed.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

// nullopt for what is no number of things.
std::optional<std::int64_t> CountMember(const std::string& body, const char* name) {
  const Json parsed = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  const auto found = parsed.is_object() ? parsed.find(name) : parsed.end();
  if (found == parsed.end() || !found->is_number_unsigned()) return std::nullopt;
  const auto count = found->get<std::int64_t>();
  return count < 0 ? std::nullopt : std::optional(count);
}

CallError Refused(std::string message) {
  return {Error(ErrorCode::kRejected, std::move(message)), 0, false, std::nullopt};
}

CallError StorageRefused(const std::string& origin, const http::Response& response, int links) {
  CallError error = ExplainAnswer(kDownload, origin, response);
  const std::string_view body = Trim(response.body);
  error.error = Error(ErrorCode::kUnavailable,
                      Format("{}: the storage at {} answered {}{} to {}; try again later",
                             kDownload,
                             origin,
                             response.status,
                             body.empty() ? "" : Format(" '{}'", Printable(body)),
                             Count(links, "link", "links in a row")));
  return error;
}

// One GET whose body is a file when the status is 200. Any other answer is returned with the
// beginning of its body.
CallResult<http::Response> GetFile(http::Client& client,
                                   const http::Request& request,
                                   const std::string& origin,
                                   const std::function<Status(std::string_view)>& sink,
                                   const std::stop_token& stop) {
  std::optional<http::Response> head;
  std::optional<Error> sink_error;
  const http::Answer answer = client.Download(
      request,
      kMaxPlainBytes,
      [&head](const http::Response& response) {
        head = response;
        return true;
      },
      [&](std::string_view bytes) {
        if (head->status != 200) {
          head->body.append(bytes.substr(0, kMaxErrorBytes - head->body.size()));
          return head->body.size() < kMaxErrorBytes;
        }
        const Status taken = sink(bytes);
        if (!taken) sink_error = taken.error();
        return taken.has_value();
      },
      stop);
  if (sink_error) return tl::unexpected(CallError{*sink_error, 200, false, std::nullopt});
  const bool interrupted = !answer && answer.error().kind == http::FailureKind::kInterrupted;
  if (head && head->status != 200 && !interrupted) return *head;
  if (!answer) return tl::unexpected(ExplainFailure(kDownload, origin, answer.error()));
  return *answer;
}

}  // namespace

std::optional<std::string> BaseUrlOf(std::string_view region) {
  if (region == "us") return "https://amplitude.com";
  if (region == "eu") return "https://analytics.eu.amplitude.com";
  return std::nullopt;
}

http::ClientOptions ApiClientOptions(std::string base_url) {
  http::ClientOptions options;
  options.base_url = std::move(base_url);
  options.max_response_bytes = kMaxApiResponseBytes;
  return options;
}

ExportClient::ExportClient(ExportAccess access) : access_(std::move(access)) {}

CallResult<std::vector<CohortInfo>> ExportClient::ListCohorts(const std::stop_token& stop) {
  const auto response = Ask(kList, "/api/3/cohorts", stop);
  if (!response) return tl::unexpected(response.error());
  if (response->status != 200)
    return tl::unexpected(ExplainAnswer(kList, access_.base_url, *response));
  Result<std::vector<CohortInfo>> cohorts = ParseCohortList(response->body);
  if (!cohorts) {
    return tl::unexpected(
        CallError{cohorts.error().WithContext(Format("{}: {}", kList, access_.base_url)),
                  response->status,
                  false,
                  std::nullopt});
  }
  return std::move(*cohorts);
}

std::optional<ExportUsage> ExportClient::Usage(const std::stop_token& stop) {
  const auto response = Ask(kUsage, "/api/3/cohorts/usage", stop);
  if (!response || response->status != 200) return std::nullopt;
  const auto limit = CountMember(response->body, "limit");
  const auto count = CountMember(response->body, "count");
  if (!limit || !count) return std::nullopt;
  return ExportUsage{*limit, *count};
}

CallResult<std::string> ExportClient::RequestExport(const CohortId& cohort,
                                                    const std::string& property,
                                                    const std::stop_token& stop) {
  std::string target = "/api/5/cohorts/request/" + PercentEncode(cohort.value());
  if (property != "user_id") target += "?props=1&propKeys=" + PercentEncode(property);
  const auto response = Ask(kRequest, target, stop);
  if (!response) return tl::unexpected(response.error());
  if (response->status != 202 && response->status != 200)
    return tl::unexpected(ExplainAnswer(kRequest, access_.base_url, *response));
  const auto request_id = TextMember(response->body, "request_id");
  if (!request_id || request_id->empty())
    return tl::unexpected(UnknownShape(kRequest, access_.base_url, *response));
  return *request_id;
}

CallResult<ExportState> ExportClient::PollExport(const std::string& request_id,
                                                 const std::stop_token& stop) {
  const auto response =
      Ask(kPoll, "/api/5/cohorts/request-status/" + PercentEncode(request_id), stop);
  if (!response) return tl::unexpected(response.error());
  if (response->status != 202 && response->status != 200)
    return tl::unexpected(ExplainAnswer(kPoll, access_.base_url, *response));
  const auto state = TextMember(response->body, "async_status");
  if (state == "JOB COMPLETED") return ExportState::kDone;
  if (state == "JOB INPROGRESS") return ExportState::kRunning;
  if (state && state->starts_with("JOB ")) {
    return tl::unexpected(CallError{
        Error(ErrorCode::kInvalidInput,
              Format("{}: {} answered '{}'; look at the cohort in Amplitude, the next run asks for "
                     "a new export",
                     kPoll,
                     access_.base_url,
                     Printable(*state))),
        response->status,
        false,
        std::nullopt});
  }
  return tl::unexpected(UnknownShape(kPoll, access_.base_url, *response));
}

CallResult<void> ExportClient::Download(const std::string& request_id,
                                        const Sink& sink,
                                        const std::stop_token& stop) {
  for (int new_links = 0;; ++new_links) {
    std::string origin = access_.base_url;
    const auto response = DownloadOnce(request_id, sink, stop, origin);
    if (!response) return tl::unexpected(response.error());
    if (response->status == 200) return {};
    if (origin == access_.base_url)
      return tl::unexpected(ExplainAnswer(kDownload, origin, *response));
    if (response->status != 403 || new_links == kMaxNewLinks)
      return tl::unexpected(StorageRefused(origin, *response, new_links + 1));
  }
}

http::Request ExportClient::Authorized(std::string target) const {
  http::Request request;
  request.target = std::move(target);
  request.headers.Add(
      "Authorization",
      http::BasicAuthorization(access_.api_key.Reveal(), access_.secret_key.Reveal()));
  return request;
}

CallResult<http::Response> ExportClient::Ask(std::string_view call,
                                             const std::string& target,
                                             const std::stop_token& stop) {
  const http::Answer answer = access_.api->SendAndWait(Authorized(target), stop);
  if (!answer) return tl::unexpected(ExplainFailure(call, access_.base_url, answer.error()));
  return *answer;
}

// `origin` becomes the origin that gave the returned answer.
CallResult<http::Response> ExportClient::DownloadOnce(const std::string& request_id,
                                                      const Sink& sink,
                                                      const std::stop_token& stop,
                                                      std::string& origin) {
  auto response =
      GetFile(*access_.api,
              Authorized("/api/5/cohorts/request/" + PercentEncode(request_id) + "/file"),
              origin,
              sink,
              stop);
  for (int hops = 0; response && IsRedirect(response->status); ++hops) {
    if (hops == kMaxRedirects) {
      return tl::unexpected(
          Refused(Format("{}: more than {} redirects in a row", kDownload, kMaxRedirects)));
    }
    const CallResult<std::string> url = RedirectTarget(origin, *response);
    if (!url) return tl::unexpected(url.error());
    http::Request request;
    http::ClientOptions options;
    std::tie(options.base_url, request.target) = http::SplitUrl(*url);
    origin = options.base_url;
    const Result<std::unique_ptr<http::Client>> storage = access_.storage(options);
    if (!storage) {
      return tl::unexpected(Refused(Format("{}: redirected to an address that cannot be used: {}",
                                           kDownload,
                                           storage.error().message())));
    }
    response = GetFile(**storage, request, origin, sink, stop);
  }
  return response;
}

// Messages name the origin only: the rest of a link to storage is a credential.
CallResult<std::string> ExportClient::RedirectTarget(const std::string& origin,
                                                     const http::Response& response) const {
  const std::string location(response.headers.Find("Location").value_or(""));
  if (location.starts_with('/') && !location.starts_with("//")) return origin + location;
  const std::string target = Printable(http::SplitUrl(location).first);
  const bool https = location.starts_with("https://");
  const bool loopback = http::IsLoopback(location);
  if (loopback && !http::IsLoopback(access_.base_url)) {
    return tl::unexpected(Refused(Format(
        "{}: redirected from {} to this machine ('{}'), refused", kDownload, origin, target)));
  }
  if (https || (loopback && location.starts_with("http://"))) return location;
  return tl::unexpected(Refused(Format(
      "{}: redirected from {} to '{}', which is not https, refused", kDownload, origin, target)));
}

}  // namespace cohort_sync::amplitude
