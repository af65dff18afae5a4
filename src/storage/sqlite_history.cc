#include "storage/sqlite_history.h"

#include <algorithm>
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

constexpr char kParkedOfBinding[] =
    "SELECT operation_id, kind, contact, park_reason, reason, attempts, updated_at"
    " FROM operations INDEXED BY operations_parked"
    " WHERE binding_id = ?1 AND state = 'parked' AND park_reason = ?2 AND operation_id > ?3"
    " AND (?4 = '' OR contact = ?4 OR (?5 AND instr(lower(contact), ?4) > 0)"
    " OR instr(lower(reason), ?4) > 0)"
    " ORDER BY operation_id LIMIT ?6";
constexpr char kHeld[] =
    "SELECT kind, contact FROM held_contacts WHERE run_id = ?1 ORDER BY kind, contact"
    " LIMIT ?2 OFFSET ?3";

// Counted by an index alone, so that the rows of a million runs are not read.
constexpr char kCountRuns[] =
    "SELECT count(*) FROM runs INDEXED BY runs_by_binding WHERE binding_id = ?1";
constexpr char kSizes[] =
    "SELECT run_id, started_at, desired_before + added - removed FROM runs WHERE run_id IN"
    " (SELECT run_id FROM (SELECT run_id, row_number() OVER (ORDER BY run_id) AS place"
    " FROM runs INDEXED BY runs_by_binding WHERE binding_id = ?1) WHERE (?2 - place) % ?3 = 0)"
    " AND committed_at IS NOT NULL AND (snapshot_as_of IS NOT NULL OR pushed_batches IS NOT NULL)"
    " ORDER BY run_id";

constexpr char kHistoryFrom[] = "SELECT history_from FROM bindings WHERE binding_id = ?1";
constexpr char kFirstAfter[] =
    "SELECT min(operation_id) FROM operations INDEXED BY operations_by_binding"
    " WHERE binding_id = ?1 AND created_at > ?2";

ParkedOperation ParkedAt(const Query& row) {
  return {OperationId(row.Int(0)),
          KindAt(row, 1),
          row.String(2),
          KnownWord(ParseParkReason(row.Text(3)), row.Text(3)),
          row.String(4),
          static_cast<int>(row.Int(5)),
          row.Time(6)};
}

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
      desired_(*database_),
      pages_(*database_),
      export_ledger_(*database_) {}

std::vector<BindingStatus> SqliteHistory::Bindings() {
  const ReadTransaction moment(*database_, "read bindings");
  std::vector<BindingStatus> all;
  for (Binding& binding : bindings_.All()) {
    const BindingId id = binding.id;
    BindingStatus status;
    status.binding = std::move(binding);
    status.desired = desired_.Of(id);
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
  while (query.Step())
    parked.push_back(ParkedAt(query));
  return parked;
}

std::vector<OperationCall> SqliteHistory::LastCalls(BindingId binding, std::size_t limit) {
  const ReadTransaction moment(*database_, "read calls");
  return calls_.Last(binding, limit);
}

std::vector<ListSize> SqliteHistory::Sizes(BindingId binding, std::size_t most) {
  const ReadTransaction moment(*database_, "read sizes of a list");
  Query count(*database_, kCountRuns);
  const std::int64_t runs = count.Bind(binding).Step() ? count.Int(0) : 0;
  const auto limit = static_cast<std::int64_t>(most);
  std::vector<ListSize> sizes;
  Query query(*database_, kSizes);
  query.Bind(binding, runs, std::max<std::int64_t>(1, (runs + limit - 1) / limit));
  while (query.Step())
    sizes.push_back({RunId(query.Int(0)), query.Time(1), query.Int(2)});
  return sizes;
}

std::vector<ParkedOperation> SqliteHistory::Parked(BindingId binding, const ParkedFilter& filter) {
  const ReadTransaction moment(*database_, "read parked operations of a binding");
  std::vector<ParkedOperation> parked;
  Query query(*database_, kParkedOfBinding);
  // The index has them by reason: each is read in order, as far as it may be needed.
  for (const ParkReason reason :
       {ParkReason::kRefused, ParkReason::kExhausted, ParkReason::kUnknownContact}) {
    if (filter.reason && *filter.reason != reason) continue;
    query.Bind(binding,
               ToString(reason),
               filter.after,
               filter.search,
               filter.search_parts ? 1 : 0,
               static_cast<std::int64_t>(filter.limit));
    while (query.Step())
      parked.push_back(ParkedAt(query));
  }
  std::sort(parked.begin(), parked.end(), [](const ParkedOperation& a, const ParkedOperation& b) {
    return a.id < b.id;
  });
  if (parked.size() > filter.limit) parked.resize(filter.limit);
  return parked;
}

std::vector<HeldContact> SqliteHistory::Held(RunId run, std::size_t skip, std::size_t limit) {
  const ReadTransaction moment(*database_, "read held contacts");
  std::vector<HeldContact> held;
  Query query(*database_, kHeld);
  query.Bind(run, static_cast<std::int64_t>(limit), static_cast<std::int64_t>(skip));
  while (query.Step())
    held.push_back({KindAt(query, 0), query.String(1)});
  return held;
}

std::optional<Binding> SqliteHistory::FindBinding(BindingId binding) {
  const ReadTransaction moment(*database_, "read a binding");
  return bindings_.Get(binding);
}

std::optional<OpenHold> SqliteHistory::FindHold(BindingId binding) {
  const ReadTransaction moment(*database_, "read a hold");
  return holds_.OpenOf(binding);
}

MemberPage SqliteHistory::MembersFrom(BindingId binding,
                                      std::uint64_t from,
                                      const RowFilter& filter) {
  const ReadTransaction moment(*database_, "read a page of members");
  return pages_.Members(binding, from, filter);
}

PendingPage SqliteHistory::PendingBehind(BindingId binding,
                                         const PendingPlace& after,
                                         const RowFilter& filter) {
  const ReadTransaction moment(*database_, "read a page of pending operations");
  return pages_.Pending(binding, after, filter);
}

std::vector<JournalRow> SqliteHistory::RowsOfRun(BindingId binding,
                                                 RunId run,
                                                 OperationId after,
                                                 const RunRowsFilter& filter) {
  const ReadTransaction moment(*database_, "read operations of a run");
  return pages_.OfRun(binding, run, after, filter);
}

std::string SqliteHistory::Version() {
  return database_->ReadPragma("data_version");
}

void SqliteHistory::LimitTime(Duration most) {
  database_->LimitTime(most);
}

ExportCosts SqliteHistory::FindExportCosts(const ProjectName& project, TimePoint since) {
  const ReadTransaction moment(*database_, "read what was spent in exports");
  return export_ledger_.Find(project, since);
}

}  // namespace cohort_sync
