#include "sync/push_delta.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/hash.h"
#include "base/text.h"

namespace cohort_sync {
namespace {

constexpr std::size_t kListedBytes = 256;

// The rows of the members that the batches name, changed batch by batch.
class ChangedMembers {
 public:
  ChangedMembers(SyncStore& store, const std::optional<Binding>& binding, PushDelta& delta)
      : store_(store), binding_(binding), delta_(delta) {
    // What a snapshot said is newer than any change before it (contracts/amplitude.md 6.3).
    if (binding && binding->accepted_as_of)
      snapshot_at_ = std::chrono::floor<std::chrono::seconds>(*binding->accepted_as_of);
  }

  void Load(const std::vector<DecodedBatch>& batches, const std::vector<MemberEntry>& entries) {
    if (!binding_) return;
    std::set<MemberKey> keys;
    std::set<std::string> leaving;
    std::size_t next = 0;
    for (const DecodedBatch& batch : batches) {
      for (const MemberChange& change : batch.changes) {
        const MemberEntry& entry = entries[next++];
        if (const auto key = KeyOf(change, entry)) keys.insert(*key);
        if (LeavesAsContact(batch) && !entry.contact.empty()) leaving.insert(entry.contact);
      }
    }
    const std::vector<MemberKey> named(keys.begin(), keys.end());
    const auto found = store_.FindMembers(binding_->id, named);
    for (std::size_t i = 0; i < named.size(); ++i) {
      if (found[i]) Remember(named[i], *found[i]);
    }
    for (const KnownMember& holder : store_.HoldersOf(binding_->id, ToVector(leaving)))
      Remember(holder.key, holder.row);
  }

  void Take(const DecodedBatch& batch, const MemberChange& change, const MemberEntry& entry) {
    const auto key = KeyOf(change, entry);
    if (!key) return;
    const bool applied = Change(*key, entry);
    if (!applied || !LeavesAsContact(batch)) return;
    // The contact itself has left, whoever had it.
    const auto [first, last] = by_contact_.equal_range(entry.contact);
    for (auto holder = first; holder != last; ++holder) {
      const MemberRow& row = rows_.at(holder->second).row;
      if (row.present && row.contact == entry.contact) (void)Change(holder->second, entry);
    }
  }

  // Contacts whose members changed, each with how many present members it has now.
  [[nodiscard]] std::map<std::string, std::int64_t> Holders() {
    std::map<std::string, std::int64_t> holders;
    for (const std::string& contact : touched_)
      holders.emplace(contact, 0);
    const std::vector<std::string> contacts = ToVector(touched_);
    if (binding_) {
      for (const KnownMember& holder : store_.HoldersOf(binding_->id, contacts)) {
        if (!rows_.contains(holder.key)) ++holders[holder.row.contact];
      }
    }
    for (const auto& [key, state] : rows_) {
      if (state.row.present && touched_.contains(state.row.contact)) ++holders[state.row.contact];
    }
    return holders;
  }

  [[nodiscard]] std::vector<KnownMember> Changed() const {
    std::vector<KnownMember> changed;
    for (const auto& [key, state] : rows_) {
      if (state.changed) changed.push_back({key, state.row});
    }
    return changed;
  }

 private:
  struct State {
    MemberRow row;
    bool changed = false;
  };

  static std::vector<std::string> ToVector(const std::set<std::string>& texts) {
    return {texts.begin(), texts.end()};
  }
  static bool LeavesAsContact(const DecodedBatch& batch) {
    return batch.head.kind == PushKind::kList && batch.head.direction == ChangeDirection::kLeave;
  }
  // nullopt: whoever has neither a user id nor a contact is nobody.
  static std::optional<MemberKey> KeyOf(const MemberChange& change, const MemberEntry& entry) {
    if (!change.member.empty()) return MemberKey{MemberNaming::kUser, change.member};
    if (entry.contact.empty()) return std::nullopt;
    return MemberKey{MemberNaming::kContact, entry.contact};
  }

  void Remember(const MemberKey& key, MemberRow row) {
    if (snapshot_at_) row.changed_at = std::max(row.changed_at, *snapshot_at_);
    if (!rows_.emplace(key, State{row, false}).second) return;
    if (!row.contact.empty()) by_contact_.emplace(row.contact, key);
  }

  bool Change(const MemberKey& key, const MemberEntry& entry) {
    std::optional<MemberRow> known;
    if (const auto found = rows_.find(key); found != rows_.end()) {
      known = found->second.row;
    } else if (snapshot_at_) {
      known = MemberRow{false, {}, *snapshot_at_};
    }
    AppliedEntry applied = Apply(known, entry);
    if (applied.effect == EntryEffect::kStale) {
      ++delta_.stale;
      return false;
    }
    if (applied.effect == EntryEffect::kConflict) ++delta_.conflicts;
    if (known && known->present && !known->contact.empty()) touched_.insert(known->contact);
    const std::string& contact = applied.row.contact;
    if (!contact.empty()) {
      touched_.insert(contact);
      if (!known || known->contact != contact) by_contact_.emplace(contact, key);
    }
    rows_[key] = {std::move(applied.row), true};
    return true;
  }

