// Randomness from a seed, so that a failing history can be run again.
#ifndef COHORT_SYNC_TESTS_SUPPORT_FAKE_RANDOM_H_
#define COHORT_SYNC_TESTS_SUPPORT_FAKE_RANDOM_H_

#include <cstdint>
#include <random>

#include "base/random.h"

namespace cohort_sync {

class FakeRandom final : public Random {
 public:
  explicit FakeRandom(std::uint64_t seed = 1) : engine_(seed) {}
  std::uint64_t Next() override { return engine_(); }
  // Uniform in [0, bound). REQUIRES: bound > 0.
  std::uint64_t Below(std::uint64_t bound) { return Next() % bound; }
  bool OneIn(std::uint64_t n) { return Below(n) == 0; }

 private:
  std::mt19937_64 engine_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_TESTS_SUPPORT_FAKE_RANDOM_H_
