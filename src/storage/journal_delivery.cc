#include "storage/journal_delivery.h"

#include <algorithm>
#include <vector>

#include "base/format.h"
#include "storage/column_text.h"
#include "storage/id_group.h"
#include "storage/open_counts.h"
#include "storage/query.h"

namespace cohort_sync {

namespace {

// The last column is the operation that waits behind it, if there is one (R4).
constexpr char kFind[] =
    "SELECT sent.binding_id, sent.kind, sent.before, sent.attempts,"
    " sent.unknown_kind, sent.unknown_at,"
    " (SELECT operation_id FROM operations AS waiting INDEXED BY operations_waiting"
    " WHERE waiting.binding_id = sent.binding_id AND waiting.contact_hash = sent.contact_hash"
    " AND waiting.contact = sent.contact AND waiting.state IN ('pending', 'parked'))"
    " FROM operations AS sent WHERE sent.operation_id = ?1 AND sent.state = 'in_flight'";
constexpr char kTellWaiting[] =
    "UPDATE operations SET before = ?2, unknown_kind = ?3, unknown_at = ?4"
    " WHERE operation_id = ?1";

constexpr char kDue[] =
    "SELECT due.operation_id, due.contact, due.before, due.attempts, due.unknown_kind,"
    " due.unknown_at FROM operations AS due INDEXED BY operations_due"
    " WHERE due.binding_id = ?1 AND due.kind = ?2 AND due.not_before BETWEEN ?3 AND ?4"
    " AND due.state = 'pending'"
    // R4: what waits behind a sent one has no turn before that is settled.
    " AND NOT EXISTS (SELECT 1 FROM operations AS sent INDEXED BY operations_in_flight"
    " WHERE sent.binding_id = due.binding_id AND sent.contact_hash = due.contact_hash"
    " AND sent.contact = due.contact AND sent.state = 'in_flight')"
    " ORDER BY due.not_before, due.operation_id LIMIT ?5";
constexpr char kSend[] =
    "UPDATE operations SET state = 'in_flight', updated_at = ?1 WHERE operation_id IN"
    " (?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)";
constexpr char kClose[] =
    "UPDATE operations SET state = 'unneeded', updated_at = ?2 WHERE operation_id = ?1";
constexpr char kDelay[] = "UPDATE operations SET not_before = ?2 WHERE operation_id = ?1";
constexpr char kNextTurn[] =
    "SELECT min(not_before) FROM operations INDEXED BY operations_due"
    " WHERE binding_id = ?1 AND kind = ?2 AND not_before > ?3 AND state = 'pending'";

constexpr char kInFlight[] =
    "SELECT operation_id FROM operations INDEXED BY operations_in_flight"
    " WHERE state = 'in_flight' ORDER BY operation_id";
constexpr char kReopenExhausted[] =
    "UPDATE operations INDEXED BY operations_parked SET state = 'pending', park_reason = NULL,"
    " attempts = 0, not_before = 0, updated_at = ?2"
    " WHERE binding_id = ?1 AND state = 'parked' AND park_reason = 'exhausted'";
constexpr char kReopenUnknownContacts[] =
    "UPDATE operations INDEXED BY operations_parked SET state = 'pending', park_reason = NULL,"
    " attempts = 0, not_before = 0, updated_at = ?2"
    " WHERE binding_id = ?1 AND state = 'parked' AND park_reason = 'unknown_contact'"
    " AND updated_at < ?3";
constexpr char kReopenParked[] =
    "UPDATE operations INDEXED BY operations_parked SET state = 'pending', park_reason = NULL,"
    " attempts = 0, not_before = 0, updated_at = ?2"
    " WHERE binding_id = ?1 AND state = 'parked'";

}  // namespace

void JournalDelivery::Settle(std::span<const Settlement> settlements) {
  SettledRows rows(database_);
  for (const Settlement& settlement : settlements)
    SettleOne(settlement, rows);
  rows.Write();
}

void JournalDelivery::SettleOne(const Settlement& settlement, SettledRows& rows) {
  Query row(database_, kFind);
  if (!row.Bind(settlement.id).Step())
    throw DatabaseError(Format("state '{}': settle operation {}: it is not in flight",
                               database_.path(),
                               settlement.id.value()));
  const Operation operation{settlement.id,
                            BindingId(row.Int(0)),
                            {},  // No rule asks for the contact.
                            KindAt(row, 1),
                            MembershipAt(row, 2),
                            static_cast<int>(row.Int(3)),
                            UnknownAttemptAt(row, 4)};
  const bool has_waiting = !row.IsNull(6);
  const Settled settled = cohort_sync::Settle(operation, settlement, has_waiting);
  const bool retried = settled.state == OperationState::kPending;
  rows.Add(settlement.id,
           {settled.state,
            settled.before,
            settled.unknown,
            settled.park_reason,
            operation.attempts + (settlement.spends_attempt ? 1 : 0),
            retried ? settlement.retry_at.value_or(settlement.at) : TimePoint{},
            settlement.http_status,
            settlement.reason,
            settlement.at});
  if (has_waiting) {
    Query(database_, kTellWaiting)
        .Bind(row.Int(6),
              ToString(settled.waiting_before),
              UnknownKindOf(settled.unknown),
              UnknownTimeOf(settled.unknown))
        .Run();
  }
  if (const auto counted = pending_.find(operation.binding); counted != pending_.end() && !retried)
    --counted->second;
}

Claimed JournalDelivery::Claim(const ClaimRequest& request, TimePoint now) {
  Claimed claimed;
  std::int64_t& pending = PendingOf(request.binding);
  for (const OperationKind kind : {OperationKind::kRemove, OperationKind::kAdd}) {
    ClaimDue(claimed, kind, 1, ToMillis(now), request, now);
    ClaimDue(claimed, kind, 0, 0, request, now);
  }
  pending -= claimed.unneeded;
  claimed.open = pending;
  if (claimed.operations.size() < request.limit) claimed.next_turn = NextTurn(request.binding, now);
  return claimed;
}

void JournalDelivery::ClaimDue(Claimed& claimed,
                               OperationKind kind,
                               std::int64_t first,
                               std::int64_t last,
                               const ClaimRequest& request,
                               TimePoint now) {
  Query due(database_, kDue);
  std::vector<Operation> turn;
  std::vector<OperationId> to_send;
  do {
    // Read, then written: what a turn changes is what the query searches. Every row of a turn
    // leaves the search, so this ends.
    turn.clear();
    to_send.clear();
    const std::size_t room = request.limit - claimed.operations.size();
    due.Bind(request.binding, ToString(kind), first, last, static_cast<std::int64_t>(room));
    while (due.Step()) {
      turn.push_back({OperationId(due.Int(0)),
                      request.binding,
                      due.String(1),
                      kind,
                      MembershipAt(due, 2),
                      static_cast<int>(due.Int(3)),
                      UnknownAttemptAt(due, 4)});
    }
    for (Operation& operation : turn) {
      switch (TurnOf(kind, operation.before, operation.unknown, now, request.settle_after)) {
        case Turn::kSend:
          to_send.push_back(operation.id);
          claimed.operations.push_back(std::move(operation));
          break;
        case Turn::kUnneeded:
          Query(database_, kClose).Bind(operation.id, now).Run();
          ++claimed.unneeded;
          break;
        case Turn::kWait: {
          const TimePoint earliest = operation.unknown->at + request.settle_after;
          Query(database_, kDelay).Bind(operation.id, std::max(earliest, now + Duration(1))).Run();
          break;
        }
      }
    }
    MarkSent(to_send, now);
  } while (!turn.empty());
}

void JournalDelivery::MarkSent(std::span<const OperationId> operations, TimePoint now) {
  constexpr int kFirstId = 2;
  Query send(database_, kSend);
  while (!operations.empty()) {
    const auto group = operations.first(std::min(operations.size(), kIdGroup));
    operations = operations.subspan(group.size());
    send.Bind(now);
    SetIds(send, kFirstId, group);
    send.Run();
  }
}

std::optional<TimePoint> JournalDelivery::NextTurn(BindingId binding, TimePoint now) {
  std::optional<TimePoint> earliest;
  Query query(database_, kNextTurn);
  for (const OperationKind kind : {OperationKind::kRemove, OperationKind::kAdd}) {
    if (!query.Bind(binding, ToString(kind), now).Step() || query.IsNull(0)) continue;
    const TimePoint turn = query.Time(0);
    earliest = earliest ? std::min(*earliest, turn) : turn;
  }
  return earliest;
}

std::int64_t JournalDelivery::RecoverInFlight(TimePoint now) {
  std::vector<Settlement> lost;
  {
    Query query(database_, kInFlight);
    while (query.Step()) {
      Settlement settlement;
      settlement.id = OperationId(query.Int(0));
      settlement.outcome = Outcome::kUnknown;
      settlement.at = now;
      settlement.spends_attempt = false;  // That the process ended says nothing about the call.
      settlement.retry_at = now;
      settlement.reason = "no answer was recorded: the process that sent it ended";
      lost.push_back(std::move(settlement));
    }
  }
  Settle(lost);
  return static_cast<std::int64_t>(lost.size());
}

std::int64_t JournalDelivery::ReopenForRun(BindingId binding,
                                           TimePoint unknown_contacts_before,
                                           TimePoint now) {
  Recount(binding);
  return Query(database_, kReopenExhausted).Bind(binding, now).Run() +
         Query(database_, kReopenUnknownContacts).Bind(binding, now, unknown_contacts_before).Run();
}

std::int64_t JournalDelivery::ReopenParked(BindingId binding, TimePoint now) {
  Recount(binding);
  return Query(database_, kReopenParked).Bind(binding, now).Run();
}

OpenCounts JournalDelivery::CountOpen(BindingId binding) {
  const ParkedCounts parked = CountParked(database_, binding);
  return {PendingOf(binding), parked.refused + parked.exhausted, parked.unknown_contact};
}

std::int64_t& JournalDelivery::PendingOf(BindingId binding) {
  const auto [counted, fresh] = pending_.try_emplace(binding, 0);
  if (fresh) counted->second = CountPending(database_, binding);
  return counted->second;
}

}  // namespace cohort_sync
