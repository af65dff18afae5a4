// Randomness that depends on a seed only.
#ifndef COHORT_SYNC_SIMULATOR_SEEDED_RANDOM_H_
#define COHORT_SYNC_SIMULATOR_SEEDED_RANDOM_H_

#include <cstdint>
#include <random>

#include "base/random.h"

namespace cohort_sync::simulator {

class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}
  std::uint64_t Next() override { return engine_(); }

 private:
  std::mt19937_64 engine_;
};

}  // namespace cohort_sync::simulator

#endif  // COHORT_SYNC_SIMULATOR_SEEDED_RANDOM_H_
