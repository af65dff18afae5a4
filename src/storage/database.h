// One SQLite connection with its prepared statements.
#ifndef COHORT_SYNC_STORAGE_DATABASE_H_
#define COHORT_SYNC_STORAGE_DATABASE_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/database_error.h"

namespace SQLite {  // NOLINT(readability-identifier-naming): SQLiteCpp's own.
class Database;
class Exception;
class Statement;
}  // namespace SQLite

namespace cohort_sync {

// Whoever opened it owns it; one thread. Every failure is a DatabaseError that names the file, what
// was being done (Activity) and SQLite's words and code. Open one with database_file.h.
class Database {
 public:
  enum class Access {
    kWrite,
    kRead,  // Never changes anything; works beside the process that writes.
  };

  // The bare connection to an existing file, without the checks of database_file.h. Throws
  // DatabaseError.
  Database(std::string path, Access access);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // Runs one or several statements without parameters.
  void Execute(const std::string& sql);
  // The value of a setting as text; empty when SQLite does not know it.
  [[nodiscard]] std::string ReadPragma(const std::string& name);
  // What still runs so long from now ends with an error, and so does what begins later.
  void LimitTime(Duration most);
  // The id of the row inserted last.
  [[nodiscard]] std::int64_t last_insert_id() const;
  // Rows inserted, changed or deleted over the life of the connection.
  [[nodiscard]] std::int64_t total_changes() const;
  // False inside a transaction.
  [[nodiscard]] bool in_autocommit() const;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  friend class Activity;
  friend class Query;

  struct CachedStatement {
    std::unique_ptr<SQLite::Statement> statement;
    std::vector<std::string> texts;  // Bound texts, by index: SQLite reads them in place.
    bool in_use = false;
  };

  [[nodiscard]] CachedStatement& Prepared(const char* sql);
  [[noreturn]] void Raise(const SQLite::Exception& cause) const;

  std::string path_;
  const char* activity_ = "open";
  std::chrono::steady_clock::time_point deadline_;  // See LimitTime.
  std::unique_ptr<SQLite::Database> connection_;
  // By the address of the statement's text, which lives as long as the program.
  std::unordered_map<const void*, std::unique_ptr<CachedStatement>> statements_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_STORAGE_DATABASE_H_
