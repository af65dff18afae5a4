// Reads the members of a snapshot in ranges of the hash that are smaller than its partitions.
#ifndef COHORT_SYNC_SYNC_MEMBER_RANGE_READER_H_
#define COHORT_SYNC_SYNC_MEMBER_RANGE_READER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "sync/members.h"

namespace cohort_sync {

// MemberRows has the same partitions whatever its size; of ten million rows each is eight times as
// large as a stored segment. So that not each of these ranges goes through the whole partition, the
// rows of a large partition are grouped once more when the first of its ranges is read. Cheap when
// ranges come in ascending order. One thread.
class MemberRangeReader {
 public:
  // `rows` outlives the reader.
  explicit MemberRangeReader(const MemberRows& rows) : rows_(rows) {}

  // How many rows Visit may visit for `range` at the most.
  [[nodiscard]] std::size_t UpperBound(HashRange range);
  // As MemberRows::VisitRange: the same rows, but in the order of rows only within each group.
  template <typename Visitor>
  void Visit(HashRange range, Visitor&& visit);

 private:
  // Groups the partition of `range`, if that is worth while; false: it is not.
  [[nodiscard]] bool Group(HashRange range);
  void GroupPartition(std::size_t partition, std::size_t rows);
  [[nodiscard]] std::size_t GroupOf(std::uint64_t hash) const { return (hash >> shift_) & mask_; }

  const MemberRows& rows_;
  std::optional<std::size_t> partition_;  // That is grouped.
  unsigned shift_ = 0;
  std::size_t mask_ = 0;
  std::vector<MemberRef> grouped_;
  std::vector<std::size_t> starts_;  // Of the groups in it, and its end.
  std::vector<MemberRef> scratch_;
};

template <typename Visitor>
void MemberRangeReader::Visit(HashRange range, Visitor&& visit) {
  if (!Group(range)) return rows_.VisitRange(range, visit);
  const std::size_t end = starts_[GroupOf(range.last) + 1];
  for (std::size_t i = starts_[GroupOf(range.first)]; i < end; ++i) {
    if (range.Contains(grouped_[i].hash)) visit(grouped_[i]);
  }
}

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_MEMBER_RANGE_READER_H_
