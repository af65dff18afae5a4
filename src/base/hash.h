// The hash that places members in partitions (design/performance.md, section 1).
#ifndef COHORT_SYNC_BASE_HASH_H_
#define COHORT_SYNC_BASE_HASH_H_

#include <cstdint>
#include <string_view>

namespace cohort_sync {

// XXH3-64 of `bytes` with `key` as its seed. Keyed, so that nobody can prepare identifiers that
// collide; callers compare the bytes as well, so a collision costs time and never an answer. The
// value is stored in checkpoints: key and algorithm are fixed for the life of a state file.
[[nodiscard]] std::uint64_t KeyedHash(std::uint64_t key, std::string_view bytes);

}  // namespace cohort_sync

#endif  // COHORT_SYNC_BASE_HASH_H_
