// Randomness as an input, for jitter and for the key of the member hash.
#ifndef COHORT_SYNC_BASE_RANDOM_H_
#define COHORT_SYNC_BASE_RANDOM_H_

#include <cstdint>
#include <mutex>
#include <random>

namespace cohort_sync {

// Not safe from several threads: one per thread or guarded by its owner.
class Random {
 public:
  virtual ~Random() = default;
  // Uniform over all 64-bit values.
  virtual std::uint64_t Next() = 0;
  // Uniform in [0, 1).
  double Uniform() { return static_cast<double>(Next() >> 11U) * 0x1.0p-53; }
};

// Seeded from the operating system. Not for secrets.
class SystemRandom final : public Random {
 public:
  SystemRandom();
  std::uint64_t Next() override { return engine_(); }

 private:
  std::mt19937_64 engine_;
};

// Makes another safe from several threads.
class LockedRandom final : public Random {
 public:
  // `random` outlives this, and nobody else uses it meanwhile.
  explicit LockedRandom(Random& random) : random_(random) {}
  std::uint64_t Next() override {
    const std::lock_guard lock(mutex_);
    return random_.Next();
  }

 private:
  std::mutex mutex_;
  Random& random_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_BASE_RANDOM_H_
