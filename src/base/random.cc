#include "base/random.h"

namespace cohort_sync {

SystemRandom::SystemRandom() {
  std::random_device device;
  std::seed_seq seed{device(), device(), device(), device()};
  engine_.seed(seed);
}

}  // namespace cohort_sync
