// Where a sync gets its cohort from, and when: `source`, `frequency` and what belongs to them.
#ifndef COHORT_SYNC_CONFIG_SOURCE_READER_H_
#define COHORT_SYNC_CONFIG_SOURCE_READER_H_

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config_problem.h"
#include "config/object_reader.h"
#include "config/sync_config.h"

namespace cohort_sync {

// What an entry may refer to. Names come from the file even when their own section has problems, so
// that one mistake is not reported twice.
struct SyncContext {
  std::vector<std::string> project_names;
  std::vector<std::string> destination_names;
  std::filesystem::path directory;
  std::function<bool(const std::string&)> is_known_time_zone;
  bool has_server = false;  // That takes pushes.
};

enum class SourceType { kUnknown, kAmplitude, kFile, kPush, kRecords };

// Fills the key's project, `snapshots` and `push` of `sync`, without the schedule of the sync
// itself. kUnknown, with a problem, when the source is missing or of no known type; then neither is
// there.
[[nodiscard]] SourceType ReadSource(ObjectReader& sync_reader,
                                    const SyncContext& context,
                                    SyncConfig& sync,
                                    ConfigProblems& problems);

// Fills the schedule, which a push has none of. REQUIRES: `source` is what ReadSource returned.
void ReadFrequency(ObjectReader& sync_reader,
                   const SyncContext& context,
                   SourceType source,
                   SyncConfig& sync);

// The one of `names` that `key` says or, when it is absent, the only one there is. Otherwise empty,
// with a problem that names the `section` where they stand.
[[nodiscard]] std::string ReadName(ObjectReader& reader,
                                   std::string_view key,
                                   std::string_view section,
                                   const std::vector<std::string>& names);

}  // namespace cohort_sync

#endif  // COHORT_SYNC_CONFIG_SOURCE_READER_H_
