#include "service/task_queue.h"

namespace cohort_sync {

void TaskQueue::Post(std::function<void()> task) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    tasks_.push_back(std::move(task));
  }
  wakeup_->Ring();
}

void TaskQueue::RunAll() {
  std::vector<std::function<void()>> tasks;
  {
    const std::lock_guard lock(mutex_);
    tasks.swap(tasks_);
  }
  for (const std::function<void()>& task : tasks)
    task();
}

void TaskQueue::Close() {
  std::vector<std::function<void()>>
      dropped;  // Destroyed behind the lock, since that wakes callers.
  const std::lock_guard lock(mutex_);
  closed_ = true;
  dropped.swap(tasks_);
}

}  // namespace cohort_sync
