// An HTTP endpoint on a real socket that records what is posted to it and answers as it is told.
#ifndef COHORT_SYNC_TESTS_SUPPORT_RECORDING_ENDPOINT_H_
#define COHORT_SYNC_TESTS_SUPPORT_RECORDING_ENDPOINT_H_

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "http/server.h"

namespace cohort_sync {

class RecordingEndpoint {
 public:
  [[nodiscard]] std::string url() const { return server_->url(); }

  // The next answers; 200 when there is none left.
  void AnswerNext(http::Reply reply) {
    const std::lock_guard lock(mutex_);
    next_.push_back(std::move(reply));
  }
  [[nodiscard]] std::vector<http::Request> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  [[nodiscard]] std::vector<std::string> bodies() {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> bodies;
    for (const http::Request& request : requests_)
      bodies.push_back(request.body);
    return bodies;
  }
  void WaitFor(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return requests_.size() >= count; });
  }

 private:
  http::Reply Handle(const http::Request& request) {
    const std::lock_guard lock(mutex_);
    requests_.push_back(request);
    changed_.notify_all();
    if (next_.empty()) return http::ReplyWith(200);
    http::Reply reply = std::move(next_.front());
    next_.pop_front();
    return reply;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<http::Reply> next_;
  std::vector<http::Request> requests_;
  std::unique_ptr<http::Server> server_ =
      http::Server::Start({}, [this](const http::Request& request) {
        return Handle(request);
      }).value();
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_TESTS_SUPPORT_RECORDING_ENDPOINT_H_
