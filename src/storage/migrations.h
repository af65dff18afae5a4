// The schema of the state: numbered steps, forward only, embedded from schema/*.sql.
#ifndef COHORT_SYNC_STORAGE_MIGRATIONS_H_
#define COHORT_SYNC_STORAGE_MIGRATIONS_H_

#include <cstdint>

#include "storage/database.h"

namespace cohort_sync {

// Marks a SQLite file as ours ("CoSy"); stored as application_id.
inline constexpr std::int64_t kApplicationId = 0x436F5379;

// The version that this program writes: the number of steps. Stored as user_version.
[[nodiscard]] std::int64_t CurrentSchemaVersion();

// Brings the schema from `version` to the current one, each step in a transaction of its own with
// its number. Throws DatabaseError. REQUIRES: 0 <= version <= CurrentSchemaVersion().
void Migrate(Database& database, std::int64_t version);

}  // namespace cohort_sync

#endif  // COHORT_SYNC_STORAGE_MIGRATIONS_H_
