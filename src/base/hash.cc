#include "base/hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace cohort_sync {

std::uint64_t KeyedHash(std::uint64_t key, std::string_view bytes) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), key);
}

}  // namespace cohort_sync
