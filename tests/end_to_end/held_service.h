// A stand-in on a socket that holds answers back until it is told to give them.
#ifndef COHORT_SYNC_TESTS_END_TO_END_HELD_SERVICE_H_
#define COHORT_SYNC_TESTS_END_TO_END_HELD_SERVICE_H_

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "http/raw_socket.h"
#include "http/reply_wire.h"
#include "http/server.h"

namespace cohort_sync {

// Requests under one path are counted, handled at once, and answered at once or later; all others
// are answered at once.
class HeldService {
 public:
  // `handler` is called by one thread at a time.
  explicit HeldService(http::Handler handler) : handler_(std::move(handler)) {}
  ~HeldService() { Release(); }
  HeldService(const HeldService&) = delete;
  HeldService& operator=(const HeldService&) = delete;

  [[nodiscard]] std::string url() const { return server_.url(); }

  // Which path; none to begin with.
  void HoldOnly(std::string path_prefix) {
    const std::lock_guard lock(mutex_);
    path_prefix_ = std::move(path_prefix);
  }
  // From now on, all but the first `answered` since the last Forget.
  void HoldAfter(std::size_t answered) {
    const std::lock_guard lock(mutex_);
    hold_after_ = answered;
  }
  // Answers all that are held, and holds none any more.
  void Release() {
    HoldAfter(SIZE_MAX);
    changed_.notify_all();
  }

  // False when they do not come: the other side has ended or hangs.
  [[nodiscard]] bool WaitForRequests(std::size_t number) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(
        lock, std::chrono::seconds(60), [&] { return requests_.size() >= number; });
  }
  [[nodiscard]] std::vector<http::Request> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  void Forget() {
    const std::lock_guard lock(mutex_);
    requests_.clear();
  }
  // What `read` returns, while the handler is not called.
  template <typename Read>
  auto Meanwhile(Read read) {
    const std::lock_guard lock(mutex_);
    return read();
  }

 private:
  // "METHOD TARGET HTTP/1.1", headers, body.
  static http::Request Parse(const std::string& message) {
    http::Request request;
    const std::size_t method_end = message.find(' ');
    const std::size_t target_end = message.find(' ', method_end + 1);
    request.method = message.substr(0, method_end);
    request.target = message.substr(method_end + 1, target_end - method_end - 1);
    const std::size_t body = message.find("\r\n\r\n") + 4;
    std::size_t line = message.find("\r\n") + 2;
    while (line + 2 < body) {
      const std::size_t colon = message.find(':', line);
      const std::size_t end = message.find("\r\n", line);
      const std::size_t value = message.find_first_not_of(' ', colon + 1);
      request.headers.Add(message.substr(line, colon - line), message.substr(value, end - value));
      line = end + 2;
    }
    request.body = message.substr(body);
    return request;
  }

  void Serve(http::RawConnection& connection) {
    for (;;) {
      const std::string message = connection.ReadMessage();
      if (message.find("\r\n\r\n") == std::string::npos) return;
      const http::Request request = Parse(message);
      std::unique_lock lock(mutex_);
      const http::Reply reply = handler_(request);
      if (!path_prefix_.empty() && request.target.starts_with(path_prefix_)) {
        requests_.push_back(request);
        changed_.notify_all();
        changed_.wait(lock, [this, number = requests_.size()] { return number <= hold_after_; });
      }
      lock.unlock();
      const http::ReplyWire wire = http::EncodeReply(reply, request.method, true);
      if (!connection.Write(wire.header + wire.body)) return;
    }
  }

  const http::Handler handler_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string path_prefix_;
  std::size_t hold_after_ = SIZE_MAX;
  std::vector<http::Request> requests_;
  http::RawServer server_{[this](http::RawConnection& connection) { Serve(connection); }};
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_TESTS_END_TO_END_HELD_SERVICE_H_
