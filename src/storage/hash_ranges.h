// Equal ranges of the hash: 2^bits of them, each [k x 2^(64-bits), (k + 1) x 2^(64-bits)).
#ifndef COHORT_SYNC_STORAGE_HASH_RANGES_H_
#define COHORT_SYNC_STORAGE_HASH_RANGES_H_

#include <cstdint>

#include "sync/members.h"

namespace cohort_sync {

// The fewest bits that leave at most `target` of `count` members in a partition on average.
[[nodiscard]] constexpr unsigned PartitionBitsFor(std::int64_t count, std::int64_t target) {
  unsigned bits = 0;
  while ((count >> bits) > target)
    ++bits;
  return bits;
}

// The partition of `whole` with number `index` when it is cut into 2^bits. REQUIRES: `whole` is
// such a range itself and has at least 2^bits hashes.
[[nodiscard]] constexpr HashRange PartitionAt(HashRange whole, unsigned bits, std::uint64_t index) {
  // The highest offset within a partition; also right for the full range, whose size overflows.
  const std::uint64_t last = (whole.last - whole.first) >> bits;
  const std::uint64_t first = bits == 0 ? whole.first : whole.first + index * (last + 1);
  return {first, first + last};
}

}  // namespace cohort_sync

#endif  // COHORT_SYNC_STORAGE_HASH_RANGES_H_
