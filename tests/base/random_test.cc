#include "base/random.h"

#include <limits>
#include <set>

#include <gtest/gtest.h>

namespace cohort_sync {
namespace {

class FixedRandom final : public Random {
 public:
  explicit FixedRandom(std::uint64_t value) : value_(value) {}
  std::uint64_t Next() override { return value_; }

 private:
  std::uint64_t value_;
};

TEST(Random, UniformCoversZeroToBelowOne) {
  constexpr std::uint64_t kLargest = std::numeric_limits<std::uint64_t>::max();
  EXPECT_EQ(FixedRandom(0).Uniform(), 0.0);
  EXPECT_EQ(FixedRandom(kLargest / 2 + 1).Uniform(), 0.5);
  EXPECT_LT(FixedRandom(kLargest).Uniform(), 1.0);
  EXPECT_GT(FixedRandom(kLargest).Uniform(), 0.999'999'999);
}

TEST(SystemRandom, DrawsDifferWithinAndBetweenGenerators) {
  SystemRandom one;
  SystemRandom other;
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 100; ++i) {
    seen.insert(one.Next());
    seen.insert(other.Next());
  }
  EXPECT_EQ(seen.size(), 200U);
}

}  // namespace
}  // namespace cohort_sync
