// The durable state in SQLite.
#ifndef COHORT_SYNC_STORAGE_SQLITE_SYNC_STORE_H_
#define COHORT_SYNC_STORAGE_SQLITE_SYNC_STORE_H_

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "storage/bindings.h"
#include "storage/calls.h"
#include "storage/checkpoints.h"
#include "storage/database.h"
#include "storage/deliveries.h"
#include "storage/folding.h"
#include "storage/holds.h"
#include "storage/journal_delivery.h"
#include "storage/members.h"
#include "storage/runs.h"
#include "storage/sqlite_export_ledger.h"
#include "storage/sqlite_export_requests.h"
#include "storage/sqlite_notification_outbox.h"
#include "sync/sync_store.h"

namespace cohort_sync {

// The one connection that writes and checkpoints the state. One thread. After a DatabaseError it is
// destroyed and opened again: a failed commit may have been done, and what is kept in memory may be
// ahead of the file. The process lock is the caller's, who takes it before Open.
class SqliteSyncStore final : public SyncStore {
 public:
  // Opens or creates the state at `path` (storage/database_file.h says what is refused and how). A
  // new state draws its hash key from `random`. `clock` outlives the store.
  [[nodiscard]] static Result<std::unique_ptr<SqliteSyncStore>> Open(const std::string& path,
                                                                     const Clock& clock,
                                                                     Random& random);

  // The exports of the same state; part of this object.
  [[nodiscard]] ExportRequests& export_requests() { return export_requests_; }
  // As are the notifications.
  [[nodiscard]] NotificationOutbox& notifications() { return notifications_; }
  [[nodiscard]] ExportLedger& export_ledger() { return export_ledger_; }

  // For every binding: moves the oldest point from which the journal can be read up to
  // `older_than`, and deletes what is closed before it. Several transactions; cut off anywhere, no
  // answer changes.
  void Prune(TimePoint older_than);

  // ---- SyncStore ----
  [[nodiscard]] std::uint64_t hash_key() const override { return hash_key_; }
  // Cuts an unfolded first sync into several empty ranges, so that memory stays bounded. `visit`
  // does not call the store.
  void VisitDesired(BindingId binding,
                    const std::function<void(const DesiredRange&)>& visit) override;
  [[nodiscard]] std::optional<Binding> FindBinding(const BindingKey& key) override;
  [[nodiscard]] std::optional<Binding> FindBindingByList(const std::string& endpoint,
                                                         const ListName& list) override;
  [[nodiscard]] OpenCounts CountOpen(BindingId binding) override;
  [[nodiscard]] std::int64_t CountDesired(BindingId binding) override;
  [[nodiscard]] std::int64_t UnapprovedRemovalsSince(BindingId binding, TimePoint since) override;
  // In a resync an add that would close as unneeded is asserted too: its `before` becomes unknown.
  // Members whose add is held are not asserted.
  [[nodiscard]] CommittedPlan CommitPlan(const PlanCommit& plan) override;
  [[nodiscard]] std::vector<std::optional<MemberRow>> FindMembers(
      BindingId binding, std::span<const MemberKey> keys) override;
  [[nodiscard]] std::vector<KnownMember> HoldersOf(BindingId binding,
                                                   std::span<const std::string> contacts) override;
  [[nodiscard]] std::vector<KnownMember> MembersChangedSince(BindingId binding,
                                                             TimePoint since) override;
  [[nodiscard]] HeldContacts FindHeldContacts(BindingId binding) override;
  [[nodiscard]] std::optional<HoldRecord> FindHold(RunId run) override;
  void DiscardHold(RunId run) override;
  RunId RecordFailedRun(const BindingKey& key, const RunReport& report) override;
  RunId BeginDeliveryRun(BindingId binding, RunTrigger trigger, TimePoint started_at) override;
  void FinishRun(const RunReport& report) override;
  void SetStopped(BindingId binding, const std::string& reason) override;
  void SetPaused(BindingId binding, std::optional<TimePoint> since) override;
  void ForgetListId(BindingId binding) override;
  void Forget(BindingId binding) override;
  void Recover(TimePoint now) override;
  std::int64_t ReopenForRun(BindingId binding, TimePoint unknown_contacts_before) override;
  std::int64_t ReopenParked(BindingId binding) override;
  // Throws DatabaseError when a settlement is of an operation that is not in flight.
  [[nodiscard]] std::vector<Claimed> SettleAndClaim(std::span<const Settlement> settlements,
                                                    std::span<const ClaimRequest> requests,
                                                    TimePoint now) override;
  void SaveDeliveries(std::span<const DeliverySnapshot> deliveries) override;
  void FoldIfGrown(BindingId binding) override;

 private:
  SqliteSyncStore(std::unique_ptr<Database> database, const Clock& clock, Random& random);
  [[nodiscard]] std::uint64_t ReadOrDrawHashKey(Random& random);

  std::unique_ptr<Database> database_;
  const Clock& clock_;
  Bindings bindings_;
  Runs runs_;
  Calls calls_;
  Deliveries deliveries_;
  Holds holds_;
  Members members_;
  JournalDelivery delivery_;
  Checkpoints checkpoints_;
  Folding folding_;
  SqliteExportRequests export_requests_;
  SqliteNotificationOutbox notifications_;
  SqliteExportLedger export_ledger_;
  std::uint64_t hash_key_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_STORAGE_SQLITE_SYNC_STORE_H_
