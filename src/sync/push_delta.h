// From pushed batches to the change of a list's desired members.
#ifndef COHORT_SYNC_SYNC_PUSH_DELTA_H_
#define COHORT_SYNC_SYNC_PUSH_DELTA_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "sync/binding.h"
#include "sync/change_batch.h"
#include "sync/identifier.h"
#include "sync/member_rules.h"
#include "sync/members.h"
#include "sync/snapshot.h"
#include "sync/sync_store.h"

namespace cohort_sync {

// A batch with its members read.
struct DecodedBatch {
  ChangeBatchHead head;
  TimePoint received_at;
  std::vector<MemberChange> changes;

  // When the change is as of.
  [[nodiscard]] TimePoint at() const { return head.computed_at.value_or(received_at); }
};

// Law: the desired members without `removed` and with `added` are those of before, without every
// contact that left with its last member and with every contact of a member that entered. Added and
// removed are disjoint, unique, sorted by hash, and hold nothing of `held`. Movable only: the views
// point into `contacts`.
struct PushDelta {
  PushDelta() = default;
  PushDelta(PushDelta&&) = default;
  PushDelta& operator=(PushDelta&&) = default;
  PushDelta(const PushDelta&) = delete;
  PushDelta& operator=(const PushDelta&) = delete;

  std::vector<MemberRef> added;
  std::vector<MemberRef> removed;
  // What was held before and still is to be decided: a contact that came back left it.
  std::vector<MemberRef> held_removals;
  std::vector<MemberRef> held_adds;
  bool hold_changed = false;  // By what the batches say.

  std::vector<KnownMember> members;  // Rows that changed.
  std::int64_t entries = 0;          // Members of all batches.
  std::int64_t stale = 0;            // Of them, older than what is known.
  std::int64_t conflicts = 0;        // Of them, EntryEffect::kConflict.
  std::int64_t unchanged = 0;        // Contacts that were named and stay as they are.
  RejectCounts rejected{};           // Entries without a usable contact.
  std::vector<RejectedRow> rejected_rows;

  std::deque<std::string> contacts;
};

// `binding` is nullopt before the first run. Batches in the order of arrival. Throws DatabaseError.
[[nodiscard]] PushDelta ComputePushDelta(SyncStore& store,
                                         const std::optional<Binding>& binding,
                                         IdentifierKind identifier,
                                         const std::vector<DecodedBatch>& batches);

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_PUSH_DELTA_H_