  SyncStore& store_;
  const std::optional<Binding>& binding_;
  PushDelta& delta_;
  std::optional<TimePoint> snapshot_at_;
  std::map<MemberKey, State> rows_;
  std::multimap<std::string, MemberKey> by_contact_;  // Also of rows that had it before.
  std::set<std::string> touched_;
};

void Reject(PushDelta& delta, RejectReason reason, const MemberChange& change) {
  std::int64_t& count = delta.rejected.at(static_cast<std::size_t>(reason));
  if (count < static_cast<std::int64_t>(kMaxListedRejectedRows))
    delta.rejected_rows.push_back(
        {delta.entries,
         reason,
         change.value ? std::string(CutText(*change.value, kListedBytes)) : std::string(),
         std::string(CutText(change.member, kListedBytes))});
  ++count;
}

// Each change with its contact normalized; who enters without one is listed.
std::vector<MemberEntry> EntriesOf(IdentifierKind identifier,
                                   const std::vector<DecodedBatch>& batches,
                                   PushDelta& delta) {
  std::vector<MemberEntry> entries;
  std::string scratch;
  std::size_t count = 0;
  for (const DecodedBatch& batch : batches)
    count += batch.changes.size();
  entries.reserve(count);
  for (const DecodedBatch& batch : batches) {
    for (const MemberChange& change : batch.changes) {
      ++delta.entries;
      const std::string_view raw = change.value ? std::string_view(*change.value) : "";
      const NormalizedIdentifier contact = NormalizeIdentifier(identifier, raw, scratch);
      const bool enters = batch.head.direction == ChangeDirection::kEnter;
      if (!contact.accepted && enters) Reject(delta, contact.reason, change);
      entries.push_back({batch.head.direction,
                         batch.at(),
                         contact.accepted ? std::string(contact.value) : std::string()});
    }
  }
  return entries;
}

class Judgement {
 public:
  Judgement(SyncStore& store, const std::optional<Binding>& binding, PushDelta& delta)
      : store_(store), binding_(binding), delta_(delta) {}

  void Decide(const std::map<std::string, std::int64_t>& holders) {
    std::vector<MemberRef> touched;
    touched.reserve(holders.size());
    for (const auto& [contact, count] : holders)
      touched.push_back(RefOf(contact));
    SortByHash(touched);
    HeldContacts held;
    std::set<std::string_view> desired;
    if (binding_) {
      held = store_.FindHeldContacts(binding_->id);
      desired = FindDesired(store_, binding_->id, touched);
    }
    const std::set<std::string> held_removals(held.removals.begin(), held.removals.end());
    const std::set<std::string> held_adds(held.adds.begin(), held.adds.end());
    for (const MemberRef& contact : touched) {
      const std::string value(contact.value);
      const bool present = holders.at(value) > 0;
      if (desired.contains(contact.value) == present) {
        ++delta_.unchanged;
      } else if (present && !held_adds.contains(value)) {
        delta_.added.push_back(contact);
      } else if (!present && !held_removals.contains(value)) {
        delta_.removed.push_back(contact);
      }
    }
    delta_.held_removals = Keep(held.removals, holders, false);
    delta_.held_adds = Keep(held.adds, holders, true);
  }

 private:
  MemberRef RefOf(const std::string& contact) {
    delta_.contacts.push_back(contact);
    const std::string& kept = delta_.contacts.back();
    return {KeyedHash(store_.hash_key(), kept), kept};
  }

  static void SortByHash(std::vector<MemberRef>& refs) {
    std::sort(refs.begin(), refs.end(), [](const MemberRef& a, const MemberRef& b) {
      return std::pair(a.hash, a.value) < std::pair(b.hash, b.value);
    });
  }

  // A held contact stays held unless the batches made the opposite true.
  std::vector<MemberRef> Keep(const std::vector<std::string>& held,
                              const std::map<std::string, std::int64_t>& holders,
                              bool while_present) {
    std::vector<MemberRef> kept;
    for (const std::string& contact : held) {
      const auto found = holders.find(contact);
      if (found == holders.end() || (found->second > 0) == while_present) {
        kept.push_back(RefOf(contact));
      } else {
        delta_.hold_changed = true;
      }
    }
    SortByHash(kept);
    return kept;
  }

  SyncStore& store_;
  const std::optional<Binding>& binding_;
  PushDelta& delta_;
};

}  // namespace

PushDelta ComputePushDelta(SyncStore& store,
                           const std::optional<Binding>& binding,
                           IdentifierKind identifier,
                           const std::vector<DecodedBatch>& batches) {
  PushDelta delta;
  const std::vector<MemberEntry> entries = EntriesOf(identifier, batches, delta);
  ChangedMembers members(store, binding, delta);
  members.Load(batches, entries);
  std::size_t next = 0;
  for (const DecodedBatch& batch : batches) {
    for (const MemberChange& change : batch.changes)
      members.Take(batch, change, entries[next++]);
  }
  delta.members = members.Changed();
  Judgement(store, binding, delta).Decide(members.Holders());
  return delta;
}

}  // namespace cohort_sync
