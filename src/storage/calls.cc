#include "storage/calls.h"

#include <algorithm>
#include <limits>
#include <string>

#include "base/redaction.h"
#include "base/text.h"
#include "storage/column_text.h"
#include "storage/query.h"
#include "sync/call_ring.h"

namespace cohort_sync {

namespace {

constexpr char kInsert[] =
    "INSERT INTO calls (binding_id, operation_id, kind, contact, sent_at, took, method, target,"
    " request, http_status, answer) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
constexpr char kDeleteOlder[] =
    "DELETE FROM calls WHERE binding_id = ?1 AND call_id <= (SELECT call_id FROM calls"
    " WHERE binding_id = ?1 ORDER BY call_id DESC LIMIT 1 OFFSET ?2)";
constexpr char kLast[] =
    "SELECT operation_id, kind, contact, sent_at, took, method, target, request, http_status,"
    " answer FROM calls WHERE binding_id = ?1 ORDER BY call_id DESC LIMIT ?2";

constexpr char kDeleteAnswers[] = "DELETE FROM run_answers WHERE run_id = ?1";
constexpr char kDeleteSummaries[] = "DELETE FROM run_calls WHERE run_id = ?1";
constexpr char kInsertSummary[] =
    "INSERT INTO run_calls (run_id, call, p50, p90, p99, longest)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
constexpr char kInsertAnswer[] =
    "INSERT INTO run_answers (run_id, call, answer, calls) VALUES (?1, ?2, ?3, ?4)";
constexpr char kSummaries[] =
    "SELECT call, p50, p90, p99, longest FROM run_calls WHERE run_id = ?1 ORDER BY call";
constexpr char kAnswers[] = "SELECT answer, calls FROM run_answers WHERE run_id = ?1 AND call = ?2";

// Foreign bytes may be anything; a TEXT column and --json want UTF-8.
std::string Stored(const std::string& text) {
  std::string stored = Redact(text);
  return IsValidUtf8(stored) ? stored : Printable(stored, stored.size());
}

}  // namespace

void Calls::Save(BindingId binding, std::span<const OperationCall> calls) {
  Query insert(database_, kInsert);
  for (const OperationCall& entry : calls.last(std::min(calls.size(), kKeptCalls))) {
    const CallRecord& call = entry.call;
    insert
        .Bind(binding,
              entry.operation,
              ToString(entry.kind),
              entry.contact,
              call.sent_at,
              call.took.count(),
              call.method,
              Stored(call.target),
              Stored(call.request_body),
              call.http_status,
              Stored(call.answer))
        .Run();
  }
  Query(database_, kDeleteOlder).Bind(binding, static_cast<std::int64_t>(kKeptCalls)).Run();
}

std::vector<OperationCall> Calls::Last(BindingId binding, std::size_t limit) {
  std::vector<OperationCall> calls;
  Query query(database_, kLast);
  query.Bind(binding, static_cast<std::int64_t>(std::min(limit, kKeptCalls)));
  while (query.Step()) {
    calls.push_back({OperationId(query.Int(0)),
                     KindAt(query, 1),
                     query.String(2),
                     {.sent_at = query.Time(3),
                      .took = Duration(query.Int(4)),
                      .method = query.String(5),
                      .target = query.String(6),
                      .request_body = query.String(7),
                      .http_status = static_cast<int>(query.Int(8)),
                      .answer = query.String(9)}});
  }
  std::reverse(calls.begin(), calls.end());
  return calls;
}

void Calls::WriteSummaries(RunId run, std::span<const CallSummary> summaries) {
  Query(database_, kDeleteAnswers).Bind(run).Run();
  Query(database_, kDeleteSummaries).Bind(run).Run();
  for (const CallSummary& summary : summaries) {
    Query(database_, kInsertSummary)
        .Bind(run,
              summary.call,
              summary.p50.count(),
              summary.p90.count(),
              summary.p99.count(),
              summary.max.count())
        .Run();
    for (const auto& [answer, count] : summary.answers)
      Query(database_, kInsertAnswer).Bind(run, summary.call, answer, count).Run();
  }
}

std::vector<CallSummary> Calls::SummariesOf(RunId run) {
  std::vector<CallSummary> summaries;
  Query query(database_, kSummaries);
  query.Bind(run);
  while (query.Step()) {
    CallSummary summary;
    summary.call = query.String(0);
    summary.p50 = Duration(query.Int(1));
    summary.p90 = Duration(query.Int(2));
    summary.p99 = Duration(query.Int(3));
    summary.max = Duration(query.Int(4));
    summaries.push_back(std::move(summary));
  }
  Query answers(database_, kAnswers);
  for (CallSummary& summary : summaries) {
    answers.Bind(run, summary.call);
    while (answers.Step())
      summary.answers[answers.String(0)] = answers.Int(1);
  }
  return summaries;
}

}  // namespace cohort_sync
