// The `syncs` section: one entry for each cohort and destination, and the rules among entries.
#ifndef COHORT_SYNC_CONFIG_SYNC_READER_H_
#define COHORT_SYNC_CONFIG_SYNC_READER_H_

#include <functional>
#include <string>
#include <vector>

#include "config/config.h"
#include "config/config_problem.h"
#include "config/json_value.h"

namespace cohort_sync {

// What an entry may refer to. Names come from the file even when their own section has problems, so
// that one mistake is not reported twice.
struct SyncContext {
  std::vector<std::string> project_names;
  std::vector<std::string> destination_names;
  std::filesystem::path directory;
  std::function<bool(const std::string&)> is_known_time_zone;
};

// Fills `config.syncs` with the entries that are right; the others add to `problems`. Refuses two
// entries for one cohort at one destination, and two known list names that differ at most in case
// within one account (endpoint and key), and two that read one folder with one pattern. REQUIRES:
// `config.destinations` was read.
void ReadSyncs(const JsonValue& value,
               const SyncContext& context,
               Config& config,
               ConfigProblems& problems);

}  // namespace cohort_sync

#endif  // COHORT_SYNC_CONFIG_SYNC_READER_H_
