// Reading checkpoints: stored segments with the journal behind them.
#ifndef COHORT_SYNC_STORAGE_CHECKPOINTS_H_
#define COHORT_SYNC_STORAGE_CHECKPOINTS_H_

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "storage/database.h"
#include "sync/desired_members.h"

namespace cohort_sync {

// 'base' is state: journal rows before it may be gone. 'latest' is a cache of what the journal says
// anyway, and may be dropped at any time.
enum class CheckpointName { kBase, kLatest };
[[nodiscard]] std::string_view ToString(CheckpointName name);  // "base", "latest"

// A partition of a checkpoint without its members.
struct SegmentInfo {
  std::int64_t id = 0;  // 0: nothing is stored, no members.
  HashRange range;
  std::int64_t position = 0;  // It reflects the journal up to here.
  std::int64_t members = 0;
};

// The lowest position of `segments`. REQUIRES: not empty.
[[nodiscard]] std::int64_t PositionOf(const std::vector<SegmentInfo>& segments);

// Empty segments that cover every hash, so many that of `operations` a segment's share stays small:
// one for a new binding, more for a first sync that was never folded.
[[nodiscard]] std::vector<SegmentInfo> NothingStored(std::int64_t operations);

// Part of a store; reads within what its caller holds open. Throws DatabaseError, also for a
// damaged segment: nothing may be computed from half a checkpoint.
class Checkpoints {
 public:
  explicit Checkpoints(Database& database) : database_(database) {}

  // The segments in ascending order; empty unless they cover every hash: a checkpoint that is being
  // built for the first time counts only when it is whole.
  [[nodiscard]] std::vector<SegmentInfo> Load(BindingId binding, CheckpointName name);
  // The best there is: latest, else base, else NothingStored.
  [[nodiscard]] std::vector<SegmentInfo> Best(BindingId binding);
  // Calls visit(view) with the members of `segment`.
  void Read(const SegmentInfo& segment, const std::function<void(const SegmentView&)>& visit);

  // As DesiredMembers::VisitDesired.
  void VisitDesired(BindingId binding, const std::function<void(const DesiredRange&)>& visit);
  // Calls visit(MemberRef) for every desired member as it was after operation `until`. REQUIRES: no
  // row after `until` was pruned.
  void VisitMembersAt(BindingId binding,
                      std::int64_t until,
                      const std::function<void(const MemberRef&)>& visit);
  // Number of desired members. Decodes only segments that the journal has changed since.
  [[nodiscard]] std::int64_t CountDesired(BindingId binding);

 private:
  Database& database_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_STORAGE_CHECKPOINTS_H_
