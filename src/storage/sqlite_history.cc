#include "storage/sqlite_history.h"

#include <utility>

#include "storage/column_text.h"
#include "storage/database_file.h"
#include "storage/open_counts.h"
#include "storage/query.h"
#include "storage/transaction.h"

namespace cohort_sync {

namespace {

constexpr char kParked[] =
    "SELECT operation_id, kind, contact, park_reason, reason, attempts, updated_at"
    " FROM operations INDEXED BY operations_parked"
    " WHERE binding_id = (SELECT binding_id FROM runs WHERE run_id = ?1)"
    " AND state = 'parked' AND run_id = ?1 ORDER BY operation_id";

}  // namespace

Result<std::unique_ptr<SqliteHistory>> SqliteHistory::Open(const std::string& path) {
  Result<std::unique_ptr<Database>> database = OpenForReading(path);
  if (!database) return Fail(database.error());
  return std::unique_ptr<SqliteHistory>(new SqliteHistory(std::move(*database)));
}

SqliteHistory::SqliteHistory(std::unique_ptr<Database> database)
    : database_(std::move(database)),
      bindings_(*database_),
      runs_(*database_),
      holds_(*database_),
      checkpoints_(*database_) {}

std::vector<BindingStatus> SqliteHistory::Bindings() {
  const ReadTransaction moment(*database_, "read bindings");
  std::vector<BindingStatus> all;
  for (Binding& binding : bindings_.All()) {
    const BindingId id = binding.id;
    BindingStatus status;
    status.binding = std::move(binding);
    status.desired = checkpoints_.CountDesired(id);
    status.pending = CountPending(*database_, id);
    status.parked = CountParked(*database_, id);
    status.hold = holds_.OpenOf(id);
    status.last_run = runs_.NewestOf(id);
    status.last_success = runs_.LastSuccess(id);
    all.push_back(std::move(status));
  }
  return all;
}

std::vector<RunReport> SqliteHistory::Runs(std::size_t limit,
                                           const std::optional<CohortId>& cohort) {
  const ReadTransaction moment(*database_, "read runs");
  return runs_.Newest(limit, cohort);
}

std::optional<RunReport> SqliteHistory::FindRun(RunId run) {
  const ReadTransaction moment(*database_, "read a run");
  return runs_.Find(run);
}

std::vector<RejectedRow> SqliteHistory::RejectedRows(RunId run) {
  const ReadTransaction moment(*database_, "read rejected rows");
  return runs_.RejectedRows(run);
}

std::vector<ParkedOperation> SqliteHistory::ParkedOperations(RunId run) {
  const ReadTransaction moment(*database_, "read parked operations");
  std::vector<ParkedOperation> parked;
  Query query(*database_, kParked);
  query.Bind(run);
  while (query.Step()) {
    parked.push_back({OperationId(query.Int(0)),
                      KindAt(query, 1),
                      query.String(2),
                      KnownWord(ParseParkReason(query.Text(3)), query.Text(3)),
                      query.String(4),
                      static_cast<int>(query.Int(5)),
                      query.Time(6)});
  }
  return parked;
}

}  // namespace cohort_sync
