// A source whose cohort a test writes down.
#ifndef COHORT_SYNC_TESTS_SUPPORT_FAKE_SNAPSHOT_SOURCE_H_
#define COHORT_SYNC_TESTS_SUPPORT_FAKE_SNAPSHOT_SOURCE_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "sync/snapshot_source.h"

namespace cohort_sync {

// Normalizes its values as a real source does. One thread.
class FakeSnapshotSource final : public SnapshotSource {
 public:
  explicit FakeSnapshotSource(const Clock& clock) : clock_(clock) {}

  // ---- What Fetch gives, until it is changed ----
  std::vector<std::string> values;  // Property values, one a row.
  std::vector<std::string>
      users;  // User ids of the rows, some empty; without any the source knows none.
  std::optional<std::string> cohort_name = "Active Users";
  std::optional<TimePoint> as_of;  // The clock's time when absent.
  std::string origin = "amplitude export Sf7M9j";
  std::optional<std::int64_t> expected_size;
  std::optional<Error> error;
  std::function<void()> on_fetch;  // May be empty.

  // ---- What was asked ----
  std::vector<FetchRequest> requests;
  std::vector<CohortId> accepted;

  // ---- SnapshotSource ----
  [[nodiscard]] Result<Snapshot> Fetch(const FetchRequest& request,
                                       const std::stop_token& stop) override;
  void Accepted(const CohortId& cohort) override { accepted.push_back(cohort); }

 private:
  const Clock& clock_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_TESTS_SUPPORT_FAKE_SNAPSHOT_SOURCE_H_
