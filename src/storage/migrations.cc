#include "storage/migrations.h"

#include <iterator>
#include <span>
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

constexpr Migration kStateMigrations[] = {
#include "migration_list.inc"
};
constexpr Migration kInboxMigrations[] = {
#include "inbox_migration_list.inc"
};

std::span<const Migration> MigrationsOf(Schema schema) {
  if (schema == Schema::kState) return kStateMigrations;
  return kInboxMigrations;
}

}  // namespace

std::int64_t CurrentSchemaVersion(Schema schema) {
  return std::ssize(MigrationsOf(schema));
}

void Migrate(Database& database, std::int64_t version, Schema schema) {
  for (std::int64_t next = version + 1; next <= CurrentSchemaVersion(schema); ++next) {
    const Migration& migration = MigrationsOf(schema)[static_cast<std::size_t>(next - 1)];
    // A gap in the numbers would give two programs different schemas under one version.
    CHECK(migration.name.starts_with(Format("{:04}_", next)));
    Transaction transaction(database, "migrate the schema");
    database.Execute(std::string(migration.sql));
    database.Execute(Format("PRAGMA application_id = {}", ApplicationIdOf(schema)));
    database.Execute(Format("PRAGMA user_version = {}", next));
    transaction.Commit();
  }
}

}  // namespace cohort_sync
