// How other threads wake the one that owns the state.
#ifndef COHORT_SYNC_SYNC_WAKEUP_H_
#define COHORT_SYNC_SYNC_WAKEUP_H_

#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <utility>

#include "base/clock.h"

namespace cohort_sync {

// Rung from any thread, waited for by one. A ring that nobody waits for is kept, and several are
// one. Shared by pointer with whoever may ring after the waiting one is gone.
class Wakeup {
 public:
  void Ring() {
    {
      const std::lock_guard lock(mutex_);
      if (std::exchange(rung_, true)) return;
      next_ring_.request_stop();
    }
    changed_.notify_one();  // Without the lock, or who is woken waits again at once.
  }

  // Requested by the next ring, or at once by one that was kept. For a wait by the clock; Wait(0)
  // takes the ring after it.
  [[nodiscard]] std::stop_token NextRing() {
    const std::lock_guard lock(mutex_);
    next_ring_ = std::stop_source();
    if (rung_) next_ring_.request_stop();
    return next_ring_.get_token();
  }

  // Returns when it was rung since the last return, `stop` is requested, or `longest` has passed.
  void Wait(Duration longest, const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    // To register with `stop` costs more than to look.
    if (!rung_) changed_.wait_for(lock, stop, longest, [this] { return rung_; });
    rung_ = false;
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool rung_ = false;
  std::stop_source next_ring_{std::nostopstate};
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_WAKEUP_H_
