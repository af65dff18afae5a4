// SyncRunner: the run that a person's approval of a hold begins.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/format.h"
#include "base/hash.h"
#include "base/text.h"
#include "sync/hold.h"
#include "sync/sync_runner.h"

namespace cohort_sync {
namespace {

// Sorted by hash; the views are of `contacts`.
std::vector<MemberRef> RefsOf(const std::vector<std::string>& contacts, std::uint64_t hash_key) {
  std::vector<MemberRef> refs;
  refs.reserve(contacts.size());
  for (const std::string& contact : contacts)
    refs.push_back({KeyedHash(hash_key, contact), contact});
  std::sort(refs.begin(), refs.end(), [](const MemberRef& left, const MemberRef& right) {
    return left.hash < right.hash;
  });
  return refs;
}

// What is still to be done of it: who was to leave is there, or who was to come is not.
std::vector<MemberRef> StillRight(SyncStore& store,
                                  BindingId binding,
                                  std::vector<MemberRef> held,
                                  bool are_members) {
  if (held.empty()) return held;
  const auto desired = FindDesired(store, binding, held);
  std::erase_if(held,
                [&](const MemberRef& ref) { return desired.contains(ref.value) != are_members; });
  return held;
}

}  // namespace

Status CheckHoldIsOpen(SyncStore& store, RunId run) {
  const std::optional<HoldRecord> hold = store.FindHold(run);
  if (!hold)
    return Fail(
        ErrorCode::kNotFound,
        Format("run {} holds nothing; 'cohort-sync status' names the runs that do", run.value()));
  switch (hold->state) {
    case HoldRecord::State::kOpen:
      return {};
    case HoldRecord::State::kApproved:
      return Fail(ErrorCode::kRejected,
                  Format("what run {} held was approved already", run.value()));
    case HoldRecord::State::kDiscarded:
      return Fail(ErrorCode::kRejected,
                  Format("what run {} held was discarded; the next snapshot is judged afresh",
                         run.value()));
    case HoldRecord::State::kReplaced:
      break;
  }
  const HeldContacts newer = store.FindHeldContacts(hold->binding);
  if (newer.run == RunId())
    return Fail(ErrorCode::kRejected,
                Format("run {} holds nothing any more: a newer run decided", run.value()));
  return Fail(
      ErrorCode::kRejected,
      Format("what run {0} held was replaced by run {1}, which holds {2} and {3}; 'cohort-sync "
             "approve {1}' lets them through, 'cohort-sync discard {1}' drops them",
             run.value(),
             newer.run.value(),
             Count(std::ssize(newer.removals), "removal", "removals"),
             Count(std::ssize(newer.adds), "add", "adds")));
}

Result<StartedRun> SyncRunner::StartApproval(const SyncTarget& target, RunId hold) {
  const RunOptions options;
  const Result<PreparedRun> opened = Preparation(store_, clock_, target, options).Open();
  if (!opened) return Fail(opened.error());
  if (Status open = CheckHoldIsOpen(store_, hold); !open) return Fail(open.error());
  const Binding& binding = opened->binding.value();
  const HeldContacts held = store_.FindHeldContacts(binding.id);
  const std::uint64_t key = store_.hash_key();
  const std::vector<MemberRef> removals =
      StillRight(store_, binding.id, RefsOf(held.removals, key), true);
  const std::vector<MemberRef> adds = StillRight(store_, binding.id, RefsOf(held.adds, key), false);

  PlanCommit plan;
  plan.trigger = RunTrigger::kApproval;
  plan.started_at = opened->started_at;
  plan.key = binding.key;
  plan.pins = binding.pins;
  plan.cohort_name = binding.cohort_name;
  plan.origin = Format("approval of run {}", hold.value());
  plan.removals_approved = true;
  plan.approves = hold;
  plan.remove = removals;
  plan.add = adds;
  RunCounts& counts = plan.counts;
  counts.desired_before = store_.CountDesired(binding.id);
  counts.added = std::ssize(adds);
  counts.removed = std::ssize(removals);
  counts.members = counts.desired_before + counts.added - counts.removed;
  const std::int64_t passed_over =
      std::ssize(held.removals) + std::ssize(held.adds) - counts.removed - counts.added;
  if (passed_over > 0)
    plan.notes.push_back(Format("{} of run {} needed no more",
                                Count(passed_over, "held change was", "held changes were"),
                                hold.value()));
  const CommittedPlan committed = store_.CommitPlan(plan);

  RunReport report;
  report.id = committed.run;
  report.binding = committed.binding;
  report.cohort = binding.key.cohort.value();
  report.cohort_name = plan.cohort_name;
  report.list = plan.pins.list_name.value();
  report.trigger = plan.trigger;
  report.approves = hold;
  report.started_at = plan.started_at;
  report.origin = plan.origin;
  report.removals_approved = true;
  report.counts = counts;
  report.notes = plan.notes;
  return StartedRun{std::move(report), true, false};
}

}  // namespace cohort_sync
