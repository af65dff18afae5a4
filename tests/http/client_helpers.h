// What the tests of the real client share.
#ifndef COHORT_SYNC_TESTS_HTTP_CLIENT_HELPERS_H_
#define COHORT_SYNC_TESTS_HTTP_CLIENT_HELPERS_H_

#include <memory>
#include <string>
#include <utility>

#include "http/client.h"
#include "http/raw_socket.h"

namespace cohort_sync::http {

inline std::unique_ptr<Client> ClientFor(const std::string& url,
                                         Duration timeout = Duration(10'000),
                                         std::size_t max_response_bytes = 1U << 20U) {
  return MakeClient({.base_url = url, .timeout = timeout, .max_response_bytes = max_response_bytes})
      .value();
}

inline Request Get(std::string target = "/") {
  return {.target = std::move(target)};
}
inline Request Post(std::string body) {
  return {.method = "POST", .target = "/", .body = std::move(body)};
}

// A server that answers every message on every connection with the same bytes.
inline RawServer Answering(std::string answer) {
  return RawServer([answer = std::move(answer)](RawConnection& connection) {
    while (!connection.ReadMessage().empty()) {
      if (!connection.Write(answer)) return;
    }
  });
}
// The same, and then closes.
inline RawServer AnsweringOnce(std::string answer) {
  return RawServer([answer = std::move(answer)](RawConnection& connection) {
    connection.ReadMessage();
    connection.Write(answer);
  });
}

}  // namespace cohort_sync::http

#endif  // COHORT_SYNC_TESTS_HTTP_CLIENT_HELPERS_H_
