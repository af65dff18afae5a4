// A vector for tens of megabytes that are written once.
#ifndef COHORT_SYNC_BASE_LARGE_VECTOR_H_
#define COHORT_SYNC_BASE_LARGE_VECTOR_H_

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace cohort_sync {

// Asks for huge pages from 2 MiB on, so that a page fault brings 512 times as much, and leaves new
// elements of plain types uninitialised when the vector is resized without a value.
template <typename T>
class LargeAllocator {
 public:
  using value_type = T;

  LargeAllocator() = default;
  template <typename U>
  // NOLINTNEXTLINE(google-explicit-constructor): what the standard asks of an allocator.
  LargeAllocator(const LargeAllocator<U>& /*other*/) {}

  [[nodiscard]] T* allocate(std::size_t count);
  void deallocate(T* pointer, std::size_t count);

  template <typename U>
  void construct(U* pointer) {
    ::new (static_cast<void*>(pointer)) U;
  }
  template <typename U, typename... Args>
  void construct(U* pointer, Args&&... args) {
    ::new (static_cast<void*>(pointer)) U(std::forward<Args>(args)...);
  }

  friend bool operator==(const LargeAllocator&, const LargeAllocator&) { return true; }
};

// Bytes for the allocator; throws std::bad_alloc.
[[nodiscard]] void* AllocateLarge(std::size_t bytes, std::size_t alignment);
void FreeLarge(void* pointer);

template <typename T>
T* LargeAllocator<T>::allocate(std::size_t count) {
  return static_cast<T*>(AllocateLarge(count * sizeof(T), alignof(T)));
}

template <typename T>
void LargeAllocator<T>::deallocate(T* pointer, std::size_t /*count*/) {
  FreeLarge(pointer);
}

template <typename T>
using LargeVector = std::vector<T, LargeAllocator<T>>;

}  // namespace cohort_sync

#endif  // COHORT_SYNC_BASE_LARGE_VECTOR_H_
