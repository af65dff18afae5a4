// The state, for threads that do not own it: every call is done by the one that does.
#ifndef COHORT_SYNC_SERVICE_SHARED_STORE_H_
#define COHORT_SYNC_SERVICE_SHARED_STORE_H_

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "service/task_queue.h"
#include "sync/export_budget.h"
#include "sync/export_requests.h"
#include "sync/sync_store.h"

namespace cohort_sync {

// Any thread; the caller waits. Throws what the store throws, and std::future_error after the queue
// was closed.
class SharedStore final : public SyncStore {
 public:
  // `store` belongs to the thread of `tasks`. Both outlive this.
  SharedStore(SyncStore& store, TaskQueue& tasks) : store_(store), tasks_(tasks) {}

  [[nodiscard]] std::uint64_t hash_key() const override;
  // `visit` runs on the owner's thread.
  void VisitDesired(BindingId binding,
                    const std::function<void(const DesiredRange&)>& visit) override;
  [[nodiscard]] std::optional<Binding> FindBinding(const BindingKey& key) override;
  [[nodiscard]] std::optional<Binding> FindBindingByList(const std::string& endpoint,
                                                         const ListName& list) override;
  [[nodiscard]] OpenCounts CountOpen(BindingId binding) override;
  [[nodiscard]] std::int64_t CountDesired(BindingId binding) override;
  [[nodiscard]] std::int64_t UnapprovedRemovalsSince(BindingId binding, TimePoint since) override;
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
  [[nodiscard]] std::vector<Claimed> SettleAndClaim(std::span<const Settlement> settlements,
                                                    std::span<const ClaimRequest> requests,
                                                    TimePoint now) override;
  void SaveDeliveries(std::span<const DeliverySnapshot> deliveries) override;
  void FoldIfGrown(BindingId binding) override;

 private:
  SyncStore& store_;
  TaskQueue& tasks_;
};

// The same for the record of exports.
class SharedExportRequests final : public ExportRequests {
 public:
  SharedExportRequests(ExportRequests& requests, TaskQueue& tasks)
      : requests_(requests), tasks_(tasks) {}

  [[nodiscard]] std::optional<ExportRequest> Find(const ProjectName& project,
                                                  const CohortId& cohort) override;
  void Save(const ProjectName& project,
            const CohortId& cohort,
            const ExportRequest& request) override;
  void Forget(const ProjectName& project, const CohortId& cohort) override;

 private:
  ExportRequests& requests_;
  TaskQueue& tasks_;
};

// The same for what was spent in exports.
class SharedExportLedger final : public ExportLedger {
 public:
  SharedExportLedger(ExportLedger& ledger, TaskQueue& tasks) : ledger_(ledger), tasks_(tasks) {}

  [[nodiscard]] ExportCosts Find(const ProjectName& project, TimePoint since) override;
  [[nodiscard]] std::int64_t Record(const ProjectName& project,
                                    const CohortId& cohort,
                                    TimePoint at) override;
  void Withdraw(std::int64_t entry) override;
  void Finish(const ProjectName& project, const CohortId& cohort) override;
  void Refuse(const ProjectName& project, const ExportRefusal& refusal) override;

 private:
  ExportLedger& ledger_;
  TaskQueue& tasks_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SERVICE_SHARED_STORE_H_
