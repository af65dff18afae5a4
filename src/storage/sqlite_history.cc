#include "storage/sqlite_history.h"

#include <utility>

#include "base/format.h"
#include "base/time_text.h"
#include "storage/column_text.h"
#include "storage/database_file.h"
#include "storage/open_counts.h"
#include "storage/overlay.h"
#include "storage/query.h"
#include "storage/transaction.h"

namespace cohort_sync {

namespace {

constexpr char kParked[] =
    "SELECT operation_id, kind, contact, park_reason, reason, attempts, updated_at"
    " FROM operations INDEXED BY operations_parked"
    " WHERE binding_id = (SELECT binding_id FROM runs WHERE run_id = ?1)"
    " AND state = 'parked' AND run_id = ?1 ORDER BY operation_id";

constexpr char kHistoryFrom[] = "SELECT history_from FROM bindings WHERE binding_id = ?1";
constexpr char kFirstAfter[] =
    "SELECT min(operation_id) FROM operations INDEXED BY operations_by_binding"
    " WHERE binding_id = ?1 AND created_at > ?2";

std::optional<TimePoint> HistoryFrom(Database& database, BindingId binding) {
  Query query(database, kHistoryFrom);
  return query.Bind(binding).Step() ? query.OptionalTime(0) : std::nullopt;
}

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
      calls_(*database_),
      holds_(*database_),
      deliveries_(*database_),
      checkpoints_(*database_),
      export_ledger_(*database_) {}

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
    status.delivery = deliveries_.Of(id);
    status.last_run = runs_.NewestOf(id);
    status.last_success = runs_.LastSuccess(id);
    all.push_back(std::move(status));
  }
  return all;
}

Status SqliteHistory::VisitMembers(BindingId binding,
                                   std::optional<TimePoint> as_of,
                                   const std::function<void(std::string_view)>& visit) {
  const ReadTransaction moment(*database_, "read members");
  const auto visit_member = [&visit](const MemberRef& member) { visit(member.value); };
  std::int64_t until = Overlay::kEverything;
  if (as_of) {
    if (const auto from = HistoryFrom(*database_, binding); from && *as_of < *from)
      return Fail(ErrorCode::kNotFound,
                  Format("the journal reaches back to {}; choose that time or a later one",
                         FormatTime(*from)));
    Query query(*database_, kFirstAfter);
    if (query.Bind(binding, *as_of).Step() && !query.IsNull(0)) until = query.Int(0) - 1;
  }
  checkpoints_.VisitMembersAt(binding, until, visit_member);
  return {};
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

std::vector<OperationCall> SqliteHistory::LastCalls(BindingId binding, std::size_t limit) {
  const ReadTransaction moment(*database_, "read calls");
  return calls_.Last(binding, limit);
}

ExportCosts SqliteHistory::FindExportCosts(const ProjectName& project, TimePoint since) {
  const ReadTransaction moment(*database_, "read what was spent in exports");
  return export_ledger_.Find(project, since);
}

}  // namespace cohort_sync
