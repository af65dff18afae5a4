#include "storage/migrations.h"

#include <iterator>
#include <string_view>

#include "base/check.h"
#include "base/format.h"
#include "storage/transaction.h"

namespace cohort_sync {

namespace {

struct Migration {
  std::string_view name;
  std::string_view sql;
};

constexpr Migration kMigrations[] = {
#include "migration_list.inc"
};

}  // namespace

std::int64_t CurrentSchemaVersion() {
  return std::ssize(kMigrations);
}

void Migrate(Database& database, std::int64_t version) {
  for (std::int64_t next = version + 1; next <= CurrentSchemaVersion(); ++next) {
    const Migration& migration = kMigrations[next - 1];
    // A gap in the numbers would give two programs different schemas under one version.
    CHECK(migration.name.starts_with(Format("{:04}_", next)));
    Transaction transaction(database, "migrate the schema");
    database.Execute(std::string(migration.sql));
    database.Execute(Format("PRAGMA application_id = {}", kApplicationId));
    database.Execute(Format("PRAGMA user_version = {}", next));
    transaction.Commit();
  }
}

}  // namespace cohort_sync
