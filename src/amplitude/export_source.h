// Snapshots from Amplitude's export API: list, request, wait, download.
#ifndef COHORT_SYNC_AMPLITUDE_EXPORT_SOURCE_H_
#define COHORT_SYNC_AMPLITUDE_EXPORT_SOURCE_H_

#include <optional>
#include <vector>

#include "amplitude/cohort_csv.h"
#include "amplitude/export_allowance.h"
#include "amplitude/export_client.h"
#include "base/clock.h"
#include "base/random.h"
#include "sync/export_requests.h"
#include "sync/retry.h"
#include "sync/snapshot_source.h"

namespace cohort_sync::amplitude {

struct ExportSettings {
  std::vector<Duration> poll_waits{
      Duration(2'000), Duration(5'000), Duration(10'000)};  // Between polls; the last one repeats.
  Duration poll_limit = std::chrono::minutes(60);
  int max_poll_errors = 3;  // In a row; 429 does not count (contracts/amplitude.md 1.5).
  RetryPolicy retry{Duration(1'000), Duration(60'000), 6};  // List, request and download.
  ExportLimits limits;
  CohortCsvOptions csv;
};

struct ExportSourceParts {
  ExportAccess access;
  ProjectName project;
  ExportRequests& requests;
  ExportLedger& ledger;
  Clock& clock;
  Random& random;
  ExportSettings settings;
};

// Retries as `settings.retry` says; the error says region and credentials when they are at fault.
[[nodiscard]] Result<std::vector<CohortInfo>> ListCohorts(ExportClient& client,
                                                          Clock& clock,
                                                          Random& random,
                                                          const RetryPolicy& retry,
                                                          const std::stop_token& stop);

// A request is recorded before it is waited for, and a recorded one for the same property is used
// again when it is young enough: an export is good for 7 days and costs one of the month's budget.
// When Amplitude no longer knows a recorded request, one new request is made. A request whose file
// turned out to be unusable is forgotten.
//
// Without a recorded request nothing is called once the month's exports are spent; the limits of
// shorter times are waited out. One call at a time, so that "5 at once" is never reached.
class ExportSource final : public SnapshotSource {
 public:
  // What `parts` refers to outlives this.
  explicit ExportSource(ExportSourceParts parts);

  // The snapshot is as of the time of its request. Errors begin with "cohort 'ID': ". Throws
  // DatabaseError.
  [[nodiscard]] Result<Snapshot> Fetch(const FetchRequest& request,
                                       const std::stop_token& stop) override;
  void Accepted(const CohortId& cohort) override;

 private:
  [[nodiscard]] Result<Snapshot> FetchSyncable(const FetchRequest& request,
                                               const std::stop_token& stop);
  [[nodiscard]] std::optional<ExportRequest> Reusable(const FetchRequest& request);
  [[nodiscard]] CallResult<ExportRequest> RequestNew(const FetchRequest& request,
                                                     const std::stop_token& stop);
  [[nodiscard]] CallResult<CohortRows> Collect(const FetchRequest& request,
                                               const ExportRequest& asked,
                                               bool reused,
                                               const std::stop_token& stop);
  [[nodiscard]] CallResult<void> Await(const FetchRequest& request,
                                       const ExportRequest& asked,
                                       bool reused,
                                       const std::stop_token& stop);
  [[nodiscard]] CallResult<CohortRows> Download(const FetchRequest& request,
                                                const ExportRequest& asked,
                                                const std::stop_token& stop);

  ExportClient client_;
  ProjectName project_;
  ExportRequests& requests_;
  ExportAllowance allowance_;
  Clock& clock_;
  Random& random_;
  ExportSettings settings_;
};

}  // namespace cohort_sync::amplitude

#endif  // COHORT_SYNC_AMPLITUDE_EXPORT_SOURCE_H_
