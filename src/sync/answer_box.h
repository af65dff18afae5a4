// Where answers wait for the thread that owns the state.
#ifndef COHORT_SYNC_SYNC_ANSWER_BOX_H_
#define COHORT_SYNC_SYNC_ANSWER_BOX_H_

#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "sync/list_destination.h"
#include "sync/operation.h"

namespace cohort_sync {

struct ArrivedAnswer {
  Operation operation;
  DeliveryAnswer answer;
};

// Filled from any thread, emptied by one. Shared by pointer with the calls in flight, so that an
// answer that comes after its dispatcher is gone finds a place to be dropped.
class AnswerBox {
 public:
  void Put(Operation operation, DeliveryAnswer answer) {
    const std::lock_guard lock(mutex_);
    answers_.push_back({std::move(operation), std::move(answer)});
    arrived_.notify_one();
  }

  [[nodiscard]] std::vector<ArrivedAnswer> TakeAll() {
    const std::lock_guard lock(mutex_);
    return std::exchange(answers_, {});
  }

  // Returns when there is an answer, `stop` is requested, or `longest` has passed.
  void Wait(Duration longest, const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    arrived_.wait_for(lock, stop, longest, [this] { return !answers_.empty(); });
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any arrived_;
  std::vector<ArrivedAnswer> answers_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_ANSWER_BOX_H_
