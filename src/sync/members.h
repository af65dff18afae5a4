// The members of one snapshot, as the diff wants them: 16 bytes each beside the identifier, grouped
// by the top bits of a keyed hash (design/performance.md, section 1).
#ifndef COHORT_SYNC_SYNC_MEMBERS_H_
#define COHORT_SYNC_SYNC_MEMBERS_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/large_vector.h"

namespace cohort_sync {

// A contact identifier with its keyed hash. The bytes belong to somebody else.
struct MemberRef {
  std::uint64_t hash = 0;
  std::string_view value;
};

// An inclusive range of hashes.
struct HashRange {
  std::uint64_t first = 0;
  std::uint64_t last = UINT64_MAX;

  [[nodiscard]] bool Contains(std::uint64_t hash) const { return hash >= first && hash <= last; }
  friend bool operator==(const HashRange&, const HashRange&) = default;
};

// Normalized identifiers in the order of their rows, duplicates included: one row, one entry. The
// diff finds the duplicates on its way. Movable, not copyable; at most 2^32 bytes of identifiers in
// all.
class MemberRows {
 public:
  MemberRows() = default;
  MemberRows(MemberRows&&) = default;
  MemberRows& operator=(MemberRows&&) = default;
  MemberRows(const MemberRows&) = delete;
  MemberRows& operator=(const MemberRows&) = delete;

  // Rows, duplicates included.
  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] bool empty() const { return entries_.empty(); }
  // Partitions are 2^partition_bits() equal ranges of the hash, in ascending order.
  [[nodiscard]] unsigned partition_bits() const { return partition_bits_; }
  [[nodiscard]] std::uint64_t hash_key() const { return hash_key_; }

  // Calls visit(MemberRef) for every row whose hash is in `range`, partition by partition. The
  // views stay valid as long as this object, also when it is moved.
  template <typename Visitor>
  void VisitRange(HashRange range, Visitor&& visit) const;
  // How many rows VisitRange may visit for `range` at the most (whole partitions).
  [[nodiscard]] std::size_t UpperBound(HashRange range) const;

 private:
  friend class MemberRowsBuilder;

  struct Entry {
    std::uint64_t hash;
    std::uint32_t offset;
    std::uint32_t length;
  };
  [[nodiscard]] std::size_t PartitionOf(std::uint64_t hash) const {
    return partition_bits_ == 0 ? 0 : hash >> (64U - partition_bits_);
  }

  std::uint64_t hash_key_ = 0;
  unsigned partition_bits_ = 0;
  LargeVector<Entry> entries_;                       // Grouped by partition.
  std::vector<std::size_t> partition_starts_{0, 0};  // 2^bits + 1 offsets into entries_.
  LargeVector<char> bytes_;                          // The identifiers, in the order of entries_.
};

// Collects rows while a file streams by.
class MemberRowsBuilder {
 public:
  // `hash_key` is the state's key (SyncStore::hash_key).
  explicit MemberRowsBuilder(std::uint64_t hash_key);

  // Makes room, so that rows up to these numbers are added without moving what is there.
  void Reserve(std::size_t rows, std::size_t bytes);

  // Copies `value`. Returns false, and adds nothing, when the identifiers would pass 2^32 bytes.
  [[nodiscard]] bool Add(std::string_view value);
  [[nodiscard]] std::size_t size() const { return rows_.entries_.size(); }

  // Groups the rows; the builder is empty afterwards.
  [[nodiscard]] MemberRows Finish();

 private:
  MemberRows rows_;
};

template <typename Visitor>
void MemberRows::VisitRange(HashRange range, Visitor&& visit) const {
  const std::size_t begin = partition_starts_[PartitionOf(range.first)];
  const std::size_t end = partition_starts_[PartitionOf(range.last) + 1];
  for (std::size_t i = begin; i < end; ++i) {
    const Entry& entry = entries_[i];
    if (!range.Contains(entry.hash)) continue;
    visit(MemberRef{entry.hash, std::string_view(bytes_.data() + entry.offset, entry.length)});
  }
}

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_MEMBERS_H_
