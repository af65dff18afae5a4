#include "storage/sqlite_sync_store.h"

#include <utility>

#include "base/check.h"
#include "base/format.h"
#include "storage/database_file.h"
#include "storage/journal_appender.h"
#include "storage/query.h"
#include "storage/transaction.h"

namespace cohort_sync {

namespace {

constexpr char kHashKey[] = "SELECT hash_key FROM meta";
constexpr char kInsertHashKey[] = "INSERT INTO meta (id, hash_key, created_at) VALUES (1, ?1, ?2)";

RunReport ReportOf(const PlanCommit& plan) {
  RunReport report;
  report.cohort_name = plan.cohort_name;
  report.list = plan.pins.list_name.value();
  report.trigger = plan.trigger;
  report.approves = plan.approves;
  report.state = RunState::kDelivering;
  report.started_at = plan.started_at;
  report.snapshot_as_of = plan.as_of;
  report.origin = plan.origin;
  report.removals_approved = plan.removals_approved;
  report.counts = plan.counts;
  report.notes = plan.notes;
  return report;
}

}  // namespace

Result<std::unique_ptr<SqliteSyncStore>> SqliteSyncStore::Open(const std::string& path,
                                                               const Clock& clock,
                                                               Random& random) {
  Result<std::unique_ptr<Database>> database = OpenForWriting(path);
  if (!database) return Fail(database.error());
  try {
    return std::unique_ptr<SqliteSyncStore>(
        new SqliteSyncStore(std::move(*database), clock, random));
  } catch (const DatabaseError& error) {
    return Fail(ErrorCode::kConfiguration, error.what());
  }
}

SqliteSyncStore::SqliteSyncStore(std::unique_ptr<Database> database,
                                 const Clock& clock,
                                 Random& random)
    : database_(std::move(database)),
      clock_(clock),
      bindings_(*database_),
      runs_(*database_),
      calls_(*database_),
      deliveries_(*database_),
      holds_(*database_),
      members_(*database_),
      delivery_(*database_),
      checkpoints_(*database_),
      folding_(*database_),
      export_requests_(*database_),
      notifications_(*database_),
      export_ledger_(*database_),
      hash_key_(ReadOrDrawHashKey(random)) {}

std::uint64_t SqliteSyncStore::ReadOrDrawHashKey(Random& random) {
  const Activity activity(*database_, "read the hash key");
  {
    Query query(*database_, kHashKey);
    if (query.Step()) return LoadedHash(query.Int(0));
  }
  const std::uint64_t key = random.Next();
  Transaction transaction(*database_, "write the hash key");
  Query(*database_, kInsertHashKey).Bind(StoredHash(key), clock_.Now()).Run();
  transaction.Commit();
  return key;
}

std::optional<Binding> SqliteSyncStore::FindBinding(const BindingKey& key) {
  const Activity activity(*database_, "find a binding");
  return bindings_.Find(key);
}

std::optional<Binding> SqliteSyncStore::FindBindingByList(const std::string& endpoint,
                                                          const ListName& list) {
  const Activity activity(*database_, "find a binding by its list");
  return bindings_.FindByList(endpoint, list);
}

OpenCounts SqliteSyncStore::CountOpen(BindingId binding) {
  const Activity activity(*database_, "count open operations");
  return delivery_.CountOpen(binding);
}

void SqliteSyncStore::VisitDesired(BindingId binding,
                                   const std::function<void(const DesiredRange&)>& visit) {
  const Activity activity(*database_, "read desired members");
  checkpoints_.VisitDesired(binding, visit);
}

std::int64_t SqliteSyncStore::CountDesired(BindingId binding) {
  const Activity activity(*database_, "count desired members");
  return checkpoints_.CountDesired(binding);
}

std::int64_t SqliteSyncStore::UnapprovedRemovalsSince(BindingId binding, TimePoint since) {
  const Activity activity(*database_, "count recent removals");
  return runs_.UnapprovedRemovalsSince(binding, since);
}

CommittedPlan SqliteSyncStore::CommitPlan(const PlanCommit& plan) {
  const TimePoint now = clock_.Now();
  Transaction transaction(*database_, "commit a plan");
  CommittedPlan committed;
  committed.binding = bindings_.Accept(plan);
  committed.run = runs_.Insert(ReportOf(plan), plan.key, committed.binding, now);
  runs_.AddRejectedRows(committed.run, plan.rejected_rows);
  if (plan.approves) holds_.Decide(*plan.approves, HoldRecord::State::kApproved);
  if (!plan.keep_hold)
    holds_.Replace(committed.binding, committed.run, plan.hold_remove, plan.hold_add);
  members_.Write(committed.binding, plan.member_rows);
  if (plan.inbox) bindings_.SetInbox(committed.binding, *plan.inbox);
  if (plan.snapshot_members != nullptr)
    members_.Rewrite(committed.binding, *plan.snapshot_members, *plan.as_of);
  const JournalAppender::Reopened reopened =
      JournalAppender(*database_, plan, committed.binding, committed.run, now).AppendPlan();
  committed.asserted = reopened.asserted;
  committed.reopened = reopened.parked;
  if (reopened.parked > 0) runs_.SetReopened(committed.run, reopened.parked);
  transaction.Commit();
  delivery_.Recount(committed.binding);
  return committed;
}

std::vector<std::optional<MemberRow>> SqliteSyncStore::FindMembers(
    BindingId binding, std::span<const MemberKey> keys) {
  const Activity activity(*database_, "find members");
  return members_.Find(binding, keys);
}

std::vector<KnownMember> SqliteSyncStore::HoldersOf(BindingId binding,
                                                    std::span<const std::string> contacts) {
  const Activity activity(*database_, "find who has a contact");
  return members_.HoldersOf(binding, contacts);
}

std::vector<KnownMember> SqliteSyncStore::MembersChangedSince(BindingId binding, TimePoint since) {
  const Activity activity(*database_, "find members that changed");
  return members_.ChangedSince(binding, since);
}

HeldContacts SqliteSyncStore::FindHeldContacts(BindingId binding) {
  const Activity activity(*database_, "find held contacts");
  return holds_.ContactsOf(binding);
}

std::optional<HoldRecord> SqliteSyncStore::FindHold(RunId run) {
  const Activity activity(*database_, "find a hold");
  return holds_.Find(run);
}

void SqliteSyncStore::DiscardHold(RunId run) {
  Transaction transaction(*database_, "discard a hold");
  holds_.Decide(run, HoldRecord::State::kDiscarded);
  transaction.Commit();
}

RunId SqliteSyncStore::RecordFailedRun(const BindingKey& key, const RunReport& report) {
  Transaction transaction(*database_, "record a failed run");
  const std::optional<Binding> binding = bindings_.Find(key);
  RunReport recorded = report;
  std::optional<BindingId> id;
  if (binding) {
    id = binding->id;
    recorded.cohort_name = binding->cohort_name;
    recorded.list = binding->pins.list_name.value();
  }
  const RunId run = runs_.Insert(recorded, key, id, std::nullopt);
  transaction.Commit();
  return run;
}

RunId SqliteSyncStore::BeginDeliveryRun(BindingId binding,
                                        RunTrigger trigger,
                                        TimePoint started_at) {
  Transaction transaction(*database_, "begin a delivery run");
  const std::optional<Binding> known = bindings_.Get(binding);
  CHECK(known.has_value());
  RunReport report;
  report.cohort_name = known->cohort_name;
  report.list = known->pins.list_name.value();
  report.trigger = trigger;
  report.state = RunState::kDelivering;
  report.started_at = started_at;
  const RunId run = runs_.Insert(report, known->key, binding, clock_.Now());
  transaction.Commit();
  return run;
}

void SqliteSyncStore::FinishRun(const RunReport& report) {
  Transaction transaction(*database_, "finish a run");
  runs_.Finish(report);
  transaction.Commit();
}

void SqliteSyncStore::SetStopped(BindingId binding, const std::string& reason) {
  Transaction transaction(*database_, "stop or start a binding");
  if (bindings_.SetStopped(binding, reason)) transaction.Commit();
}

void SqliteSyncStore::SetPaused(BindingId binding, std::optional<TimePoint> since) {
  Transaction transaction(*database_, "pause or resume a binding");
  if (bindings_.SetPaused(binding, since)) transaction.Commit();
}

void SqliteSyncStore::ForgetListId(BindingId binding) {
  Transaction transaction(*database_, "forget the list of a binding");
  if (bindings_.ForgetListId(binding)) transaction.Commit();
}

void SqliteSyncStore::Forget(BindingId binding) {
  Transaction transaction(*database_, "forget a binding");
  bindings_.Delete(binding);
  transaction.Commit();
  delivery_.Recount(binding);
}

void SqliteSyncStore::Recover(TimePoint now) {
  Transaction transaction(*database_, "recover what a process left");
  if (delivery_.RecoverInFlight(now) + runs_.EndInterrupted(now) + deliveries_.DeleteAll() > 0)
    transaction.Commit();
}

std::int64_t SqliteSyncStore::ReopenForRun(BindingId binding, TimePoint unknown_contacts_before) {
  Transaction transaction(*database_, "open parked operations again");
  const std::int64_t reopened =
      delivery_.ReopenForRun(binding, unknown_contacts_before, clock_.Now());
  if (reopened > 0) transaction.Commit();
  return reopened;
}

std::int64_t SqliteSyncStore::ReopenParked(BindingId binding) {
  Transaction transaction(*database_, "open parked operations again");
  const std::int64_t reopened = delivery_.ReopenParked(binding, clock_.Now());
  if (reopened > 0) transaction.Commit();
  return reopened;
}

std::vector<Claimed> SqliteSyncStore::SettleAndClaim(std::span<const Settlement> settlements,
                                                     std::span<const ClaimRequest> requests,
                                                     TimePoint now) {
  Transaction transaction(*database_, "settle and claim operations");
  const std::int64_t changes_before = database_->total_changes();
  delivery_.Settle(settlements);
  std::vector<Claimed> claimed;
  claimed.reserve(requests.size());
  for (const ClaimRequest& request : requests)
    claimed.push_back(delivery_.Claim(request, now));
  if (database_->total_changes() != changes_before) transaction.Commit();
  return claimed;
}

void SqliteSyncStore::SaveDeliveries(std::span<const DeliverySnapshot> deliveries) {
  const TimePoint now = clock_.Now();
  Transaction transaction(*database_, "save how far deliveries are");
  for (const DeliverySnapshot& delivery : deliveries) {
    deliveries_.Save(delivery.binding, delivery.progress, now);
    calls_.Save(delivery.binding, delivery.calls);
  }
  transaction.Commit();
}

void SqliteSyncStore::FoldIfGrown(BindingId binding) {
  folding_.FoldIfGrown(binding);
}

void SqliteSyncStore::Prune(TimePoint older_than) {
  const Activity activity(*database_, "prune the journal");
  for (const Binding& binding : bindings_.All())
    folding_.Prune(binding.id, older_than);
}

}  // namespace cohort_sync
