// A handler of a guarded server that records what reaches it, and the server around it.
#ifndef COHORT_SYNC_TESTS_HTTP_RECORDING_HANDLER_H_
#define COHORT_SYNC_TESTS_HTTP_RECORDING_HANDLER_H_

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/guarded_server.h"
#include "http/raw_socket.h"

namespace cohort_sync::http {

// Admits everything with a body of up to 1,000 bytes and answers 200 with the target, but for
// "/held...", whose responders it keeps. "/keep..." may be followed by another request, "/no" is
// answered 404 without its body, "/throw" throws.
class RecordingHandler final : public RequestHandler {
 public:
  Admission Admit(const Request& head) override {
    const std::lock_guard lock(mutex_);
    heads_.push_back(head);
    if (head.target == "/throw/at/once") throw std::runtime_error("broken");
    Admission admission{
        .refusal = {}, .max_body_bytes = 1'000, .keep_alive = head.target.starts_with("/keep")};
    if (head.target == "/no") admission.refusal = ReplyWith(404);
    return admission;
  }

  Reply Refuse(const Request& head, int status) override {
    const std::lock_guard lock(mutex_);
    refused_.emplace_back(head.target, status);
    return ReplyWith(status);
  }

  void Handle(Request request, Responder responder) override {
    const std::lock_guard lock(mutex_);
    handled_.push_back(request);
    changed_.notify_all();
    if (request.target.starts_with("/throw")) throw std::runtime_error("broken");
    if (request.target.starts_with("/drop")) return;
    if (request.target.starts_with("/held")) return held_.push_back(std::move(responder));
    responder.Send(ReplyWith(200, "text/plain", request.target));
  }

  // Waits until `count` requests were handled.
  void WaitFor(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return handled_.size() >= count; });
  }
  // Takes over the responder of the held request `index`, in the order they came.
  Responder TakeHeld(std::size_t index) {
    const std::lock_guard lock(mutex_);
    return std::move(held_.at(index));
  }
  [[nodiscard]] std::vector<Request> heads() {
    const std::lock_guard lock(mutex_);
    return heads_;
  }
  [[nodiscard]] std::vector<std::pair<std::string, int>> refused() {  // Target, status.
    const std::lock_guard lock(mutex_);
    return refused_;
  }
  [[nodiscard]] std::vector<Request> handled() {
    const std::lock_guard lock(mutex_);
    return handled_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Request> heads_;
  std::vector<std::pair<std::string, int>> refused_;
  std::vector<Request> handled_;
  std::vector<Responder> held_;
};

struct GuardedWorld {
  explicit GuardedWorld(const GuardedServerOptions& options = {})
      : server(GuardedServer::Start(options, handler).value()) {}

  [[nodiscard]] RawConnection Connect() const { return RawConnection::To(server->port()); }
  // What is answered to `bytes` until the server ends the connection.
  std::string Answer(std::string_view bytes) const {
    RawConnection connection = Connect();
    connection.Write(bytes);
    return connection.ReadToEnd();
  }

  RecordingHandler handler;
  std::unique_ptr<GuardedServer> server;
};

inline std::string Get(std::string_view target) {
  return Format("GET {} HTTP/1.1\r\nHost: localhost\r\n\r\n", target);
}
inline std::string Post(std::string_view target, std::string_view body) {
  return Format("POST {} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n{}",
                target,
                body.size(),
                body);
}

}  // namespace cohort_sync::http

#endif  // COHORT_SYNC_TESTS_HTTP_RECORDING_HANDLER_H_
