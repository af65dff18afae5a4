// A configuration with a server, the real program that serves it, and what it answers.
#ifndef COHORT_SYNC_TESTS_END_TO_END_DAEMON_H_
#define COHORT_SYNC_TESTS_END_TO_END_DAEMON_H_

#include <cstdint>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>

#include "base/format.h"
#include "base/unique_fd.h"
#include "http/client.h"

namespace cohort_sync {

// One that nobody listens on. Another program could take it before it is used; the system gives out
// others first.
inline std::uint16_t FreePort() {
  const UniqueFd socket(::socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  if (::bind(socket.get(), any, size) != 0 || ::getsockname(socket.get(), any, &size) != 0)
    return 0;
  return ntohs(address.sin_port);
}

struct PageAnswer {
  int status = 0;  // 0: none came.
  std::string body;
};

inline PageAnswer Ask(std::uint16_t port, const http::Request& request) {
  http::ClientOptions options;
  options.base_url = Format("http://127.0.0.1:{}", port);
  const auto client = http::MakeClient(options);
  if (!client) return {};
  const http::Answer answer = (*client)->SendAndWait(request);
  if (!answer) return {0, answer.error().message};
  return {answer->status, answer->body};
}

inline PageAnswer GetPage(std::uint16_t port, const std::string& target) {
  return Ask(port, {.target = target});
}

}  // namespace cohort_sync

#endif  // COHORT_SYNC_TESTS_END_TO_END_DAEMON_H_
