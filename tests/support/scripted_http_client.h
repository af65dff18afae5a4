// Another side made of a script: answers by method and target, and a record of what was asked. For
// tests that need no sockets; nothing here checks HTTP itself (http::Server does).
#ifndef COHORT_SYNC_TESTS_SUPPORT_SCRIPTED_HTTP_CLIENT_H_
#define COHORT_SYNC_TESTS_SUPPORT_SCRIPTED_HTTP_CLIENT_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/result.h"
#include "http/client.h"
#include "http/message.h"

namespace cohort_sync {

struct ScriptedAnswer {
  // Implicit, so that a script reads as a list of answers.
  ScriptedAnswer(http::Response response)  // NOLINT(google-explicit-constructor)
      : answer(std::move(response)) {}
  ScriptedAnswer(http::Failure failure)  // NOLINT(google-explicit-constructor)
      : answer(tl::unexpected<http::Failure>(std::move(failure))) {}

  http::Answer answer;
  // A download breaks off with kCutOff after this many bytes of the body.
  std::size_t cut_after = SIZE_MAX;
  std::function<void()> before_answer;  // May be empty: what happens meanwhile.
};

struct RecordedRequest {
  std::string origin;  // Base URL of the client that sent it.
  http::Request request;
};

// Outlives the clients that it makes. Safe from several threads.
class HttpScript {
 public:
  // Answers for "METHOD target", or "METHOD https://origin/target" for one origin only; given once
  // each, in order. More requests than answers are a test failure and get kNotSent.
  void On(const std::string& request, std::vector<ScriptedAnswer> answers);
  // The answer when the list of On() is used up, as often as it is asked for.
  void Always(const std::string& request, ScriptedAnswer answer);

  [[nodiscard]] std::unique_ptr<http::Client> MakeClient(const std::string& base_url);
  // Clients of this script for any base URL.
  [[nodiscard]] http::ClientFactory Factory();

  // Everything asked so far, in order.
  [[nodiscard]] std::vector<RecordedRequest> requests() const;
  // The same as "METHOD target", for comparing at a glance.
  [[nodiscard]] std::vector<std::string> lines() const;
  // How many requests were "METHOD target".
  [[nodiscard]] std::size_t CountOf(const std::string& line) const;

  // Size of the pieces of a download.
  std::size_t piece_bytes = 5;

 private:
  friend class ScriptedHttpClient;
  ScriptedAnswer Take(const std::string& origin, const http::Request& request);

  mutable std::mutex mutex_;
  std::map<std::string, std::deque<ScriptedAnswer>> queued_;
  std::map<std::string, ScriptedAnswer> always_;
  std::vector<RecordedRequest> requests_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_TESTS_SUPPORT_SCRIPTED_HTTP_CLIENT_H_
