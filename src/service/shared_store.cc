#include "service/shared_store.h"

namespace cohort_sync {

std::uint64_t SharedStore::hash_key() const {
  return tasks_.Call([&] { return store_.hash_key(); });
}

void SharedStore::VisitDesired(BindingId binding,
                               const std::function<void(const DesiredRange&)>& visit) {
  tasks_.Call([&] { store_.VisitDesired(binding, visit); });
}

std::optional<Binding> SharedStore::FindBinding(const BindingKey& key) {
  return tasks_.Call([&] { return store_.FindBinding(key); });
}

std::optional<Binding> SharedStore::FindBindingByList(const std::string& endpoint,
                                                      const ListName& list) {
  return tasks_.Call([&] { return store_.FindBindingByList(endpoint, list); });
}

OpenCounts SharedStore::CountOpen(BindingId binding) {
  return tasks_.Call([&] { return store_.CountOpen(binding); });
}

std::int64_t SharedStore::CountDesired(BindingId binding) {
  return tasks_.Call([&] { return store_.CountDesired(binding); });
}

std::int64_t SharedStore::UnapprovedRemovalsSince(BindingId binding, TimePoint since) {
  return tasks_.Call([&] { return store_.UnapprovedRemovalsSince(binding, since); });
}

CommittedPlan SharedStore::CommitPlan(const PlanCommit& plan) {
  return tasks_.Call([&] { return store_.CommitPlan(plan); });
}

std::vector<std::optional<MemberRow>> SharedStore::FindMembers(BindingId binding,
                                                               std::span<const MemberKey> keys) {
  return tasks_.Call([&] { return store_.FindMembers(binding, keys); });
}

std::vector<KnownMember> SharedStore::HoldersOf(BindingId binding,
                                                std::span<const std::string> contacts) {
  return tasks_.Call([&] { return store_.HoldersOf(binding, contacts); });
}

std::vector<KnownMember> SharedStore::MembersChangedSince(BindingId binding, TimePoint since) {
  return tasks_.Call([&] { return store_.MembersChangedSince(binding, since); });
}

HeldContacts SharedStore::FindHeldContacts(BindingId binding) {
  return tasks_.Call([&] { return store_.FindHeldContacts(binding); });
}

std::optional<HoldRecord> SharedStore::FindHold(RunId run) {
  return tasks_.Call([&] { return store_.FindHold(run); });
}

void SharedStore::DiscardHold(RunId run) {
  tasks_.Call([&] { store_.DiscardHold(run); });
}

RunId SharedStore::RecordFailedRun(const BindingKey& key, const RunReport& report) {
  return tasks_.Call([&] { return store_.RecordFailedRun(key, report); });
}

RunId SharedStore::BeginDeliveryRun(BindingId binding, RunTrigger trigger, TimePoint started_at) {
  return tasks_.Call([&] { return store_.BeginDeliveryRun(binding, trigger, started_at); });
}

void SharedStore::FinishRun(const RunReport& report) {
  tasks_.Call([&] { store_.FinishRun(report); });
}

void SharedStore::SetStopped(BindingId binding, const std::string& reason) {
  tasks_.Call([&] { store_.SetStopped(binding, reason); });
}

void SharedStore::SetPaused(BindingId binding, std::optional<TimePoint> since) {
  tasks_.Call([&] { store_.SetPaused(binding, since); });
}

void SharedStore::ForgetListId(BindingId binding) {
  tasks_.Call([&] { store_.ForgetListId(binding); });
}

void SharedStore::Forget(BindingId binding) {
  tasks_.Call([&] { store_.Forget(binding); });
}

void SharedStore::Recover(TimePoint now) {
  tasks_.Call([&] { store_.Recover(now); });
}

std::int64_t SharedStore::ReopenForRun(BindingId binding, TimePoint unknown_contacts_before) {
  return tasks_.Call([&] { return store_.ReopenForRun(binding, unknown_contacts_before); });
}

std::int64_t SharedStore::ReopenParked(BindingId binding) {
  return tasks_.Call([&] { return store_.ReopenParked(binding); });
}

std::vector<Claimed> SharedStore::SettleAndClaim(std::span<const Settlement> settlements,
                                                 std::span<const ClaimRequest> requests,
                                                 TimePoint now) {
  return tasks_.Call([&] { return store_.SettleAndClaim(settlements, requests, now); });
}

void SharedStore::SaveDeliveries(std::span<const DeliverySnapshot> deliveries) {
  tasks_.Call([&] { store_.SaveDeliveries(deliveries); });
}

void SharedStore::FoldIfGrown(BindingId binding) {
  tasks_.Call([&] { store_.FoldIfGrown(binding); });
}

std::optional<ExportRequest> SharedExportRequests::Find(const ProjectName& project,
                                                        const CohortId& cohort) {
  return tasks_.Call([&] { return requests_.Find(project, cohort); });
}

void SharedExportRequests::Save(const ProjectName& project,
                                const CohortId& cohort,
                                const ExportRequest& request) {
  tasks_.Call([&] { requests_.Save(project, cohort, request); });
}

void SharedExportRequests::Forget(const ProjectName& project, const CohortId& cohort) {
  tasks_.Call([&] { requests_.Forget(project, cohort); });
}

ExportCosts SharedExportLedger::Find(const ProjectName& project, TimePoint since) {
  return tasks_.Call([&] { return ledger_.Find(project, since); });
}

std::int64_t SharedExportLedger::Record(const ProjectName& project,
                                        const CohortId& cohort,
                                        TimePoint at) {
  return tasks_.Call([&] { return ledger_.Record(project, cohort, at); });
}

void SharedExportLedger::Withdraw(std::int64_t entry) {
  tasks_.Call([&] { ledger_.Withdraw(entry); });
}

void SharedExportLedger::Finish(const ProjectName& project, const CohortId& cohort) {
  tasks_.Call([&] { ledger_.Finish(project, cohort); });
}

void SharedExportLedger::Refuse(const ProjectName& project, const ExportRefusal& refusal) {
  tasks_.Call([&] { ledger_.Refuse(project, refusal); });
}

}  // namespace cohort_sync
