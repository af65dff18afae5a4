// A stand-in for one Amplitude project: its Behavioral Cohorts API (contracts/amplitude.md 1) and
// the storage that large files are downloaded from. No sockets and no threads of its own.
#ifndef COHORT_SYNC_SIMULATOR_AMPLITUDE_PROJECT_H_
#define COHORT_SYNC_SIMULATOR_AMPLITUDE_PROJECT_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "http/message.h"
#include "http/server.h"
#include "simulator/amplitude_state.h"
#include "simulator/amplitude_switches.h"
#include "simulator/cohort.h"
#include "simulator/rate_window.h"
#include "simulator/request_log.h"

namespace cohort_sync::simulator {

struct AmplitudeKeys {
  std::string api_key = "demo-amplitude-key";
  std::string secret_key = "demo-amplitude-secret";
};

// Not safe from several threads. `clock` and `random` outlive it.
class AmplitudeProject {
 public:
  AmplitudeProject(AmplitudeKeys keys, Clock& clock, Random& random);

  // The API: one request, logged, and its answer.
  [[nodiscard]] http::Reply Handle(const http::Request& request);
  // The storage that the links of a 302 lead to; reached without credentials (1.6).
  [[nodiscard]] http::Reply HandleStorage(const http::Request& request);
  // "http://127.0.0.1:PORT": what the links start with. To be set before the first download.
  void set_storage_url(std::string url) { storage_url_ = std::move(url); }

  // Creates or replaces. Exports that were requested before keep what they saw.
  void PutCohort(Cohort cohort);
  // Users whose property `email` (or user_id) is one of `emails` enter or leave. Who is in already,
  // or out, stays so. Returns how many changed; kNotFound for an unknown cohort.
  Result<std::size_t> Enter(const std::string& cohort_id, const std::vector<std::string>& emails);
  Result<std::size_t> Leave(const std::string& cohort_id, const std::vector<std::string>& emails);
  // Changes what is given; membership stays. kNotFound for an unknown cohort, here and below.
  Status ChangeCohort(const std::string& cohort_id,
                      const std::optional<std::string>& name,
                      std::optional<bool> archived);
  // As if it were deleted; exports that were requested before are still served.
  Status RemoveCohort(const std::string& cohort_id);
  [[nodiscard]] std::vector<CohortSummary> Summaries() const;
  // For a push: computes the cohort, as an export request does (1.3). kRejected when it is
  // archived.
  Result<ComputedCohort> Compute(const std::string& cohort_id);

  [[nodiscard]] AmplitudeSwitches& switches() { return switches_; }
  [[nodiscard]] RequestLog& log() { return log_; }
  [[nodiscard]] Random& random() { return random_; }

 private:
  [[nodiscard]] http::Reply Answer(const http::Request& request);
  [[nodiscard]] http::Reply AnswerStorage(const http::Request& request);
  [[nodiscard]] std::optional<http::Reply> RefuseCredentials(const http::Request& request) const;
  [[nodiscard]] std::optional<http::Reply> StrikeFault();
  [[nodiscard]] http::Reply Route(const http::Request& request);
  // Does the request find a free place among those that wait for their answers (1.2)?
  [[nodiscard]] bool HasPlace();
  [[nodiscard]] std::int64_t RunningExports() const;
  [[nodiscard]] http::Reply ListCohorts(const http::Request& request) const;
  [[nodiscard]] http::Reply Usage() const;
  [[nodiscard]] http::Reply RequestExport(const std::string& cohort_id,
                                          const http::Request& request);
  [[nodiscard]] std::optional<http::Reply> RefuseExport(const std::string& cohort_id);
  [[nodiscard]] std::optional<http::Reply> RefuseRate();
  [[nodiscard]] http::Reply PollExport(std::string_view request_id);
  [[nodiscard]] http::Reply DownloadExport(std::string_view request_id);
  [[nodiscard]] http::Reply RateLimited(std::string_view details) const;
  [[nodiscard]] static std::string FileOf(const Export& exported);
  [[nodiscard]] http::Reply FileReply(std::string csv);
  [[nodiscard]] bool Done(const Export& exported) const;
  [[nodiscard]] std::string NewRequestId();
  void ForgetExpired();
  // Starts the count of a new month, UTC (1.2).
  [[nodiscard]] std::int64_t UsedThisMonth() const;
  void GiveAmplitudeId(Member& member);
  // The members, safe to change.
  [[nodiscard]] static Members& Changeable(StoredCohort& cohort);

  AmplitudeKeys keys_;
  Clock& clock_;
  Random& random_;
  AmplitudeSwitches switches_;
  RequestLog log_;
  std::string storage_url_;
  std::map<std::string, StoredCohort, std::less<>> cohorts_;
  std::map<std::string, Export, std::less<>> exports_;
  std::map<std::string, Link, std::less<>> links_;
  std::map<std::string, std::int64_t> amplitude_ids_;  // By user_id.
  std::int64_t next_amplitude_id_ = 356'890'000'001;
  RateWindow export_requests_;
  std::vector<SteadyPoint> waiting_;  // When each delayed answer of the export API is sent.
  std::int64_t month_count_ = 0;
  std::chrono::year_month month_{};
};

}  // namespace cohort_sync::simulator

#endif  // COHORT_SYNC_SIMULATOR_AMPLITUDE_PROJECT_H_
