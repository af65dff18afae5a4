// A misbehaviour that can be ordered: for the next few requests, or for a share of all.
#ifndef COHORT_SYNC_SIMULATOR_FAULT_H_
#define COHORT_SYNC_SIMULATOR_FAULT_H_

#include <cstdint>

#include "base/random.h"

namespace cohort_sync::simulator {

struct Fault {
  std::int64_t next = 0;   // Strikes this many requests from now on, counting down.
  double probability = 0;  // After that, this share of the requests; 0 to 1.

  friend bool operator==(const Fault&, const Fault&) = default;
};

// Does `fault` strike this request? Uses one of `next` or one draw; no draw while the probability
// is 0, so that an unused fault does not change the course of a seeded history.
[[nodiscard]] inline bool Strikes(Fault& fault, Random& random) {
  if (fault.next > 0) {
    --fault.next;
    return true;
  }
  return fault.probability > 0 && random.Uniform() < fault.probability;
}

}  // namespace cohort_sync::simulator

#endif  // COHORT_SYNC_SIMULATOR_FAULT_H_
