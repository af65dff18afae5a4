#include "sync/members.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <utility>

#include "base/hash.h"
#include "sync/segment.h"

namespace cohort_sync {

std::size_t MemberRows::UpperBound(HashRange range) const {
  return partition_starts_[PartitionOf(range.last) + 1] -
         partition_starts_[PartitionOf(range.first)];
}

MemberRowsBuilder::MemberRowsBuilder(std::uint64_t hash_key) {
  rows_.hash_key_ = hash_key;
}

void MemberRowsBuilder::Reserve(std::size_t rows, std::size_t bytes) {
  rows_.entries_.reserve(rows);
  rows_.bytes_.reserve(bytes);
}

bool MemberRowsBuilder::Add(std::string_view value) {
  const std::size_t offset = rows_.bytes_.size();
  if (offset + value.size() > std::numeric_limits<std::uint32_t>::max()) return false;
  rows_.bytes_.insert(rows_.bytes_.end(), value.begin(), value.end());
  rows_.entries_.push_back({KeyedHash(rows_.hash_key_, value),
                            static_cast<std::uint32_t>(offset),
                            static_cast<std::uint32_t>(value.size())});
  return true;
}

MemberRows MemberRowsBuilder::Finish() {
  const MemberRows rows = std::exchange(rows_, MemberRows());
  rows_.hash_key_ = rows.hash_key_;
  MemberRows grouped;
  grouped.hash_key_ = rows.hash_key_;
  grouped.partition_bits_ =
      static_cast<unsigned>(std::bit_width(rows.size() / kSegmentTargetMembers));

  // A counting sort by partition: two sequential passes instead of a sort by hash. The identifiers
  // move along, because the diff reads them partition by partition.
  const std::size_t partitions = std::size_t{1} << grouped.partition_bits_;
  std::vector<std::size_t> starts(partitions + 1, 0);
  std::vector<std::size_t> byte_starts(partitions + 1, 0);
  for (const auto& entry : rows.entries_) {
    const std::size_t partition = grouped.PartitionOf(entry.hash);
    ++starts[partition + 1];
    byte_starts[partition + 1] += entry.length;
  }
  for (std::size_t p = 0; p < partitions; ++p) {
    starts[p + 1] += starts[p];
    byte_starts[p + 1] += byte_starts[p];
  }
  grouped.partition_starts_ = starts;
  grouped.entries_.resize(rows.entries_.size());
  grouped.bytes_.resize(rows.bytes_.size());
  for (const auto& entry : rows.entries_) {
    const std::size_t partition = grouped.PartitionOf(entry.hash);
    const std::size_t offset = byte_starts[partition];
    byte_starts[partition] += entry.length;
    std::copy_n(rows.bytes_.data() + entry.offset, entry.length, grouped.bytes_.data() + offset);
    grouped.entries_[starts[partition]++] = {
        entry.hash, static_cast<std::uint32_t>(offset), entry.length};
  }
  return grouped;
}

}  // namespace cohort_sync
