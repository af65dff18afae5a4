#include "storage/database.h"

#include <utility>

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>
#include <sqlite3.h>

#include "base/format.h"

namespace cohort_sync {

namespace {

constexpr int kBusyTimeoutMs = 5000;

// SQLite counts its memory under a lock for each allocation, and nobody asks for the count. Before
// the first connection only; later it has no effect.
[[maybe_unused]] const int without_memory_count = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);

int OpenFlags(Database::Access access) {
  // Never SQLITE_OPEN_CREATE: the file is made with its mode before (database_file.cc).
  // NOMUTEX: a connection belongs to one thread, so it needs no lock of its own.
  return (access == Database::Access::kWrite ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY) |
         SQLITE_OPEN_NOMUTEX;
}

}  // namespace

Database::Database(std::string path, Access access) : path_(std::move(path)) {
  try {
    connection_ = std::make_unique<SQLite::Database>(path_, OpenFlags(access), kBusyTimeoutMs);
    // SQL that came from a damaged file cannot turn off what protects the file.
    if (sqlite3_db_config(connection_->getHandle(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr) !=
        SQLITE_OK) {
      throw SQLite::Exception(connection_->getHandle());
    }
  } catch (const SQLite::Exception& cause) {
    Raise(cause);
  }
}

Database::~Database() = default;

void Database::Execute(const std::string& sql) {
  try {
    connection_->exec(sql);
  } catch (const SQLite::Exception& cause) {
    Raise(cause);
  }
}

std::string Database::ReadPragma(const std::string& name) {
  try {
    SQLite::Statement statement(*connection_, "PRAGMA " + name);
    return statement.executeStep() ? statement.getColumn(0).getString() : std::string();
  } catch (const SQLite::Exception& cause) {
    Raise(cause);
  }
}

void Database::LimitTime(Duration most) {
  constexpr int kInstructions = 10'000;  // Between two looks at the clock: well below 1 ms.
  deadline_ = std::chrono::steady_clock::now() + most;
  sqlite3_progress_handler(
      connection_->getHandle(),
      kInstructions,
      [](void* database) {
        return std::chrono::steady_clock::now() > static_cast<Database*>(database)->deadline_ ? 1
                                                                                              : 0;
      },
      this);
}

std::int64_t Database::last_insert_id() const {
  return connection_->getLastInsertRowid();
}

std::int64_t Database::total_changes() const {
  return sqlite3_total_changes64(connection_->getHandle());
}

bool Database::in_autocommit() const {
  return sqlite3_get_autocommit(connection_->getHandle()) != 0;
}

Database::CachedStatement& Database::Prepared(const char* sql) {
  std::unique_ptr<CachedStatement>& cached = statements_[sql];
  if (cached == nullptr) {
    try {
      auto fresh = std::make_unique<CachedStatement>();
      fresh->statement = std::make_unique<SQLite::Statement>(*connection_, sql);
      const int parameters = fresh->statement->getBindParameterCount();
      fresh->texts.resize(static_cast<std::size_t>(parameters) + 1);
      cached = std::move(fresh);
    } catch (const SQLite::Exception& cause) {
      Raise(cause);
    }
  }
  return *cached;
}

void Database::Raise(const SQLite::Exception& cause) const {
  throw DatabaseError(Format("state '{}': {}: {} (sqlite code {})",
                             path_,
                             activity_,
                             cause.what(),
                             cause.getExtendedErrorCode()));
}

}  // namespace cohort_sync
