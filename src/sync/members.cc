#include "sync/members.h"

#include <algorithm>
#include <utility>

#include "base/hash.h"

namespace cohort_sync {
namespace {

// Chunks double up to the largest, so that ten members cost little and what is left free at the end
// of each partition stays a few per cent of many.
constexpr std::size_t kFirstChunk = 512;
constexpr std::size_t kLargestChunk = 16U << 10U;
constexpr std::size_t kFirstBlock = 64U << 10U;
constexpr std::size_t kLargestBlock = 8U << 20U;
constexpr std::size_t kCacheLine = 64;

}  // namespace

std::size_t MemberRows::UpperBound(HashRange range) const {
  std::size_t rows = 0;
  if (empty()) return rows;
  for (std::size_t p = PartitionOf(range.first); p <= PartitionOf(range.last); ++p)
    rows += partitions_[p].rows;
  return rows;
}

MemberRowsBuilder::MemberRowsBuilder(std::uint64_t hash_key) : open_(MemberRows::kPartitions) {
  rows_.hash_key_ = hash_key;
  rows_.partitions_.resize(MemberRows::kPartitions);
}

void MemberRowsBuilder::Add(std::string_view value) {
  AddHashed({KeyedHash(rows_.hash_key_, value), value});
}

void MemberRowsBuilder::AddHashed(const MemberRef& row) {
  const std::string_view value = row.value;
  const MemberRows::RowHead head{row.hash, static_cast<std::uint32_t>(value.size())};
  const std::size_t partition = MemberRows::PartitionOf(head.hash);
  const std::size_t row_bytes = MemberRows::kHeadBytes + value.size();
  Chunk& chunk = open_[partition];
  if (static_cast<std::size_t>(chunk.end - chunk.next) < row_bytes)
    StartChunk(partition, row_bytes);
  std::memcpy(chunk.next, &head.hash, sizeof(head.hash));
  std::memcpy(chunk.next + sizeof(head.hash), &head.length, sizeof(head.length));
  std::memcpy(chunk.next + MemberRows::kHeadBytes, value.data(), value.size());
  chunk.next += row_bytes;
  // The next row comes to another partition, and the processor foresees only a few places: without
  // this every second row waits for memory.
  __builtin_prefetch(chunk.next + kCacheLine, 1);
  ++chunk.rows;
  ++rows_.size_;
}

MemberRows MemberRowsBuilder::Finish() {
  for (std::size_t partition = 0; partition < open_.size(); ++partition)
    Seal(partition);
  MemberRowsBuilder next(rows_.hash_key_);
  std::swap(*this, next);
  return std::move(next.rows_);
}

void MemberRowsBuilder::Seal(std::size_t partition) {
  Chunk& chunk = open_[partition];
  MemberRows::Partition& target = rows_.partitions_[partition];
  target.rows += std::exchange(chunk.rows, 0);
  if (chunk.next != chunk.begin)
    target.chunks.emplace_back(chunk.begin, static_cast<std::size_t>(chunk.next - chunk.begin));
}

void MemberRowsBuilder::StartChunk(std::size_t partition, std::size_t row_bytes) {
  Seal(partition);
  Chunk& chunk = open_[partition];
  const auto last = static_cast<std::size_t>(chunk.end - chunk.begin);
  const std::size_t bytes = std::max(std::clamp(2 * last, kFirstChunk, kLargestChunk), row_bytes);
  chunk.begin = chunk.next = Allocate(bytes);
  chunk.end = chunk.begin + bytes;
}

char* MemberRowsBuilder::Allocate(std::size_t bytes) {
  std::vector<LargeVector<char>>& blocks = rows_.storage_;
  if (blocks.empty() || blocks.back().size() - block_used_ < bytes) {
    const std::size_t last = blocks.empty() ? 0 : blocks.back().size();
    blocks.emplace_back(std::max(std::clamp(2 * last, kFirstBlock, kLargestBlock), bytes));
    block_used_ = 0;
  }
  return blocks.back().data() + std::exchange(block_used_, block_used_ + bytes);
}

}  // namespace cohort_sync
