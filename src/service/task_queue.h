// Work that other threads hand to the one that owns the state.
#ifndef COHORT_SYNC_SERVICE_TASK_QUEUE_H_
#define COHORT_SYNC_SERVICE_TASK_QUEUE_H_

#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "sync/wakeup.h"

namespace cohort_sync {

// Belongs to the thread that makes it; Post and Call are for any thread. After Close, which the
// destructor calls, tasks are dropped and a Call throws std::future_error.
class TaskQueue {
 public:
  explicit TaskQueue(std::shared_ptr<Wakeup> wakeup) : wakeup_(std::move(wakeup)) {}
  ~TaskQueue() { Close(); }
  TaskQueue(const TaskQueue&) = delete;
  TaskQueue& operator=(const TaskQueue&) = delete;

  void Post(std::function<void()> task);

  // Runs `function` on the owner's thread and gives back what it returns or throws. On that thread
  // itself it is an ordinary call.
  template <typename Function>
  std::invoke_result_t<Function> Call(Function function) {
    if (std::this_thread::get_id() == owner_) return function();
    // Shared, because a std::function has to be copyable; by nobody else, so that a dropped task
    // breaks its promise.
    auto task =
        std::make_shared<std::packaged_task<std::invoke_result_t<Function>()>>(std::move(function));
    std::future<std::invoke_result_t<Function>> result = task->get_future();
    Post([task = std::move(task)] { (*task)(); });
    return result.get();
  }

  // Runs what was posted, in order. Owner only.
  void RunAll();
  void Close();

 private:
  const std::shared_ptr<Wakeup> wakeup_;
  const std::thread::id owner_ = std::this_thread::get_id();
  std::mutex mutex_;
  std::vector<std::function<void()>> tasks_;
  bool closed_ = false;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SERVICE_TASK_QUEUE_H_
