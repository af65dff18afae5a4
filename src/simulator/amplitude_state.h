// What the Amplitude stand-in remembers of a cohort, of an export and of a download link.
#ifndef COHORT_SYNC_SIMULATOR_AMPLITUDE_STATE_H_
#define COHORT_SYNC_SIMULATOR_AMPLITUDE_STATE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "simulator/cohort.h"
#include "simulator/cohort_csv.h"

namespace cohort_sync::simulator {

using Members = std::vector<Member>;

struct StoredCohort {
  std::string name;
  // Shared with exports; copied before a change while an export holds it.
  std::shared_ptr<Members> members;
  bool archived = false;
  bool published = true;
  std::string group_type;
  TimePoint created_at;
  TimePoint changed_at;
  std::optional<TimePoint> computed_at;
  std::size_t computed_size = 0;
};

// What a request id stands for: members and format as they were when it was made.
struct Export {
  std::string cohort_id;
  std::shared_ptr<const Members> members;
  bool group_cohort = false;
  std::vector<std::string> properties;
  CsvFormat format;
  std::uint64_t order_seed = 0;  // Every download of one export is the same file.
  TimePoint requested_at;
  std::int64_t polls = 0;
};

struct Link {
  std::string request_id;
  TimePoint expires_at;
};

// A cohort as a push sends it.
struct ComputedCohort {
  std::string name;
  std::shared_ptr<const Members> members;
  TimePoint computed_at;
};

// What the control door shows of a cohort.
struct CohortSummary {
  std::string id;
  std::string name;
  std::size_t members = 0;
  bool archived = false;
};

}  // namespace cohort_sync::simulator

#endif  // COHORT_SYNC_SIMULATOR_AMPLITUDE_STATE_H_
