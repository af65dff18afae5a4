// The schemas of our files: numbered steps, forward only, embedded from schema/.
#ifndef COHORT_SYNC_STORAGE_MIGRATIONS_H_
#define COHORT_SYNC_STORAGE_MIGRATIONS_H_

#include <cstdint>

#include "storage/database.h"

namespace cohort_sync {

enum class Schema {
  kState,  // schema/*.sql
  kInbox,  // schema/inbox/*.sql
};

// Marks a SQLite file as ours ("CoSy", "CoSi"); stored as application_id.
inline constexpr std::int64_t kApplicationId = 0x436F5379;
inline constexpr std::int64_t kInboxApplicationId = 0x436F5369;
[[nodiscard]] constexpr std::int64_t ApplicationIdOf(Schema schema) {
  return schema == Schema::kState ? kApplicationId : kInboxApplicationId;
}

// The version that this program writes: the number of steps. Stored as user_version.
[[nodiscard]] std::int64_t CurrentSchemaVersion(Schema schema = Schema::kState);

// Brings the schema from `version` to the current one, each step in a transaction of its own with
// its number. Throws DatabaseError. REQUIRES: 0 <= version <= CurrentSchemaVersion(schema).
void Migrate(Database& database, std::int64_t version, Schema schema = Schema::kState);

}  // namespace cohort_sync

#endif  // COHORT_SYNC_STORAGE_MIGRATIONS_H_
