#include "storage/holds.h"

#include "base/check.h"
#include "storage/query.h"

namespace cohort_sync {

namespace {

constexpr std::string_view kApproved = "approved";
constexpr std::string_view kDiscarded = "discarded";

constexpr char kOpen[] =
    "SELECT run_id, removals, adds FROM holds WHERE binding_id = ?1 AND state = 'open'";
constexpr char kDropContacts[] = "DELETE FROM held_contacts WHERE run_id = ?1";
constexpr char kMarkReplaced[] = "UPDATE holds SET state = 'replaced' WHERE run_id = ?1";
constexpr char kDecide[] =
    "UPDATE holds SET state = 'replaced', decision = ?2 WHERE run_id = ?1 AND state = 'open'";
constexpr char kFind[] =
    "SELECT binding_id, state, decision, removals, adds FROM holds WHERE run_id = ?1";
constexpr char kInsert[] =
    "INSERT INTO holds (run_id, binding_id, state, removals, adds) VALUES (?1, ?2, 'open', ?3, ?4)";
constexpr char kInsertContact[] =
    "INSERT INTO held_contacts (run_id, kind, contact) VALUES (?1, ?2, ?3)";
constexpr char kFindContact[] =
    "SELECT 1 FROM held_contacts WHERE run_id = ?1 AND kind = ?2 AND contact = ?3";

constexpr char kContacts[] = "SELECT contact FROM held_contacts WHERE run_id = ?1 AND kind = ?2";

void InsertContacts(Database& database,
                    RunId run,
                    OperationKind kind,
                    std::span<const MemberRef> contacts) {
  Query insert(database, kInsertContact);
  for (const MemberRef& contact : contacts)
    insert.Bind(run, ToString(kind), contact.value).Run();
}

}  // namespace

void Holds::Replace(BindingId binding,
                    RunId run,
                    std::span<const MemberRef> removals,
                    std::span<const MemberRef> adds) {
  if (const std::optional<OpenHold> earlier = OpenOf(binding)) {
    Query(database_, kDropContacts).Bind(earlier->run).Run();
    Query(database_, kMarkReplaced).Bind(earlier->run).Run();
  }
  if (removals.empty() && adds.empty()) return;
  Query(database_, kInsert)
      .Bind(run,
            binding,
            static_cast<std::int64_t>(removals.size()),
            static_cast<std::int64_t>(adds.size()))
      .Run();
  InsertContacts(database_, run, OperationKind::kRemove, removals);
  InsertContacts(database_, run, OperationKind::kAdd, adds);
}

void Holds::Decide(RunId run, HoldRecord::State decision) {
  const bool approved = decision == HoldRecord::State::kApproved;
  const std::int64_t decided =
      Query(database_, kDecide).Bind(run, approved ? kApproved : kDiscarded).Run();
  CHECK(decided == 1);
  Query(database_, kDropContacts).Bind(run).Run();
}

std::optional<HoldRecord> Holds::Find(RunId run) {
  Query query(database_, kFind);
  if (!query.Bind(run).Step()) return std::nullopt;
  HoldRecord hold;
  hold.run = run;
  hold.binding = BindingId(query.Int(0));
  if (query.Text(1) != "open") hold.state = HoldRecord::State::kReplaced;
  if (!query.IsNull(2))
    hold.state =
        query.Text(2) == kApproved ? HoldRecord::State::kApproved : HoldRecord::State::kDiscarded;
  hold.removals = query.Int(3);
  hold.adds = query.Int(4);
  return hold;
}

bool Holds::HoldsAdd(RunId run, std::string_view contact) {
  return Query(database_, kFindContact).Bind(run, ToString(OperationKind::kAdd), contact).Step();
}

HeldContacts Holds::ContactsOf(BindingId binding) {
  HeldContacts contacts;
  const std::optional<OpenHold> hold = OpenOf(binding);
  if (!hold) return contacts;
  contacts.run = hold->run;
  Query query(database_, kContacts);
  for (const OperationKind kind : {OperationKind::kRemove, OperationKind::kAdd}) {
    std::vector<std::string>& of_kind =
        kind == OperationKind::kRemove ? contacts.removals : contacts.adds;
    query.Bind(hold->run, ToString(kind));
    while (query.Step())
      of_kind.push_back(query.String(0));
  }
  return contacts;
}

std::optional<OpenHold> Holds::OpenOf(BindingId binding) {
  Query query(database_, kOpen);
  if (!query.Bind(binding).Step()) return std::nullopt;
  return OpenHold{RunId(query.Int(0)), query.Int(1), query.Int(2)};
}

}  // namespace cohort_sync
