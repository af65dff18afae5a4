#include "storage/hash_ranges.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace cohort_sync {
namespace {

TEST(PartitionBitsFor, LeavesAtMostTheTargetOnAverage) {
  EXPECT_EQ(PartitionBitsFor(0, 4096), 0U);
  EXPECT_EQ(PartitionBitsFor(4096, 4096), 0U);
  EXPECT_EQ(PartitionBitsFor(4097, 4096), 1U);
  EXPECT_EQ(PartitionBitsFor(2'000'000, 4096), 9U);
}

TEST(PartitionAt, OfOnePartitionIsTheWhole) {
  EXPECT_EQ(PartitionAt({}, 0, 0), HashRange{});
}

RC_GTEST_PROP(PartitionAt, TilesTheWholeWithoutGap, (std::uint64_t hash)) {
  const auto outer_bits = *rc::gen::inRange(0U, 20U);
  const auto bits = *rc::gen::inRange(0U, 10U);
  const std::uint64_t outer = outer_bits == 0 ? 0 : hash >> (64U - outer_bits);
  const HashRange whole = PartitionAt({}, outer_bits, outer);
  RC_ASSERT(whole.Contains(hash));
  std::uint64_t next = whole.first;
  for (std::uint64_t i = 0; i < (std::uint64_t{1} << bits); ++i) {
    const HashRange part = PartitionAt(whole, bits, i);
    RC_ASSERT(part.first == next);
    RC_ASSERT(part.last >= part.first);
    next = part.last + 1;
  }
  RC_ASSERT(next == whole.last + 1);
}

}  // namespace
}  // namespace cohort_sync
