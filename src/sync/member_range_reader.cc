#include "sync/member_range_reader.h"

#include <bit>

#include "sync/segment.h"

namespace cohort_sync {
namespace {

constexpr unsigned kHashBits = 64;
// A partition of fewer rows is gone through as it is.
constexpr std::size_t kLargePartition = 2 * kSegmentTargetMembers;
// Smaller than the ranges that are asked for, so that little is visited in vain.
constexpr std::size_t kRowsOfGroup = kSegmentTargetMembers / 4;

}  // namespace

std::size_t MemberRangeReader::UpperBound(HashRange range) {
  if (!Group(range)) return rows_.UpperBound(range);
  return starts_[GroupOf(range.last) + 1] - starts_[GroupOf(range.first)];
}

bool MemberRangeReader::Group(HashRange range) {
  const std::size_t partition = MemberRows::PartitionOf(range.first);
  if (partition != MemberRows::PartitionOf(range.last)) return false;
  if (partition == partition_) return true;
  const std::size_t rows = rows_.UpperBound(range);
  if (rows < kLargePartition) return false;
  GroupPartition(partition, rows);
  return true;
}

void MemberRangeReader::GroupPartition(std::size_t partition, std::size_t rows) {
  const unsigned bits = static_cast<unsigned>(std::bit_width(rows / kRowsOfGroup));
  shift_ = kHashBits - MemberRows::kPartitionBits - bits;
  mask_ = (std::size_t{1} << bits) - 1;
  constexpr unsigned kBelow = kHashBits - MemberRows::kPartitionBits;
  const std::uint64_t first = std::uint64_t{partition} << kBelow;
  scratch_.clear();
  scratch_.reserve(rows);
  starts_.assign(mask_ + 2, 0);
  rows_.VisitRange({first, first | (UINT64_MAX >> MemberRows::kPartitionBits)},
                   [this](const MemberRef& row) {
                     scratch_.push_back(row);
                     ++starts_[GroupOf(row.hash) + 1];
                   });
  for (std::size_t group = 1; group < starts_.size(); ++group)
    starts_[group] += starts_[group - 1];
  std::vector<std::size_t> next(starts_.begin(), starts_.end() - 1);
  grouped_.resize(scratch_.size());
  for (const MemberRef& row : scratch_)
    grouped_[next[GroupOf(row.hash)]++] = row;
  partition_ = partition;
}

}  // namespace cohort_sync
