// The calls of Amplitude's Behavioral Cohorts API (contracts/amplitude.md 1.1-1.8), one attempt
// each.
#ifndef COHORT_SYNC_AMPLITUDE_EXPORT_CLIENT_H_
#define COHORT_SYNC_AMPLITUDE_EXPORT_CLIENT_H_

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "amplitude/call_error.h"
#include "amplitude/cohort_list.h"
#include "base/result.h"
#include "base/secret.h"
#include "http/client.h"
#include "sync/ids.h"

namespace cohort_sync::amplitude {

// "us" or "eu" (contract 1.1); nullopt for anything else.
[[nodiscard]] std::optional<std::string> BaseUrlOf(std::string_view region);

// How the client for the API is to be made: a list of many cohorts with their definitions is large.
[[nodiscard]] http::ClientOptions ApiClientOptions(std::string base_url);

struct ExportAccess {
  std::string base_url;  // "https://amplitude.com", without a path.
  Secret api_key;
  Secret secret_key;
  std::unique_ptr<http::Client> api;  // To base_url, by ApiClientOptions.
  http::ClientFactory storage;        // For the hosts that files are kept on.
};

// Exports of this calendar month (contract 1.9: the two numbers are known, nothing else).
struct ExportUsage {
  std::int64_t limit = 0;
  std::int64_t count = 0;
};

enum class ExportState { kRunning, kDone };

// Blocks in every call; `stop` ends it with kInterrupted. One call at a time. Credentials go to
// base_url only.
class ExportClient {
 public:
  explicit ExportClient(ExportAccess access);

  // Also the test of region and credentials. Takes nothing from the month's budget of exports.
  [[nodiscard]] CallResult<std::vector<CohortInfo>> ListCohorts(const std::stop_token& stop);

  // nullopt where Amplitude does not tell: the call is documented in newer editions only.
  [[nodiscard]] std::optional<ExportUsage> Usage(const std::stop_token& stop);

  // Starts an export with the values of `property` ("user_id" comes by itself) and returns its
  // request id. Each success takes one of the month's budget (contract 1.2).
  [[nodiscard]] CallResult<std::string> RequestExport(const CohortId& cohort,
                                                      const std::string& property,
                                                      const std::stop_token& stop);

  [[nodiscard]] CallResult<ExportState> PollExport(const std::string& request_id,
                                                   const std::stop_token& stop);

  // Passes the file, as it is on the wire, to `sink`; its failure ends the download and is
  // returned. The file is whole when this succeeds. After any failure what the sink got is void.
  //
  // A redirect is followed by hand, at most 3 in a row and without credentials: to https, and to
  // loopback addresses only when base_url is one. Links to storage live for a minute, so its 403
  // asks for a new one, up to 3 times; it comes before any byte for the sink.
  [[nodiscard]] CallResult<void> Download(const std::string& request_id,
                                          const std::function<Status(std::string_view)>& sink,
                                          const std::stop_token& stop);

 private:
  using Sink = std::function<Status(std::string_view)>;

  [[nodiscard]] http::Request Authorized(std::string target) const;
  [[nodiscard]] CallResult<http::Response> Ask(std::string_view call,
                                               const std::string& target,
                                               const std::stop_token& stop);
  [[nodiscard]] CallResult<http::Response> DownloadOnce(const std::string& request_id,
                                                        const Sink& sink,
                                                        const std::stop_token& stop,
                                                        std::string& origin);
  [[nodiscard]] CallResult<std::string> RedirectTarget(const std::string& origin,
                                                       const http::Response& response) const;

  ExportAccess access_;
};

}  // namespace cohort_sync::amplitude

#endif  // COHORT_SYNC_AMPLITUDE_EXPORT_CLIENT_H_
