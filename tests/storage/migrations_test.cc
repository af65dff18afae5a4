#include "storage/migrations.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>

#include "base/format.h"
#include "storage/query.h"
#include "storage/store_fixture.h"
#include "support/source_dir.h"

namespace cohort_sync {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr std::uint64_t kHashKey = 7;

constexpr const char* kRowsOfVersion1 =
    "INSERT INTO meta VALUES (1, 7, 0);"
    "INSERT INTO bindings VALUES (1, 'web', 'vip', 'cordial', 'https://api.cordial.io/v2', 'vip', "
    "7,"
    " 'email', 'email', 1, 'Cohort vip', 0, '', NULL);"
    "INSERT INTO runs (binding_id, project, cohort, destination, cohort_name, list_name, cause,"
    " state, started_at) VALUES (1, 'web', 'vip', 'cordial', '', 'vip', 'manual', 'succeeded', 0);";

std::string OperationOfVersion1(const std::string& contact, const std::string& state) {
  return Format(
      "INSERT INTO operations (binding_id, contact_hash, contact, kind, before, run_id, state,"
      " created_at, updated_at) VALUES (1, {}, '{}', 'add', 'off', 1, '{}', 0, 0);",
      StoredHash(KeyedHash(kHashKey, contact)),
      contact,
      state);
}

class MigrationsTest : public StoreTest {
 protected:
  // Puts a state of schema version 1 in the place of the store's own.
  void StartWithVersion1(const std::string& rows) {
    Close();
    std::filesystem::remove(path());
    std::ostringstream schema;
    schema << std::ifstream(SourceDir() + "/schema/0001_initial.sql").rdbuf();
    SQLite::Database database(path(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    std::filesystem::permissions(
        path(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    database.exec(schema.str());
    database.exec(Format("PRAGMA application_id = {}", kApplicationId));
    database.exec("PRAGMA user_version = 1");
    database.exec(kRowsOfVersion1 + rows);
  }
};

TEST_F(MigrationsTest, AStateOfVersion1GoesOnWhereItWas) {
  StartWithVersion1(OperationOfVersion1("done", "delivered") +
                    OperationOfVersion1("waiting", "pending"));
  Reopen();
  EXPECT_EQ(Number("PRAGMA user_version"), CurrentSchemaVersion());
  EXPECT_THAT(Strings("SELECT name FROM sqlite_master WHERE name = 'operations_by_contact'"),
              IsEmpty());
  EXPECT_THAT(Desired(), ElementsAre("done", "waiting"));
  ASSERT_EQ(store().hash_key(), kHashKey);
  Commit({}, {"done", "waiting"});
  EXPECT_THAT(Journal(),
              UnorderedElementsAre("add done delivered off",
                                   "add waiting superseded off",
                                   "remove done pending on",
                                   "remove waiting pending off"));
}

}  // namespace
}  // namespace cohort_sync
