// Where answers wait for the thread that owns the state.
#ifndef COHORT_SYNC_SYNC_ANSWER_BOX_H_
#define COHORT_SYNC_SYNC_ANSWER_BOX_H_

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "sync/list_destination.h"
#include "sync/operation.h"
#include "sync/wakeup.h"

namespace cohort_sync {

struct ArrivedAnswer {
  Operation operation;
  DeliveryAnswer answer;
};

// Filled from any thread, emptied by one, which is woken. Shared by pointer with the calls in
// flight, so that an answer that comes after its dispatcher is gone finds a place to be dropped.
class AnswerBox {
 public:
  explicit AnswerBox(std::shared_ptr<Wakeup> wakeup) : wakeup_(std::move(wakeup)) {}

  void Put(Operation operation, DeliveryAnswer answer) {
    bool first = false;
    {
      const std::lock_guard lock(mutex_);
      first = answers_.empty();
      answers_.push_back({std::move(operation), std::move(answer)});
    }
    if (first) wakeup_->Ring();  // Whoever was woken takes them all.
  }

  // In the order of arrival.
  [[nodiscard]] std::vector<ArrivedAnswer> TakeAll() {
    const std::lock_guard lock(mutex_);
    return std::exchange(answers_, {});
  }

 private:
  const std::shared_ptr<Wakeup> wakeup_;
  std::mutex mutex_;
  std::vector<ArrivedAnswer> answers_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_ANSWER_BOX_H_
