// The tables of calls: the newest ones of each binding, and the sums of each run.
#ifndef COHORT_SYNC_STORAGE_CALLS_H_
#define COHORT_SYNC_STORAGE_CALLS_H_

#include <cstddef>
#include <span>
#include <vector>

#include "storage/database.h"
#include "sync/call_record.h"
#include "sync/call_statistics.h"
#include "sync/ids.h"

namespace cohort_sync {

// Part of a store: writes inside its caller's transaction. Texts are redacted on their way into the
// state, and what a destination sent that is not UTF-8 is written as Printable writes it. Throws
// DatabaseError.
class Calls {
 public:
  explicit Calls(Database& database) : database_(database) {}

  // Adds `calls` behind those of the binding and keeps the newest kKeptCalls.
  void Save(BindingId binding, std::span<const OperationCall> calls);
  // The newest `limit` of the binding, newest last.
  [[nodiscard]] std::vector<OperationCall> Last(BindingId binding, std::size_t limit);

  // Replaces what was written for the run.
  void WriteSummaries(RunId run, std::span<const CallSummary> summaries);
  // In the order of their names.
  [[nodiscard]] std::vector<CallSummary> SummariesOf(RunId run);

 private:
  Database& database_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_STORAGE_CALLS_H_
