#include "storage/inbox_tables.h"

#include "base/hash.h"
#include "storage/column_text.h"
#include "storage/query.h"

namespace cohort_sync {

namespace {

constexpr char kName[] = "SELECT inbox FROM inbox";
constexpr char kSetName[] = "INSERT INTO inbox (id, inbox) VALUES (1, ?1)";
constexpr char kFindMessage[] =
    "SELECT body_hash FROM messages WHERE cohort = ?1 AND message_id = ?2";
constexpr char kInsertMessage[] =
    "INSERT INTO messages (cohort, message_id, body_hash, received_at) VALUES (?1, ?2, ?3, ?4)";
constexpr char kInsertBatch[] =
    "INSERT INTO batches (cohort, cohort_name, kind, direction, message_id, computed_at,"
    " received_at, members, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
constexpr char kRead[] =
    "SELECT batch_id, cohort_name, kind, direction, message_id, computed_at, received_at, members,"
    " body FROM batches INDEXED BY batches_by_cohort WHERE cohort = ?1 AND batch_id > ?2"
    " ORDER BY batch_id";
constexpr char kDepth[] =
    "SELECT count(*), coalesce(sum(members), 0), min(received_at)"
    " FROM batches INDEXED BY batches_by_cohort WHERE cohort = ?1 AND batch_id > ?2";
constexpr char kWaits[] =
    "SELECT 1 FROM batches INDEXED BY batches_by_cohort WHERE cohort = ?1 AND batch_id > ?2"
    " LIMIT 1";
constexpr char kDropBatches[] =
    "DELETE FROM batches WHERE cohort = ?1 AND batch_id <= ?2 RETURNING length(body)";
constexpr char kDropMessages[] = "DELETE FROM messages WHERE received_at < ?1";
constexpr char kWaitingBytes[] = "SELECT coalesce(sum(length(body)), 0) FROM batches";
constexpr char kNoteGap[] =
    "INSERT INTO gaps (cohort, at, reason) VALUES (?1, ?2, ?3)"
    " ON CONFLICT DO UPDATE SET at = excluded.at, reason = excluded.reason"
    " WHERE excluded.at >= gaps.at";
constexpr char kFindGap[] = "SELECT at, reason FROM gaps WHERE cohort = ?1";
constexpr char kAliveAt[] = "SELECT alive_at FROM inbox";
constexpr char kSetAlive[] = "UPDATE inbox SET alive_at = ?1";

StoredBatch HeadAt(const Query& query, const CohortId& cohort) {
  StoredBatch stored;
  stored.id = query.Int(0);
  ChangeBatchHead& head = stored.batch.head;
  head.cohort = cohort;
  head.cohort_name = query.String(1);
  head.kind = KnownWord(ParsePushKind(query.Text(2)), query.Text(2));
  head.direction = KnownWord(ParseChangeDirection(query.Text(3)), query.Text(3));
  head.message_id = query.String(4);
  head.computed_at = query.OptionalTime(5);
  stored.batch.received_at = query.Time(6);
  head.members = query.Int(7);
  return stored;
}

std::int64_t MessageHash(const ReceivedBatch& received) {
  return StoredHash(KeyedHash(0, received.body));
}

}  // namespace

std::int64_t InboxTables::Name() {
  Query query(database_, kName);
  return query.Step() ? query.Int(0) : 0;
}

void InboxTables::SetName(std::int64_t name) {
  Query(database_, kSetName).Bind(name).Run();
}

InboxOutcome InboxTables::Look(const ReceivedBatch& received) {
  const ChangeBatchHead& head = received.head;
  if (head.message_id.empty()) return InboxOutcome::kStored;
  Query known(database_, kFindMessage);
  if (!known.Bind(head.cohort, head.message_id).Step()) return InboxOutcome::kStored;
  return known.Int(0) == MessageHash(received) ? InboxOutcome::kKnown
                                               : InboxOutcome::kKnownWithOtherBody;
}

InboxOutcome InboxTables::Insert(const ReceivedBatch& received) {
  const ChangeBatchHead& head = received.head;
  const InboxOutcome outcome = Look(received);
  if (outcome != InboxOutcome::kStored) return outcome;
  if (!head.message_id.empty())
    Query(database_, kInsertMessage)
        .Bind(head.cohort, head.message_id, MessageHash(received), received.received_at)
        .Run();
  Query(database_, kInsertBatch)
      .Bind(head.cohort,
            head.cohort_name,
            ToString(head.kind),
            ToString(head.direction),
            head.message_id,
            head.computed_at,
            received.received_at,
            head.members,
            BlobBytes{received.body})
      .Run();
  return InboxOutcome::kStored;
}

std::vector<StoredBatch> InboxTables::Read(const CohortId& cohort,
                                           std::int64_t after,
                                           std::int64_t most_members) {
  std::vector<StoredBatch> batches;
  std::int64_t members = 0;
  Query query(database_, kRead);
  query.Bind(cohort, after);
  while (members < most_members && query.Step()) {
    StoredBatch stored = HeadAt(query, cohort);
    stored.batch.body = std::string(query.Blob(8));
    members += stored.batch.head.members;
    batches.push_back(std::move(stored));
  }
  return batches;
}

bool InboxTables::Waits(const CohortId& cohort, std::int64_t after) {
  Query query(database_, kWaits);
  return query.Bind(cohort, after).Step();
}

std::vector<StoredBatch> InboxTables::Heads(const CohortId& cohort,
                                            std::int64_t after,
                                            std::size_t limit) {
  std::vector<StoredBatch> batches;
  Query query(database_, kRead);
  query.Bind(cohort, after);
  while (batches.size() < limit && query.Step())
    batches.push_back(HeadAt(query, cohort));
  return batches;
}

InboxDepth InboxTables::Depth(const CohortId& cohort, std::int64_t after) {
  Query query(database_, kDepth);
  if (!query.Bind(cohort, after).Step()) return {};
  return {query.Int(0), query.Int(1), query.OptionalTime(2)};
}

std::int64_t InboxTables::DropBatches(const CohortId& cohort, std::int64_t through) {
  std::int64_t bytes = 0;
  Query query(database_, kDropBatches);
  query.Bind(cohort, through);
  while (query.Step())
    bytes += query.Int(0);
  return bytes;
}

void InboxTables::DropMessages(TimePoint before) {
  Query(database_, kDropMessages).Bind(before).Run();
}

std::int64_t InboxTables::WaitingBytes() {
  Query query(database_, kWaitingBytes);
  return query.Step() ? query.Int(0) : 0;
}

void InboxTables::NoteGap(const CohortId& cohort, const InboxGap& gap) {
  Query(database_, kNoteGap).Bind(cohort, gap.at, gap.reason).Run();
}

std::optional<InboxGap> InboxTables::FindGap(const CohortId& cohort) {
  Query query(database_, kFindGap);
  if (!query.Bind(cohort).Step()) return std::nullopt;
  return InboxGap{query.Time(0), query.String(1)};
}

std::optional<TimePoint> InboxTables::AliveAt() {
  Query query(database_, kAliveAt);
  if (!query.Step()) return std::nullopt;
  return query.OptionalTime(0);
}

void InboxTables::SetAlive(TimePoint now) {
  Query(database_, kSetAlive).Bind(now).Run();
}

}  // namespace cohort_sync
