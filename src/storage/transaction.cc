#include "storage/transaction.h"

#include "storage/query.h"

namespace cohort_sync {

namespace {

constexpr char kBeginWrite[] = "BEGIN IMMEDIATE";
constexpr char kBeginRead[] = "BEGIN DEFERRED";
constexpr char kCommit[] = "COMMIT";
constexpr char kRollback[] = "ROLLBACK";

// SQLite may have rolled back by itself after a full disk or an I/O error; and when this fails too,
// the connection is closed by its owner, which rolls back as well.
void RollBack(Database& database) noexcept {
  try {
    if (!database.in_autocommit()) Query(database, kRollback).Run();
  } catch (const DatabaseError&) {  // NOLINT(bugprone-empty-catch)
  }
}

}  // namespace

Transaction::Transaction(Database& database, const char* activity)
    : database_(database), activity_(database, activity) {
  Query(database_, kBeginWrite).Run();
}

Transaction::~Transaction() {
  if (open_) RollBack(database_);
}

void Transaction::Commit() {
  Query(database_, kCommit).Run();
  open_ = false;
}

ReadTransaction::ReadTransaction(Database& database, const char* activity)
    : database_(database), activity_(database, activity) {
  Query(database_, kBeginRead).Run();
}

ReadTransaction::~ReadTransaction() {
  RollBack(database_);
}

}  // namespace cohort_sync
