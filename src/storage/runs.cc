#include "storage/runs.h"

#include <algorithm>
#include <limits>
#include <tuple>

#include "base/format.h"
#include "storage/column_text.h"
#include "storage/query.h"

namespace cohort_sync {

namespace {

#define COHORT_SYNC_RUN_COLUMNS                                                                 \
  "run_id, binding_id, cohort, cohort_name, list_name, cause, state, started_at, finished_at, " \
  "snapshot_as_of, origin, removals_approved, snapshot_rows, members, rejected_missing, "       \
  "rejected_malformed, rejected_unsafe, rejected_duplicate, desired_before, added, removed, "   \
  "unchanged, held_removals, held_adds, reopened, calls, delivered, unneeded, refused, "        \
  "exhausted, left_pending, left_parked, left_unknown_contacts, error, pushed_batches, "        \
  "approved_run, failed_side"

constexpr char kFind[] = "SELECT " COHORT_SYNC_RUN_COLUMNS " FROM runs WHERE run_id = ?1";
constexpr char kNewest[] =
    "SELECT " COHORT_SYNC_RUN_COLUMNS " FROM runs ORDER BY run_id DESC LIMIT ?1";
constexpr char kNewestOfCohort[] =
    "SELECT " COHORT_SYNC_RUN_COLUMNS " FROM runs WHERE cohort = ?2 ORDER BY run_id DESC LIMIT ?1";
constexpr char kNewestOfBinding[] = "SELECT " COHORT_SYNC_RUN_COLUMNS
                                    " FROM runs WHERE binding_id = ?1 ORDER BY run_id DESC LIMIT 1";
#undef COHORT_SYNC_RUN_COLUMNS

constexpr char kInsert[] =
    "INSERT INTO runs (binding_id, project, cohort, destination, cohort_name, list_name, cause,"
    " state, started_at, committed_at, finished_at, snapshot_as_of, origin, removals_approved,"
    " snapshot_rows, members, rejected_missing, rejected_malformed, rejected_unsafe,"
    " rejected_duplicate, desired_before, added, removed, unchanged, held_removals, held_adds,"
    " reopened, error, pushed_batches, approved_run, failed_side)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19,"
    " ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31)";
constexpr char kSetReopened[] = "UPDATE runs SET reopened = ?2 WHERE run_id = ?1";
constexpr char kFinish[] =
    "UPDATE runs SET state = ?2, finished_at = ?3, error = ?4, reopened = ?5, calls = ?6,"
    " delivered = ?7, unneeded = ?8, refused = ?9, exhausted = ?10, left_pending = ?11,"
    " left_parked = ?12, left_unknown_contacts = ?13, failed_side = ?14 WHERE run_id = ?1";
constexpr char kEndInterrupted[] =
    "UPDATE runs SET state = 'interrupted', finished_at = ?1 WHERE state = 'delivering'";
constexpr char kInsertRejected[] =
    "INSERT INTO rejected_rows (run_id, reason, source_row, value, member)"
    " VALUES (?1, ?2, ?3, ?4, ?5)";
constexpr char kRejected[] =
    "SELECT reason, source_row, value, member FROM rejected_rows WHERE run_id = ?1 ORDER BY rowid";
constexpr char kInsertNote[] = "INSERT INTO run_notes (run_id, position, note) VALUES (?1, ?2, ?3)";
constexpr char kDeleteNotes[] = "DELETE FROM run_notes WHERE run_id = ?1";
constexpr char kNotes[] = "SELECT note FROM run_notes WHERE run_id = ?1 ORDER BY position";
constexpr char kUnapproved[] =
    "SELECT coalesce(sum(removed), 0) FROM runs"
    " WHERE binding_id = ?1 AND committed_at >= ?2 AND removals_approved = 0";
constexpr char kLastSuccess[] =
    "SELECT finished_at FROM runs"
    " WHERE binding_id = ?1 AND state IN ('succeeded', 'parked', 'held')"
    " ORDER BY run_id DESC LIMIT 1";

RejectReason ReasonAt(const Query& row, int column) {
  for (std::size_t i = 0; i < kRejectReasonCount; ++i) {
    const auto reason = static_cast<RejectReason>(i);
    if (ToString(reason) == row.Text(column)) return reason;
  }
  return KnownWord<RejectReason>(std::nullopt, row.Text(column));
}

RunCounts CountsAt(const Query& row, int column) {
  RunCounts counts;
  counts.rows = row.Int(column);
  counts.members = row.Int(column + 1);
  for (std::size_t i = 0; i < kRejectReasonCount; ++i)
    counts.rejected.at(i) = row.Int(column + 2 + static_cast<int>(i));
  column += 2 + static_cast<int>(kRejectReasonCount);
  counts.desired_before = row.Int(column);
  counts.added = row.Int(column + 1);
  counts.removed = row.Int(column + 2);
  counts.unchanged = row.Int(column + 3);
  counts.held_removals = row.Int(column + 4);
  counts.held_adds = row.Int(column + 5);
  counts.reopened = row.Int(column + 6);
  return counts;
}

DeliveryCounts DeliveryAt(const Query& row, int column) {
  DeliveryCounts counts;
  counts.calls = row.Int(column);
  counts.delivered = row.Int(column + 1);
  counts.unneeded = row.Int(column + 2);
  counts.refused = row.Int(column + 3);
  counts.exhausted = row.Int(column + 4);
  counts.pending = row.Int(column + 5);
  counts.parked = row.Int(column + 6);
  counts.unknown_contacts = row.Int(column + 7);
  return counts;
}

std::optional<std::string_view> TextOf(const std::optional<Side>& side) {
  return side ? std::optional(ToString(*side)) : std::nullopt;
}

// Without what Complete adds.
RunReport ReportAt(const Query& row) {
  RunReport report;
  report.id = RunId(row.Int(0));
  report.binding = BindingId(row.IsNull(1) ? 0 : row.Int(1));
  report.cohort = row.String(2);
  report.cohort_name = row.String(3);
  report.list = row.String(4);
  report.trigger = KnownWord(ParseRunTrigger(row.Text(5)), row.Text(5));
  report.state = KnownWord(ParseRunState(row.Text(6)), row.Text(6));
  report.started_at = row.Time(7);
  report.finished_at = row.OptionalTime(8);
  report.snapshot_as_of = row.OptionalTime(9);
  report.origin = row.String(10);
  report.removals_approved = row.Int(11) != 0;
  report.counts = CountsAt(row, 12);
  report.delivery = DeliveryAt(row, 25);
  report.error = row.String(33);
  if (!row.IsNull(34)) {
    report.trigger = RunTrigger::kPush;
    report.counts.batches = row.Int(34);
  }
  if (!row.IsNull(35)) {
    report.trigger = RunTrigger::kApproval;
    report.approves = RunId(row.Int(35));
  }
  if (!row.IsNull(36)) report.failed_side = KnownWord(ParseSide(row.Text(36)), row.Text(36));
  return report;
}

}  // namespace

RunId Runs::Insert(const RunReport& report,
                   const BindingKey& key,
                   std::optional<BindingId> binding,
                   std::optional<TimePoint> committed_at) {
  const RunCounts& counts = report.counts;
  // Two causes are no words of the first schema; columns of their own say them.
  const bool pushed = report.trigger == RunTrigger::kPush;
  const RunTrigger cause = pushed            ? RunTrigger::kScheduled
                           : report.approves ? RunTrigger::kManual
                                             : report.trigger;
  Query(database_, kInsert)
      .Bind(binding,
            key.project,
            key.cohort,
            key.destination,
            report.cohort_name,
            report.list,
            ToString(cause),
            ToString(report.state),
            report.started_at,
            committed_at,
            report.finished_at,
            report.snapshot_as_of,
            report.origin,
            report.removals_approved ? 1 : 0,
            counts.rows,
            counts.members,
            counts.rejected[0],
            counts.rejected[1],
            counts.rejected[2],
            counts.rejected[3],
            counts.desired_before,
            counts.added,
            counts.removed,
            counts.unchanged,
            counts.held_removals,
            counts.held_adds,
            counts.reopened,
            report.error,
            pushed ? std::optional(counts.batches) : std::nullopt,
            report.approves,
            TextOf(report.failed_side))
      .Run();
  const RunId run(database_.last_insert_id());
  WriteNotes(run, report.notes);
  return run;
}

void Runs::SetReopened(RunId run, std::int64_t reopened) {
  Query(database_, kSetReopened).Bind(run, reopened).Run();
}

void Runs::AddRejectedRows(RunId run, std::span<const RejectedRow> rows) {
  Query insert(database_, kInsertRejected);
  for (const RejectedRow& row : rows)
    insert.Bind(run, ToString(row.reason), row.row, row.value, row.member).Run();
}

void Runs::Finish(const RunReport& report) {
  const DeliveryCounts& delivery = report.delivery;
  const std::int64_t changed = Query(database_, kFinish)
                                   .Bind(report.id,
                                         ToString(report.state),
                                         report.finished_at,
                                         report.error,
                                         report.counts.reopened,
                                         delivery.calls,
                                         delivery.delivered,
                                         delivery.unneeded,
                                         delivery.refused,
                                         delivery.exhausted,
                                         delivery.pending,
                                         delivery.parked,
                                         delivery.unknown_contacts,
                                         TextOf(report.failed_side))
                                   .Run();
  if (changed != 1)
    throw DatabaseError(
        Format("state '{}': finish run {}: no such run", database_.path(), report.id.value()));
  Query(database_, kDeleteNotes).Bind(report.id).Run();
  WriteNotes(report.id, report.notes);
  calls_.WriteSummaries(report.id, delivery.by_call);
}

std::int64_t Runs::UnapprovedRemovalsSince(BindingId binding, TimePoint since) {
  Query query(database_, kUnapproved);
  return query.Bind(binding, since).Step() ? query.Int(0) : 0;
}

std::int64_t Runs::EndInterrupted(TimePoint now) {
  return Query(database_, kEndInterrupted).Bind(now).Run();
}

std::optional<RunReport> Runs::Find(RunId run) {
  Query query(database_, kFind);
  if (!query.Bind(run).Step()) return std::nullopt;
  RunReport report = ReportAt(query);
  Complete(report);
  return report;
}

std::vector<RunReport> Runs::Newest(std::size_t limit, const std::optional<CohortId>& cohort) {
  constexpr std::size_t kAll = std::numeric_limits<std::int64_t>::max();
  const auto most = static_cast<std::int64_t>(std::min(limit, kAll));
  std::vector<RunReport> reports;
  {
    Query query(database_, cohort ? kNewestOfCohort : kNewest);
    if (cohort) {
      query.Bind(most, *cohort);
    } else {
      query.Bind(most);
    }
    while (query.Step())
      reports.push_back(ReportAt(query));
  }
  for (RunReport& report : reports)
    Complete(report);
  return reports;
}

std::optional<RunReport> Runs::NewestOf(BindingId binding) {
  Query query(database_, kNewestOfBinding);
  if (!query.Bind(binding).Step()) return std::nullopt;
  RunReport report = ReportAt(query);
  Complete(report);
  return report;
}

std::optional<TimePoint> Runs::LastSuccess(BindingId binding) {
  Query query(database_, kLastSuccess);
  if (!query.Bind(binding).Step()) return std::nullopt;
  return query.OptionalTime(0);
}

std::vector<RejectedRow> Runs::RejectedRows(RunId run) {
  std::vector<RejectedRow> rows;
  Query query(database_, kRejected);
  query.Bind(run);
  while (query.Step())
    rows.push_back({query.Int(1), ReasonAt(query, 0), query.String(2), query.String(3)});
  std::stable_sort(rows.begin(), rows.end(), [](const RejectedRow& a, const RejectedRow& b) {
    return std::tie(a.reason, a.row) < std::tie(b.reason, b.row);
  });
  return rows;
}

void Runs::WriteNotes(RunId run, const std::vector<std::string>& notes) {
  Query insert(database_, kInsertNote);
  std::int64_t position = 0;
  for (const std::string& note : notes)
    insert.Bind(run, ++position, note).Run();
}

void Runs::Complete(RunReport& report) {
  report.notes = NotesOf(report.id);
  report.delivery.by_call = calls_.SummariesOf(report.id);
}

std::vector<std::string> Runs::NotesOf(RunId run) {
  std::vector<std::string> notes;
  Query query(database_, kNotes);
  query.Bind(run);
  while (query.Step())
    notes.push_back(query.String(0));
  return notes;
}

}  // namespace cohort_sync
