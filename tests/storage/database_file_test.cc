#include "storage/database_file.h"

#include <filesystem>
#include <sys/stat.h>

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/format.h"
#include "storage/migrations.h"
#include "storage/query.h"
#include "storage/transaction.h"
#include "support/temp_dir.h"

namespace cohort_sync {
namespace {

using ::testing::HasSubstr;

std::string MessageOf(const Result<std::unique_ptr<Database>>& result) {
  return result ? "opened" : result.error().message();
}

void Execute(const std::string& path, const std::string& sql) {
  SQLite::Database database(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  database.exec(sql);
}

TEST(OpenForWriting, CreatesAPrivateFileWithTheCurrentSchema) {
  const TempDir dir;
  const std::string path = dir.File("state.db");
  auto database = OpenForWriting(path);
  ASSERT_TRUE(database) << MessageOf(database);

  struct stat file {};
  ASSERT_EQ(::stat(path.c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 07777U, 0600U);
  ASSERT_EQ(::stat((path + "-wal").c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 07777U, 0600U);
  EXPECT_EQ((*database)->ReadPragma("application_id"), Format("{}", kApplicationId));
  EXPECT_EQ((*database)->ReadPragma("user_version"), Format("{}", CurrentSchemaVersion()));
}

TEST(OpenForWriting, SetsWhatDurabilityRestsOn) {
  const TempDir dir;
  auto database = OpenForWriting(dir.File("state.db"));
  ASSERT_TRUE(database) << MessageOf(database);
  EXPECT_EQ((*database)->ReadPragma("journal_mode"), "wal");
  EXPECT_EQ((*database)->ReadPragma("synchronous"), "2");
  EXPECT_EQ((*database)->ReadPragma("foreign_keys"), "1");
  EXPECT_EQ((*database)->ReadPragma("trusted_schema"), "0");
  EXPECT_EQ((*database)->ReadPragma("mmap_size"), "0");
}

TEST(OpenForWriting, OpensWhatItCreated) {
  const TempDir dir;
  ASSERT_TRUE(OpenForWriting(dir.File("state.db")));
  EXPECT_EQ(MessageOf(OpenForWriting(dir.File("state.db"))), "opened");
}

TEST(OpenForWriting, TakesOverAnEmptyFileLeftByACrash) {
  const TempDir dir;
  const std::string path = dir.Write("state.db", "");
  std::filesystem::permissions(path, std::filesystem::perms(0600));
  EXPECT_EQ(MessageOf(OpenForWriting(path)), "opened");
}

TEST(OpenForWriting, RefusesAnotherProgramsDatabaseWithBothNumbersAndLeavesItAlone) {
  const TempDir dir;
  const std::string path = dir.File("other.db");
  Execute(path, "PRAGMA application_id = 12; CREATE TABLE t (x)");
  std::filesystem::permissions(path, std::filesystem::perms(0600));
  EXPECT_EQ(MessageOf(OpenForWriting(path)),
            Format("open state '{}': application id 12 instead of {}: the file belongs to another "
                   "program; set 'state' to another path",
                   path,
                   kApplicationId));
  SQLite::Database database(path);
  EXPECT_EQ(database.execAndGet("PRAGMA journal_mode").getString(), "delete");
}

TEST(OpenForWriting, RefusesADatabaseWithoutApplicationIdThatHasTables) {
  const TempDir dir;
  const std::string path = dir.File("other.db");
  Execute(path, "CREATE TABLE t (x)");
  std::filesystem::permissions(path, std::filesystem::perms(0600));
  EXPECT_THAT(MessageOf(OpenForWriting(path)), HasSubstr("application id 0 instead of"));
}

TEST(OpenForWriting, RefusesANewerSchemaWithBothVersions) {
  const TempDir dir;
  const std::string path = dir.File("state.db");
  ASSERT_TRUE(OpenForWriting(path));
  Execute(path, "PRAGMA user_version = 77");
  EXPECT_EQ(MessageOf(OpenForWriting(path)),
            Format("open state '{}': schema version 77 is newer than {}, which this program knows; "
                   "use the newer cohort-sync",
                   path,
                   CurrentSchemaVersion()));
}

TEST(OpenForWriting, RefusesAFileThatIsNoDatabase) {
  const TempDir dir;
  const std::string path = dir.Write("state.db", std::string(5000, 'x'));
  std::filesystem::permissions(path, std::filesystem::perms(0600));
  EXPECT_EQ(MessageOf(OpenForWriting(path)),
            Format("state '{}': open: file is not a database (sqlite code 26); check that 'state' "
                   "names a file of cohort-sync",
                   path));
}

TEST(OpenForWriting, RefusesASymbolicLink) {
  const TempDir dir;
  ASSERT_TRUE(OpenForWriting(dir.File("state.db")));
  std::filesystem::create_symlink(dir.File("state.db"), dir.File("link.db"));
  EXPECT_EQ(MessageOf(OpenForWriting(dir.File("link.db"))),
            Format("open state '{}': it is a symbolic link; give the path of the file",
                   dir.File("link.db")));
}

TEST(OpenForWriting, RefusesAHardLink) {
  const TempDir dir;
  ASSERT_TRUE(OpenForWriting(dir.File("state.db")));
  std::filesystem::create_hard_link(dir.File("state.db"), dir.File("link.db"));
  EXPECT_THAT(MessageOf(OpenForWriting(dir.File("link.db"))),
              HasSubstr("the file has 2 names, and SQLite needs one; remove the other links"));
}

TEST(OpenForWriting, RefusesAFolder) {
  const TempDir dir;
  EXPECT_EQ(MessageOf(OpenForWriting(dir.path())),
            Format("open state '{}': not a regular file; give another path", dir.path().string()));
}

TEST(OpenForWriting, RefusesAFileThatOthersCanRead) {
  const TempDir dir;
  const std::string path = dir.File("state.db");
  ASSERT_TRUE(OpenForWriting(path));
  std::filesystem::permissions(path, std::filesystem::perms(0644));
  EXPECT_EQ(MessageOf(OpenForWriting(path)),
            Format("open state '{0}': mode 0644 lets others at the contacts in it; run chmod 600 "
                   "'{0}'",
                   path));
}

TEST(OpenForWriting, SaysWhyItCannotCreateAndWhatToDo) {
  const TempDir dir;
  const std::string path = dir.File("missing/state.db");
  EXPECT_EQ(MessageOf(OpenForWriting(path)),
            Format("create state '{}': No such file or directory; create the folder or set "
                   "'state' to another path",
                   path));
}

TEST(OpenForReading, DoesNotCreateAState) {
  const TempDir dir;
  const auto database = OpenForReading(dir.File("state.db"));
  ASSERT_FALSE(database);
  EXPECT_EQ(database.error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(database.error().message(),
            Format("open state '{}': No such file or directory; it is made by the first sync",
                   dir.File("state.db")));
  EXPECT_FALSE(std::filesystem::exists(dir.File("state.db")));
}

TEST(OpenForReading, RefusesAnOlderSchemaInsteadOfMigrating) {
  const TempDir dir;
  const std::string path = dir.File("state.db");
  ASSERT_TRUE(OpenForWriting(path));
  Execute(path, "PRAGMA user_version = 0");
  EXPECT_THAT(MessageOf(OpenForReading(path)),
              HasSubstr(Format("schema version 0 is older than {}; it is brought up to date by "
                               "the next sync",
                               CurrentSchemaVersion())));
}

TEST(OpenForReading, CannotWrite) {
  const TempDir dir;
  ASSERT_TRUE(OpenForWriting(dir.File("state.db")));
  auto database = OpenForReading(dir.File("state.db"));
  ASSERT_TRUE(database) << MessageOf(database);
  EXPECT_THROW((*database)->Execute("DELETE FROM runs"), DatabaseError);
}

TEST(Transaction, IsRolledBackUnlessCommitted) {
  const TempDir dir;
  auto database = OpenForWriting(dir.File("state.db"));
  ASSERT_TRUE(database);
  constexpr static char kInsert[] = "INSERT INTO meta VALUES (1, ?1, 0)";
  constexpr static char kCount[] = "SELECT count(*) FROM meta";
  {
    const Transaction transaction(**database, "try");
    Query(**database, kInsert).Bind(5).Run();
  }
  Query count(**database, kCount);
  ASSERT_TRUE(count.Step());
  EXPECT_EQ(count.Int(0), 0);
}

TEST(Database, ErrorsNameTheFileTheActivityAndTheCause) {
  const TempDir dir;
  auto database = OpenForWriting(dir.File("state.db"));
  ASSERT_TRUE(database);
  constexpr static char kInsert[] = "INSERT INTO meta VALUES (1, ?1, 0)";
  Transaction transaction(**database, "write the hash key");
  Query(**database, kInsert).Bind(5).Run();
  try {
    Query(**database, kInsert).Bind(6).Run();
    FAIL() << "the second row was accepted";
  } catch (const DatabaseError& error) {
    EXPECT_EQ(std::string(error.what()),
              Format("state '{}': write the hash key: UNIQUE constraint failed: meta.id (sqlite "
                     "code 1555)",
                     dir.File("state.db")));
  }
}

}  // namespace
}  // namespace cohort_sync
