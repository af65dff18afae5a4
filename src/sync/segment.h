// The stored form of one partition of a checkpoint.
//
// Layout, little-endian: u32 magic and version, u32 count, u64 checksum of the count and all that
// follows, count x u64 hash, count x u16 length, identifier bytes in the same order. Members are
// unique and in no particular order.
#ifndef COHORT_SYNC_SYNC_SEGMENT_H_
#define COHORT_SYNC_SYNC_SEGMENT_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "sync/members.h"

namespace cohort_sync {

// Members per segment that folding aims at; a segment above twice this is split.
inline constexpr std::size_t kSegmentTargetMembers = 4096;

// A decoded segment; the bytes belong to the caller of Decode.
class SegmentView {
 public:
  SegmentView() = default;  // Empty.

  // kInvalidInput when `bytes` is not a whole, undamaged segment.
  [[nodiscard]] static Result<SegmentView> Decode(std::string_view bytes);

  [[nodiscard]] std::size_t size() const { return count_; }

  // Calls visit(MemberRef) for every member.
  template <typename Visitor>
  void Visit(Visitor&& visit) const {
    const char* value = values_;
    for (std::size_t i = 0; i < count_; ++i) {
      const std::size_t length = LengthAt(i);
      visit(MemberRef{HashAt(i), std::string_view(value, length)});
      value += length;
    }
  }

 private:
  [[nodiscard]] std::uint64_t HashAt(std::size_t i) const;
  [[nodiscard]] std::size_t LengthAt(std::size_t i) const;

  std::size_t count_ = 0;
  const char* hashes_ = nullptr;
  const char* lengths_ = nullptr;
  const char* values_ = nullptr;
};

// REQUIRES: values of at most 65,535 bytes, unique.
[[nodiscard]] std::string EncodeSegment(std::span<const MemberRef> members);

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_SEGMENT_H_
