#include "storage/database_file.h"

#include <cerrno>
#include <fcntl.h>
#include <string_view>
#include <sys/stat.h>
#include <system_error>

#include "base/format.h"
#include "base/unique_fd.h"
#include "storage/migrations.h"
#include "storage/query.h"
#include "storage/transaction.h"

namespace cohort_sync {

namespace {

constexpr char kReadApplicationId[] = "PRAGMA application_id";
constexpr char kReadUserVersion[] = "PRAGMA user_version";
constexpr char kCountObjects[] = "SELECT count(*) FROM sqlite_schema";

std::string ErrnoText(int error) {
  return std::error_code(error, std::generic_category()).message();
}

Status CheckFile(const std::string& path, const struct stat& file) {
  if (S_ISLNK(file.st_mode)) {
    return Fail(ErrorCode::kConfiguration,
                Format("open state '{}': it is a symbolic link; give the path of the file", path));
  }
  if (!S_ISREG(file.st_mode)) {
    return Fail(ErrorCode::kConfiguration,
                Format("open state '{}': not a regular file; give another path", path));
  }
  if (file.st_nlink != 1) {
    return Fail(ErrorCode::kConfiguration,
                Format("open state '{}': the file has {} names, and SQLite needs one; remove the "
                       "other links",
                       path,
                       file.st_nlink));
  }
  if ((file.st_mode & 0077U) != 0) {
    return Fail(ErrorCode::kConfiguration,
                Format("open state '{}': mode {:04o} lets others at the contacts in it; run "
                       "chmod 600 '{}'",
                       path,
                       file.st_mode & 07777U,
                       path));
  }
  return {};
}

// SQLite would create the file readable by others; its WAL takes over the mode of the file.
Status CreateFile(const std::string& path) {
  constexpr int kFlags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  const UniqueFd fd(::open(path.c_str(), kFlags, 0600));
  if (fd.get() >= 0) return {};
  return Fail(ErrorCode::kConfiguration,
              Format("create state '{}': {}; create the folder or set 'state' to another path",
                     path,
                     ErrnoText(errno)));
}

Status PrepareFile(const std::string& path, Database::Access access) {
  struct stat file {};
  if (::lstat(path.c_str(), &file) == 0) return CheckFile(path, file);
  const int error = errno;
  if (access == Database::Access::kWrite) return CreateFile(path);
  return Fail(ErrorCode::kNotFound,
              Format("open state '{}': {}; it is made by the first sync", path, ErrnoText(error)));
}

std::int64_t ReadNumber(Database& database, const char* sql) {
  Query query(database, sql);
  return query.Step() ? query.Int(0) : 0;
}

// Before anything is written: the version of the schema, 0 for a file without content.
Result<std::int64_t> Identify(Database& database, Schema schema) {
  const std::int64_t application = ReadNumber(database, kReadApplicationId);
  const std::int64_t version = ReadNumber(database, kReadUserVersion);
  const bool blank = application == 0 && version == 0 && ReadNumber(database, kCountObjects) == 0;
  if (!blank && application != ApplicationIdOf(schema)) {
    return Fail(ErrorCode::kConfiguration,
                Format("open state '{}': application id {} instead of {}: the file belongs to "
                       "another program; set 'state' to another path",
                       database.path(),
                       application,
                       ApplicationIdOf(schema)));
  }
  if (version > CurrentSchemaVersion(schema)) {
    return Fail(ErrorCode::kConfiguration,
                Format("open state '{}': schema version {} is newer than {}, which this program "
                       "knows; use the newer cohort-sync",
                       database.path(),
                       version,
                       CurrentSchemaVersion(schema)));
  }
  return version;
}

struct Setting {
  std::string_view name;
  std::string_view set;
  std::string_view read_back;
};

constexpr Setting kWriterSettings[] = {
    {"journal_mode", "WAL", "wal"},
    {"synchronous", "FULL", "2"},
    {"foreign_keys", "1", "1"},
    {"trusted_schema", "0", "0"},
    {"cell_size_check", "1", "1"},
    {"journal_size_limit", "67108864", "67108864"},
    {"temp_store", "MEMORY", "2"},
    {"mmap_size", "0", "0"},
    {"busy_timeout", "5000", "5000"},
};

constexpr Setting kReaderSettings[] = {
    {"query_only", "1", "1"},
    {"trusted_schema", "0", "0"},
    {"cell_size_check", "1", "1"},
    {"temp_store", "MEMORY", "2"},
    {"mmap_size", "0", "0"},
    {"busy_timeout", "5000", "5000"},
};

Status Apply(Database& database, const Setting& setting) {
  database.Execute(Format("PRAGMA {} = {}", setting.name, setting.set));
  const std::string found = database.ReadPragma(std::string(setting.name));
  if (found == setting.read_back) return {};
  return Fail(ErrorCode::kConfiguration,
              Format("open state '{}': {} is '{}' instead of '{}'; put the state on a local disk "
                     "that can lock and sync",
                     database.path(),
                     setting.name,
                     found,
                     setting.read_back));
}

Status SetUp(Database& database, Database::Access access, Schema schema) {
  const Activity activity(database, "open");
  Result<std::int64_t> version = Identify(database, schema);
  if (!version) return Fail(version.error());
  if (access == Database::Access::kWrite) {
    for (const Setting& setting : kWriterSettings) {
      if (Status applied = Apply(database, setting); !applied) return applied;
    }
    Migrate(database, *version, schema);
    return {};
  }
  for (const Setting& setting : kReaderSettings) {
    if (Status applied = Apply(database, setting); !applied) return applied;
  }
  if (*version == CurrentSchemaVersion(schema)) return {};
  return Fail(ErrorCode::kConfiguration,
              Format("open state '{}': schema version {} is older than {}; it is brought up to "
                     "date by the next sync",
                     database.path(),
                     *version,
                     CurrentSchemaVersion(schema)));
}

Result<std::unique_ptr<Database>> Open(const std::string& path,
                                       Database::Access access,
                                       Schema schema) {
  if (Status prepared = PrepareFile(path, access); !prepared) return Fail(prepared.error());
  try {
    auto database = std::make_unique<Database>(path, access);
    if (Status set_up = SetUp(*database, access, schema); !set_up) return Fail(set_up.error());
    return database;
  } catch (const DatabaseError& error) {
    return Fail(ErrorCode::kConfiguration,
                Format("{}; check that 'state' names a file of cohort-sync", error.what()));
  }
}

}  // namespace

Result<std::unique_ptr<Database>> OpenForWriting(const std::string& path, Schema schema) {
  return Open(path, Database::Access::kWrite, schema);
}

Result<std::unique_ptr<Database>> OpenForReading(const std::string& path, Schema schema) {
  return Open(path, Database::Access::kRead, schema);
}

}  // namespace cohort_sync
