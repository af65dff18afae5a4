// The rows of the members of pushed cohorts (sync/member_rules.h).
#ifndef COHORT_SYNC_STORAGE_MEMBERS_H_
#define COHORT_SYNC_STORAGE_MEMBERS_H_

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "storage/database.h"
#include "sync/member_store.h"
#include "sync/snapshot_members.h"

namespace cohort_sync {

// Part of a store: writes inside its caller's transaction. Throws DatabaseError.
class Members {
 public:
  explicit Members(Database& database) : database_(database) {}

  // ---- As in MemberStore ----
  [[nodiscard]] std::vector<std::optional<MemberRow>> Find(BindingId binding,
                                                           std::span<const MemberKey> keys);
  [[nodiscard]] std::vector<KnownMember> HoldersOf(BindingId binding,
                                                   std::span<const std::string> contacts);
  [[nodiscard]] std::vector<KnownMember> ChangedSince(BindingId binding, TimePoint since);

  // Over what there is.
  void Write(BindingId binding, std::span<const KnownMember> members);
  // Makes the present members those of `snapshot`; rows that changed since `as_of` (IsNewer) stay.
  // Writes only what differs. REQUIRES: `snapshot` is sorted.
  void Rewrite(BindingId binding, const SnapshotMembers& snapshot, TimePoint as_of);

 private:
  Database& database_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_STORAGE_MEMBERS_H_
