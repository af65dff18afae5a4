#include "storage/journal_appender.h"

#include "base/check.h"
#include "storage/column_text.h"

namespace cohort_sync {

namespace {

// A contact's newest operation: the one that waits, else the one that was sent, else a closed one
// that still has an unknown attempt. Any other closed one says what the checkpoint says, and every
// operation takes over the unknown attempt of the one before it.
constexpr char kNewestWaiting[] =
    "SELECT operation_id, kind, before, state, unknown_kind, unknown_at, run_id,"
    " attempts = 0 AND not_before = 0 FROM operations INDEXED BY operations_waiting"
    " WHERE binding_id = ?1 AND contact_hash = ?2 AND contact = ?3"
    " AND state IN ('pending', 'parked')";
constexpr char kNewestSent[] =
    "SELECT operation_id, kind, before, state, unknown_kind, unknown_at, run_id, 0"
    " FROM operations INDEXED BY operations_in_flight"
    " WHERE binding_id = ?1 AND contact_hash = ?2 AND contact = ?3 AND state = 'in_flight'";
constexpr char kNewestUnknown[] =
    "SELECT operation_id, kind, before, state, unknown_kind, unknown_at, run_id, 0"
    " FROM operations INDEXED BY operations_unknown"
    " WHERE binding_id = ?1 AND contact_hash = ?2 AND contact = ?3"
    " AND state IN ('delivered', 'unneeded') AND unknown_kind IS NOT NULL"
    " ORDER BY operation_id DESC LIMIT 1";
constexpr char kInsert[] =
    "INSERT INTO operations (binding_id, contact_hash, contact, kind, before, run_id, state,"
    " unknown_kind, unknown_at, created_at, updated_at)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'pending', ?7, ?8, ?9, ?9)";
// Which of the three above can find anything, so that a plan whose forerunners are all delivered
// asks for no contact.
constexpr char kWhatIsOpen[] =
    "SELECT EXISTS (SELECT 1 FROM operations INDEXED BY operations_waiting"
    " WHERE binding_id = ?1 AND state IN ('pending', 'parked')),"
    " EXISTS (SELECT 1 FROM operations INDEXED BY operations_in_flight"
    " WHERE binding_id = ?1 AND state = 'in_flight'),"
    " EXISTS (SELECT 1 FROM operations INDEXED BY operations_unknown"
    " WHERE binding_id = ?1 AND state IN ('delivered', 'unneeded') AND unknown_kind IS NOT NULL)";
// As kInsert for contacts of whom only the checkpoint knows: opening the table and its indexes for
// each row is a third of the price of a row.
constexpr std::size_t kFreshRows = 16;
constexpr int kFirstFreshParameter = 6;
constexpr char kInsertFresh[] =
    "INSERT INTO operations (binding_id, contact_hash, contact, kind, before, run_id, state,"
    " created_at, updated_at)"
    " SELECT ?1, column1, column2, ?2, ?3, ?4, 'pending', ?5, ?5 FROM (VALUES"
    " (?6, ?7), (?8, ?9), (?10, ?11), (?12, ?13), (?14, ?15), (?16, ?17), (?18, ?19), (?20, ?21),"
    " (?22, ?23), (?24, ?25), (?26, ?27), (?28, ?29), (?30, ?31), (?32, ?33), (?34, ?35),"
    " (?36, ?37))";
constexpr char kSupersede[] =
    "UPDATE operations SET state = 'superseded', park_reason = NULL, updated_at = ?2"
    " WHERE operation_id = ?1";
constexpr char kReopenAdd[] =
    "UPDATE operations SET state = 'pending', park_reason = NULL, attempts = 0, not_before = 0,"
    " before = ?2, updated_at = ?3 WHERE operation_id = ?1";
constexpr char kReopenParkedRemovals[] =
    "UPDATE operations INDEXED BY operations_parked SET state = 'pending', park_reason = NULL,"
    " attempts = 0, not_before = 0, updated_at = ?2"
    " WHERE binding_id = ?1 AND state = 'parked' AND kind = 'remove'";
constexpr char kHastenRemovals[] =
    "UPDATE operations SET attempts = 0, not_before = 0, updated_at = ?2"
    " WHERE operation_id IN (SELECT operation_id FROM operations INDEXED BY operations_due"
    " WHERE binding_id = ?1 AND kind = 'remove' AND not_before > 0 AND state = 'pending')";
constexpr char kForgetListBefore[] =
    "UPDATE operations INDEXED BY operations_waiting SET before = 'off'"
    " WHERE binding_id = ?1 AND state IN ('pending', 'parked') AND before <> 'off'";

}  // namespace

JournalAppender::JournalAppender(
    Database& database, const PlanCommit& plan, BindingId binding, RunId run, TimePoint now)
    : database_(database),
      plan_(plan),
      binding_(binding),
      run_(run),
      now_(now),
      holds_(database),
      newest_waiting_(database, kNewestWaiting),
      newest_sent_(database, kNewestSent),
      newest_unknown_(database, kNewestUnknown),
      insert_(database, kInsert),
      insert_fresh_(database, kInsertFresh),
      supersede_(database, kSupersede) {}

JournalAppender::Reopened JournalAppender::AppendPlan() {
  if (plan_.list_was_recreated) ForgetListBefore();
  FindWhatIsOpen();
  AppendAll(OperationKind::kRemove, plan_.remove);
  AppendAll(OperationKind::kAdd, plan_.add);
  if (plan_.assert_members != nullptr) {
    open_ = {&newest_waiting_, &newest_sent_, &newest_unknown_};  // This run's own operations too.
    plan_.assert_members->VisitRange(HashRange{},
                                     [this](const MemberRef& member) { Assert(member); });
    ReopenRemovals();
  }
  return reopened_;
}

void JournalAppender::AppendAll(OperationKind kind, std::span<const MemberRef> contacts) {
  // The diff was against the desired members: whoever leaves without a row of his own stood in the
  // checkpoint, and whoever joins without one did not.
  const bool in_checkpoint = kind == OperationKind::kRemove;
  std::vector<MemberRef> fresh;
  fresh.reserve(kFreshRows);
  for (const MemberRef& contact : contacts) {
    if (const std::optional<Newest> newest = FindNewest(contact)) {
      AppendOne(kind, contact, newest, in_checkpoint);
      continue;
    }
    fresh.push_back(contact);
    if (fresh.size() < kFreshRows) continue;
    AppendFresh(kind, fresh, in_checkpoint);
    fresh.clear();
  }
  for (const MemberRef& contact : fresh)
    AppendOne(kind, contact, std::nullopt, in_checkpoint);
}

void JournalAppender::AppendFresh(OperationKind kind,
                                  std::span<const MemberRef> contacts,
                                  bool in_checkpoint) {
  CHECK(contacts.size() == kFreshRows);
  const Appended appended = Append(std::nullopt, in_checkpoint);
  insert_fresh_.Bind(
      binding_, ToString(kind), ToString(BeforeOf(kind, appended.before)), run_, now_);
  int parameter = kFirstFreshParameter;
  for (const MemberRef& contact : contacts) {
    insert_fresh_.Set(parameter++, StoredHash(contact.hash));
    insert_fresh_.Set(parameter++, contact.value);
  }
  insert_fresh_.Run();
}

void JournalAppender::AppendOne(OperationKind kind,
                                const MemberRef& contact,
                                const std::optional<Newest>& newest,
                                bool in_checkpoint) {
  const std::optional<NewestOperation> operation =
      newest ? std::optional(newest->operation) : std::nullopt;
  const Appended appended = Append(operation, in_checkpoint);
  if (appended.supersedes_newest) supersede_.Bind(operation->id, now_).Run();
  insert_
      .Bind(binding_,
            StoredHash(contact.hash),
            contact.value,
            ToString(kind),
            ToString(BeforeOf(kind, appended.before)),
            run_,
            UnknownKindOf(appended.unknown),
            UnknownTimeOf(appended.unknown),
            now_)
      .Run();
}

Membership JournalAppender::BeforeOf(OperationKind kind, Membership before) const {
  if (plan_.list_was_recreated) return Membership::kOff;
  // A resync does not trust what we believe to be on already: every member gets its call.
  const bool asserts = plan_.assert_members != nullptr && kind == OperationKind::kAdd;
  return asserts && before == Membership::kOn ? Membership::kUnknown : before;
}

void JournalAppender::Assert(const MemberRef& member) {
  const std::optional<Newest> newest = FindNewest(member);
  if (newest && newest->run == run_) return;
  if (!plan_.hold_add.empty() && holds_.HoldsAdd(run_, member.value)) return;
  if (newest && newest->operation.kind == OperationKind::kAdd) {
    const OperationState state = newest->operation.state;
    if (state == OperationState::kPending || state == OperationState::kParked) {
      ReopenAdd(newest->operation, newest->untouched);
      return;
    }
    // What is on its way asserts already, unless it was sent to the list that is gone.
    if (state == OperationState::kInFlight && !plan_.list_was_recreated) return;
  }
  AppendOne(OperationKind::kAdd, member, newest, true);
  ++reopened_.asserted;
}

void JournalAppender::ReopenAdd(const NewestOperation& newest, bool untouched) {
  const Membership before = BeforeOf(OperationKind::kAdd, newest.before);
  const bool parked = newest.state == OperationState::kParked;
  if (!parked && untouched && before == newest.before) return;
  Query(database_, kReopenAdd).Bind(newest.id, ToString(before), now_).Run();
  ++reopened_.asserted;
  if (parked) ++reopened_.parked;
}

void JournalAppender::ReopenRemovals() {
  reopened_.parked += Query(database_, kReopenParkedRemovals).Bind(binding_, now_).Run();
  Query(database_, kHastenRemovals).Bind(binding_, now_).Run();
}

void JournalAppender::ForgetListBefore() {
  Query(database_, kForgetListBefore).Bind(binding_).Run();
}

void JournalAppender::FindWhatIsOpen() {
  Query query(database_, kWhatIsOpen);
  if (!query.Bind(binding_).Step()) return;
  if (query.Int(0) != 0) open_.push_back(&newest_waiting_);
  if (query.Int(1) != 0) open_.push_back(&newest_sent_);
  if (query.Int(2) != 0) open_.push_back(&newest_unknown_);
}

std::optional<JournalAppender::Newest> JournalAppender::FindNewest(const MemberRef& contact) {
  for (Query* query : open_) {
    query->Bind(binding_, StoredHash(contact.hash), contact.value);
    if (!query->Step()) continue;
    Newest found;
    found.operation = {OperationId(query->Int(0)),
                       KindAt(*query, 1),
                       MembershipAt(*query, 2),
                       StateAt(*query, 3),
                       UnknownAttemptAt(*query, 4)};
    found.run = RunId(query->Int(6));
    found.untouched = query->Int(7) != 0;
    return found;
  }
  return std::nullopt;
}

}  // namespace cohort_sync
