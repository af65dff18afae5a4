// Requests whose whole answer is kept in memory: Client::Send.
#ifndef COHORT_SYNC_HTTP_SEND_CALL_H_
#define COHORT_SYNC_HTTP_SEND_CALL_H_

#include <chrono>
#include <condition_variable>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "http/client.h"
#include "http/transport.h"

namespace cohort_sync::http {

// One request under way. Ends once, with the first of: the end of its answer, its deadline, the
// destruction of its client.
class SendCall final : public AnswerReader {
 public:
  SendCall(const ClientOptions& options, std::string method, std::function<void(Answer)> done);

  // Gives the answer to `done`; false when it has one already. A failure closes the connection.
  bool Finish(Answer answer);
  [[nodiscard]] std::stop_token cancelled() const { return cancel_.get_token(); }
  // Called after `done` has returned.
  void set_on_finished(std::function<void()> on_finished) { on_finished_ = std::move(on_finished); }

  void OnHead(Response head) override;
  void OnData(std::string_view bytes, std::function<void(bool)> next) override;
  void OnEnd(std::optional<Failure> failure) override;

 private:
  const ClientOptions options_;
  const std::string method_;
  std::stop_source cancel_;
  std::function<void()> on_finished_;
  Response response_;  // Of the transport's thread.

  std::mutex mutex_;
  std::function<void(Answer)> done_;  // Empty once it was taken.
};

// The answers that a client owes. A thread ends those that take too long.
class OpenCalls {
 public:
  explicit OpenCalls(const ClientOptions& options);
  // Ends every call with kInterrupted; returns after every `done` has returned.
  ~OpenCalls();
  OpenCalls(const OpenCalls&) = delete;
  OpenCalls& operator=(const OpenCalls&) = delete;

  // False, and the call ended, when this is being destroyed.
  bool Add(const std::shared_ptr<SendCall>& call);

 private:
  struct Open {
    std::chrono::steady_clock::time_point deadline;
    std::shared_ptr<SendCall> call;
    bool late = false;  // Its place is late_.
  };

  void Remove(std::list<Open>::iterator open);
  void WatchDeadlines(const std::stop_token& stop);

  const ClientOptions options_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool closed_ = false;
  // In the order of their start: since all have the same time, also in that of their deadlines.
  std::list<Open> calls_;
  // Those whose deadline has passed, until they have ended.
  std::list<Open> late_;
  std::jthread watch_;
};

}  // namespace cohort_sync::http

#endif  // COHORT_SYNC_HTTP_SEND_CALL_H_
