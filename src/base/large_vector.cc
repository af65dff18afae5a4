#include "base/large_vector.h"

#include <algorithm>
#include <cstdlib>
#include <new>
#include <sys/mman.h>

namespace cohort_sync {
namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20U;

}  // namespace

void* AllocateLarge(std::size_t bytes, std::size_t alignment) {
  const bool large = bytes >= kHugePage;
  alignment = std::max(large ? kHugePage : alignof(std::max_align_t), alignment);
  void* pointer = std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
  if (pointer == nullptr) throw std::bad_alloc();
  // Only a wish: where the system does not grant it, pages are small and everything else is the
  // same.
  if (large) static_cast<void>(::madvise(pointer, bytes, MADV_HUGEPAGE));
  return pointer;
}

void FreeLarge(void* pointer) {
  std::free(pointer);
}

}  // namespace cohort_sync
