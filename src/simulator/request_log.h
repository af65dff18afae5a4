// What a stand-in was asked and what it answered, for people and tests to read back.
#ifndef COHORT_SYNC_SIMULATOR_REQUEST_LOG_H_
#define COHORT_SYNC_SIMULATOR_REQUEST_LOG_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "base/clock.h"
#include "http/message.h"
#include "http/server.h"

namespace cohort_sync::simulator {

struct LoggedRequest {
  std::int64_t number = 0;  // 1 for the first since the start; never used again.
  TimePoint time;
  std::string method;
  std::string target;
  http::Headers headers;  // Without Authorization.
  std::string body;
  int status = 0;  // 0: the connection was reset instead of an answer.
};

struct RequestFilter {
  std::string method;       // "": any.
  std::string path_prefix;  // "": any.
};

class RequestLog {
 public:
  static constexpr std::size_t kKept = 100'000;
  // The newest `kept` are kept.
  explicit RequestLog(std::size_t kept = kKept) : kept_(kept) {}

  void Add(TimePoint time, const http::Request& request, const http::Reply& reply);
  // Those that fit, oldest first.
  [[nodiscard]] std::vector<LoggedRequest> Matching(const RequestFilter& filter) const;
  void Clear() { requests_.clear(); }

 private:
  std::size_t kept_;
  std::int64_t last_number_ = 0;
  std::deque<LoggedRequest> requests_;
};

}  // namespace cohort_sync::simulator

#endif  // COHORT_SYNC_SIMULATOR_REQUEST_LOG_H_
