// The members of one snapshot, as the diff wants them: 12 bytes each beside the identifier, grouped
// by the top bits of a keyed hash (design/performance.md, section 1).
#ifndef COHORT_SYNC_SYNC_MEMBERS_H_
#define COHORT_SYNC_SYNC_MEMBERS_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
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

// Normalized identifiers, duplicates included: one row, one entry. The diff finds the duplicates on
// its way. Movable, not copyable.
class MemberRows {
 public:
  // Partitions are 2^kPartitionBits equal ranges of the hash. Fixed, so that rows are grouped while
  // they are read: enough for a partition of a few million rows to stay in the processor's cache,
  // few enough to write to all of them at once.
  static constexpr unsigned kPartitionBits = 9;
  static constexpr std::size_t kPartitions = std::size_t{1} << kPartitionBits;

  MemberRows() = default;
  MemberRows(MemberRows&&) = default;
  MemberRows& operator=(MemberRows&&) = default;
  MemberRows(const MemberRows&) = delete;
  MemberRows& operator=(const MemberRows&) = delete;

  // Rows, duplicates included.
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::uint64_t hash_key() const { return hash_key_; }

  // Calls visit(MemberRef) for every row whose hash is in `range`: partition by partition in
  // ascending order, and in the order of the rows within one. The views stay valid as long as this
  // object, also when it is moved.
  template <typename Visitor>
  void VisitRange(HashRange range, Visitor&& visit) const;
  [[nodiscard]] static std::size_t PartitionOf(std::uint64_t hash) {
    return hash >> (64U - kPartitionBits);
  }
  // How many rows VisitRange may visit for `range` at the most (whole partitions).
  [[nodiscard]] std::size_t UpperBound(HashRange range) const;

 private:
  friend class MemberRowsBuilder;

  // A row is its hash, the length of its identifier, and the identifier, one behind the other.
  struct RowHead {
    std::uint64_t hash;
    std::uint32_t length;
  };
  static constexpr std::size_t kHeadBytes = sizeof(RowHead::hash) + sizeof(RowHead::length);

  struct Partition {
    std::size_t rows = 0;
    std::vector<std::string_view> chunks;  // Of whole rows.
  };

  std::uint64_t hash_key_ = 0;
  std::size_t size_ = 0;
  std::vector<Partition> partitions_;       // kPartitions, or none when there is no row.
  std::vector<LargeVector<char>> storage_;  // What the chunks are cut from.
};

// Collects rows while a file streams by.
class MemberRowsBuilder {
 public:
  // `hash_key` is the state's key (SyncStore::hash_key).
  explicit MemberRowsBuilder(std::uint64_t hash_key);

  // Copies `value`, which is shorter than 4 GiB.
  void Add(std::string_view value);
  // As above, under a hash that is known already.
  void AddHashed(const MemberRef& row);
  [[nodiscard]] std::size_t size() const { return rows_.size_; }

  // The builder is empty afterwards.
  [[nodiscard]] MemberRows Finish();

 private:
  // The chunk that a partition is written to.
  struct Chunk {
    char* begin = nullptr;
    char* next = nullptr;
    char* end = nullptr;
    std::size_t rows = 0;
  };
  void Seal(std::size_t partition);
  void StartChunk(std::size_t partition, std::size_t row_bytes);
  char* Allocate(std::size_t bytes);

  MemberRows rows_;
  std::vector<Chunk> open_;     // One per partition.
  std::size_t block_used_ = 0;  // Of the last of rows_.storage_.
};

template <typename Visitor>
void MemberRows::VisitRange(HashRange range, Visitor&& visit) const {
  if (empty()) return;
  const std::size_t last = PartitionOf(range.last);
  for (std::size_t p = PartitionOf(range.first); p <= last; ++p) {
    for (const std::string_view chunk : partitions_[p].chunks) {
      const char* const end = chunk.data() + chunk.size();
      for (const char* at = chunk.data(); at != end;) {
        RowHead head;
        std::memcpy(&head.hash, at, sizeof(head.hash));
        std::memcpy(&head.length, at + sizeof(head.hash), sizeof(head.length));
        const std::string_view value(at + kHeadBytes, head.length);
        at = value.data() + value.size();
        if (range.Contains(head.hash)) visit(MemberRef{head.hash, value});
      }
    }
  }
}

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_MEMBERS_H_
