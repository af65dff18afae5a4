// The part of Preparation for pushed cohorts.
#include <algorithm>
#include <iterator>
#include <set>
#include <string_view>
#include <utility>

#include "base/format.h"
#include "base/text.h"
#include "sync/preparation.h"

namespace cohort_sync {
namespace {

// Both sorted by hash, and so is what comes out.
std::vector<MemberRef> Together(const std::vector<MemberRef>& a, const std::vector<MemberRef>& b) {
  std::vector<MemberRef> all;
  all.reserve(a.size() + b.size());
  std::merge(a.begin(),
             a.end(),
             b.begin(),
             b.end(),
             std::back_inserter(all),
             [](const MemberRef& left, const MemberRef& right) { return left.hash < right.hash; });
  return all;
}

// Of what a pushed change said, as long as a snapshot may not know of it.
class NewerChanges {
 public:
  NewerChanges(const std::vector<KnownMember>& changed, MemberNaming naming) {
    for (const KnownMember& member : changed) {
      if (member.key.naming == MemberNaming::kUser) users_.insert(member.key.name);
      // Whoever is known by contact, and whoever the snapshot cannot name, is told by it.
      if (member.key.naming == MemberNaming::kContact || naming == MemberNaming::kContact)
        contacts_.insert(member.row.contact);
      if (member.row.present && !member.row.contact.empty()) present_.insert(member.row.contact);
    }
  }

  [[nodiscard]] bool Overrule(const SnapshotMembers::Entry& entry) const {
    const bool names_user = entry.naming == MemberNaming::kUser;
    return (names_user && users_.contains(entry.name)) || contacts_.contains(entry.contact);
  }
  [[nodiscard]] const std::set<std::string_view>& present() const { return present_; }

 private:
  std::set<std::string_view> users_;
  std::set<std::string_view> contacts_;
  std::set<std::string_view> present_;
};

}  // namespace

bool Preparation::TakeBatches(PreparedRun& run) {
  const PushInput& push = *target_.push;
  const auto position = run.binding ? run.binding->inbox : std::nullopt;
  std::vector<DecodedBatch> batches;
  std::int64_t of_lists = 0;
  for (StoredBatch& stored : push.inbox->Read(target_.key.cohort, position, kMostMembersOfAPush)) {
    ReceivedBatch& received = stored.batch;
    run.inbox = push.inbox->PositionOf(stored);
    auto changes = push.format->ReadChanges(received.head.kind, received.body, target_.identifier);
    if (!changes) {
      const std::string reason = Format(
          "batch '{}' could not be read: {}", received.head.message_id, changes.error().message);
      if (!options_.plan_only) push.inbox->NoteGap(target_.key.cohort, clock_.Now(), reason);
      run.notes.push_back(reason);
      continue;
    }
    if (!received.head.cohort_name.empty()) run.snapshot.cohort_name = received.head.cohort_name;
    if (received.head.kind == PushKind::kList) ++of_lists;
    batches.push_back({std::move(received.head), received.received_at, std::move(*changes)});
  }
  run.counts.batches = std::ssize(batches);
  run.push = ComputePushDelta(store_, run.binding, target_.identifier.kind(), batches);
  run.snapshot.origin = Format("{} pushed", Count(run.counts.batches, "batch", "batches"));
  if (options_.plan_only) NoteWhatIsNotPlanned(run, of_lists);
  return run.inbox.has_value();
}

void Preparation::NoteWhatIsNotPlanned(PreparedRun& run, std::int64_t of_lists) {
  if (of_lists > 0)
    run.notes.push_back(Format("{} by calls to lists, which name no user ids: members not counted",
                               Count(of_lists, "batch came", "batches came")));
  const InboxDepth behind = target_.push->inbox->Depth(
      target_.key.cohort,
      run.inbox ? run.inbox : (run.binding ? run.binding->inbox : std::nullopt));
  if (behind.batches > 0)
    run.notes.push_back(Format("{} with {} behind these; the run after this one takes them",
                               Count(behind.batches, "batch waits", "batches wait"),
                               Count(behind.members, "member", "members")));
}

void Preparation::CountAndJudgePush(PreparedRun& run) {
  PushDelta& delta = *run.push;
  RunCounts& counts = run.counts;
  counts.rows = delta.entries;
  counts.rejected = delta.rejected;
  counts.unchanged = delta.unchanged;
  if (run.binding) counts.desired_before = store_.CountDesired(run.binding->id);
  run.snapshot.rejected_rows = std::move(delta.rejected_rows);
  if (delta.stale > 0)
    run.notes.push_back(Format("passed over {} older than what is known of the member",
                               Count(delta.stale, "change", "changes")));
  if (delta.conflicts > 0)
    run.notes.push_back(
        Format("{} said the opposite of another of the same second; the later "
               "arrival counts until a reconcile",
               Count(delta.conflicts, "change", "changes")));

  GuardInput input = GuardInputOf(run);
  input.pushed = true;
  input.removals = std::ssize(delta.removed);
  input.adds = std::ssize(delta.added);
  run.verdict = Judge(input, target_.limits, options_.approval, target_.key.cohort.value());
  const bool all_removals = run.verdict.hold_removals || options_.approval.removals.has_value();
  const bool all_adds = run.verdict.hold_adds || options_.approval.adds.has_value();
  const std::vector<MemberRef> removals =
      all_removals ? Together(delta.removed, delta.held_removals) : delta.removed;
  const std::vector<MemberRef> adds =
      all_adds ? Together(delta.added, delta.held_adds) : delta.added;
  if (all_removals || all_adds) {  // A person decides about all that is held.
    input.removals = std::ssize(removals);
    input.adds = std::ssize(adds);
    run.verdict = Judge(input, target_.limits, options_.approval, target_.key.cohort.value());
  }
  ListChange& change = run.change;
  if (!all_removals) change.hold_remove = delta.held_removals;
  if (!all_adds) change.hold_add = delta.held_adds;
  (run.verdict.hold_removals ? change.hold_remove : change.remove) = removals;
  (run.verdict.hold_adds ? change.hold_add : change.add) = adds;
  change.keep_hold = !all_removals && !all_adds && !delta.hold_changed;
  CountChange(run);
  counts.members = counts.desired_before + counts.added - counts.removed;
}

void Preparation::TakeNewerChanges(PreparedRun& run) {
  if (!target_.push) return;
  SnapshotMembers& who = run.snapshot.who;
  who.Sort();
  if (!run.binding) return;
  const std::vector<KnownMember> changed = store_.MembersChangedSince(
      run.binding->id, std::chrono::floor<std::chrono::seconds>(run.snapshot.as_of));
  if (changed.empty()) return;
  const NewerChanges newer(changed, who.naming);
  MemberRowsBuilder members(store_.hash_key());
  for (std::size_t i = 0; i < who.size(); ++i) {
    const SnapshotMembers::Entry entry = who.At(i);
    if (!entry.contact.empty() && !newer.Overrule(entry)) members.Add(entry.contact);
  }
  for (const std::string_view contact : newer.present())
    members.Add(contact);
  run.snapshot.members = members.Finish();
  run.notes.push_back(
      Format("{} changed by a push after the snapshot was asked for; they stay as they are",
             Count(std::ssize(changed), "member", "members")));
}

}  // namespace cohort_sync
