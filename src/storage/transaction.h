// What is being done to the state, and all of it or nothing.
#ifndef COHORT_SYNC_STORAGE_TRANSACTION_H_
#define COHORT_SYNC_STORAGE_TRANSACTION_H_

#include "storage/database.h"

namespace cohort_sync {

// Names what is being done, for the text of a DatabaseError. Nests. `name` is a constant.
class Activity {
 public:
  Activity(Database& database, const char* name) : database_(database), outer_(database.activity_) {
    database_.activity_ = name;
  }
  ~Activity() { database_.activity_ = outer_; }
  Activity(const Activity&) = delete;
  Activity& operator=(const Activity&) = delete;

 private:
  Database& database_;
  const char* outer_;
};

// Takes the write lock at once (BEGIN IMMEDIATE), so that it cannot fail half-way for a lock.
// Rolled back unless committed. Does not nest.
class Transaction {
 public:
  Transaction(Database& database, const char* activity);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  // Durable when it returns. When it throws, the transaction may or may not be there: the owner
  // closes the database, opens it again and reads (design/faults.md 0.8).
  void Commit();

 private:
  Database& database_;
  Activity activity_;
  bool open_ = true;
};

// One unchanging view of the state over several queries. Does not nest, nor in a Transaction.
class ReadTransaction {
 public:
  ReadTransaction(Database& database, const char* activity);
  ~ReadTransaction();
  ReadTransaction(const ReadTransaction&) = delete;
  ReadTransaction& operator=(const ReadTransaction&) = delete;

 private:
  Database& database_;
  Activity activity_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_STORAGE_TRANSACTION_H_
