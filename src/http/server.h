// Incoming HTTP/1.1 on one thread, over Boost.Beast (design/performance.md, section 6). Minimal:
// the stand-ins and the tests use it; the receiver's gate comes on top of it.
#ifndef COHORT_SYNC_HTTP_SERVER_H_
#define COHORT_SYNC_HTTP_SERVER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "http/message.h"

namespace cohort_sync::http {

// What the connection does with an answer, so that stand-ins can misbehave on purpose.
struct Reply {
  Response response;
  Duration delay{0};              // Before the first byte; other requests go on meanwhile.
  bool reset_connection = false;  // Instead of answering: the peer sees a reset.
  // Close after this many bytes of the body, if it has as many; Content-Length stays whole, and a
  // chunked body lacks its final chunk.
  std::size_t cut_after = SIZE_MAX;
  bool chunked = false;          // Transfer-Encoding: chunked instead of Content-Length.
  bool close_delimited = false;  // Neither: the body ends with the connection.
};

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // 0: the system chooses; see port().
  std::size_t max_body_bytes = 16U << 20U;
  // Per request, in total; also how long a connection may be idle, and how long an answer may take
  // to be sent (not counting Reply::delay).
  Duration read_timeout{20'000};
};

// Called on the server's thread, one request at a time: no locking needed inside it.
using Handler = std::function<Reply(const Request&)>;

// Listens until destroyed. Keep-alive connections.
class Server {
 public:
  // kUnavailable when the address cannot be bound, with address, port and the system's reason.
  [[nodiscard]] static Result<std::unique_ptr<Server>> Start(const ServerOptions& options,
                                                             Handler handler);
  virtual ~Server() = default;
  [[nodiscard]] virtual std::uint16_t port() const = 0;
  // "http://127.0.0.1:PORT"
  [[nodiscard]] virtual std::string url() const = 0;
  // Runs `task` on the server's thread, between two requests, and waits for it: how others look at
  // what the handler owns.
  virtual void Run(const std::function<void()>& task) = 0;
};

}  // namespace cohort_sync::http

#endif  // COHORT_SYNC_HTTP_SERVER_H_
