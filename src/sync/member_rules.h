// What a pushed change makes of the row of its member, as pure functions.
//
// A pushed cohort is known by rows of its members, each with the contact that it gave when it
// entered, never by counters: a member that leaves without properties takes the right contact with
// it, and a contact of two members leaves with the last (contracts/amplitude.md 3.1, 6.3).
#ifndef COHORT_SYNC_SYNC_MEMBER_RULES_H_
#define COHORT_SYNC_SYNC_MEMBER_RULES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "sync/change_batch.h"

namespace cohort_sync {

// What a row is known by. The text forms are what the state stores.
enum class MemberNaming {
  kUser,     // "user": Amplitude's user id.
  kContact,  // "contact": the contact itself, where the sender names no user ids.
};
[[nodiscard]] std::string_view ToString(MemberNaming naming);
[[nodiscard]] std::optional<MemberNaming> ParseMemberNaming(std::string_view text);

struct MemberKey {
  MemberNaming naming = MemberNaming::kUser;
  std::string name;
  friend bool operator==(const MemberKey&, const MemberKey&) = default;
  friend auto operator<=>(const MemberKey&, const MemberKey&) = default;
};

struct MemberRow {
  bool present = false;
  std::string contact;   // Normalized; that of an absent member is the last it had. Empty: none.
  TimePoint changed_at;  // When Amplitude computed the change, by its own clock.
  friend bool operator==(const MemberRow&, const MemberRow&) = default;
};

struct KnownMember {
  MemberKey key;
  MemberRow row;
};

// One member's part in a batch.
struct MemberEntry {
  ChangeDirection direction = ChangeDirection::kEnter;
  TimePoint at;
  std::string contact;  // Normalized; empty when the sender gave none, or none that can be used.
};

enum class EntryEffect {
  kApplied,
  kStale,  // Older than what is known of the member; nothing changes.
  // As old as what is known, and the opposite of it: the later arrival wins, and only a snapshot
  // can tell whether that is right (design/faults.md G3).
  kConflict,
};

struct AppliedEntry {
  MemberRow row;
  EntryEffect effect = EntryEffect::kApplied;
};

// An entering member without a contact keeps the one that it is present with.
[[nodiscard]] AppliedEntry Apply(const std::optional<MemberRow>& known, const MemberEntry& entry);

// Amplitude's times are whole seconds: a change of the second in which a snapshot was asked for may
// be missing in it, so it counts as newer.
[[nodiscard]] bool IsNewer(const MemberRow& row, TimePoint snapshot_as_of);

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_MEMBER_RULES_H_
