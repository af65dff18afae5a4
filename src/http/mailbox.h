// Brings tasks from any thread to a server's, as long as there is one.
#ifndef COHORT_SYNC_HTTP_MAILBOX_H_
#define COHORT_SYNC_HTTP_MAILBOX_H_

#include <functional>
#include <mutex>
#include <utility>

namespace cohort_sync::http {

class Mailbox {
 public:
  using Task = std::function<void()>;

  // `post` queues a task for the server's thread; it is not called after Close.
  explicit Mailbox(std::function<void(Task)> post) : post_(std::move(post)) {}

  // The task is dropped when the server has gone.
  void Post(Task task) {
    const std::lock_guard lock(mutex_);
    if (post_) post_(std::move(task));
  }
  void Close() {
    const std::lock_guard lock(mutex_);
    post_ = nullptr;
  }

 private:
  std::mutex mutex_;
  std::function<void(Task)> post_;
};

}  // namespace cohort_sync::http

#endif  // COHORT_SYNC_HTTP_MAILBOX_H_
