// The `syncs` section: one entry for each cohort and destination, and the rules among entries.
#ifndef COHORT_SYNC_CONFIG_SYNC_READER_H_
#define COHORT_SYNC_CONFIG_SYNC_READER_H_

#include "config/config.h"
#include "config/config_problem.h"
#include "config/json_value.h"
#include "config/source_reader.h"

namespace cohort_sync {

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
