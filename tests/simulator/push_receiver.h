// The other side of a push: a server on a socket that keeps what it was sent and answers by a
// script.
#ifndef COHORT_SYNC_TESTS_SIMULATOR_PUSH_RECEIVER_H_
#define COHORT_SYNC_TESTS_SIMULATOR_PUSH_RECEIVER_H_

#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "http/server.h"

namespace cohort_sync::simulator {

class PushReceiver {
 public:
  using Json = nlohmann::json;

  PushReceiver()
      : server_(http::Server::Start({}, [this](const http::Request& request) {
                  return Answer(request);
                }).value()) {}

  [[nodiscard]] std::string url() const { return server_->url(); }
  // The answers to the next requests; later ones get 200 with the answer to a new list.
  void Next(std::vector<http::Reply> replies) {
    server_->Run([&] { next_.insert(next_.end(), replies.begin(), replies.end()); });
  }
  static http::Reply Status(int status, std::string body = "") {
    http::Reply reply;
    reply.response.status = status;
    reply.response.body = std::move(body);
    return reply;
  }
  // Later than anybody waits.
  static http::Reply Late() {
    http::Reply reply = Status(200);
    reply.delay = std::chrono::hours(1);
    return reply;
  }
  // What has arrived since the last call.
  std::vector<http::Request> Take() {
    std::vector<http::Request> taken;
    server_->Run([&] { taken.swap(requests_); });
    return taken;
  }
  // Each as "TARGET identifiers", for lists.
  std::vector<std::string> TakeLists() {
    std::vector<std::string> lines;
    for (const http::Request& request : Take()) {
      const Json body = Json::parse(request.body);
      std::string line = request.target;
      if (body.contains("userIds")) line += " " + body["userIds"].dump();
      lines.push_back(std::move(line));
    }
    return lines;
  }

 private:
  http::Reply Answer(const http::Request& request) {
    requests_.push_back(request);
    if (next_.empty()) return Status(200, R"({"listId":"L1","response":{"listId":"L1"}})");
    http::Reply reply = next_.front();
    next_.pop_front();
    return reply;
  }

  // Touched on the server's thread only.
  std::vector<http::Request> requests_;
  std::deque<http::Reply> next_;
  std::unique_ptr<http::Server> server_;
};

}  // namespace cohort_sync::simulator

#endif  // COHORT_SYNC_TESTS_SIMULATOR_PUSH_RECEIVER_H_
