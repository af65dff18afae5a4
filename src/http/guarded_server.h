// Incoming HTTP/1.1 from peers that may be hostile (design/performance.md 6, design/faults.md 2.G),
// on one thread of its own.
#ifndef COHORT_SYNC_HTTP_GUARDED_SERVER_H_
#define COHORT_SYNC_HTTP_GUARDED_SERVER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "http/message.h"
#include "http/reply.h"
#include "http/responder.h"

namespace cohort_sync::http {

// Deadlines are totals, however the bytes trickle. None runs while a request is being handled.
struct GuardedServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // 0: the system chooses; see port().
  // Which values of Host are served (http/header_gate.h).
  std::vector<std::string> hosts = {"localhost", "127.0.0.1", "[::1]"};
  // One more connection ends the oldest that waits for nothing of ours: that has its answer, is
  // idle or has not sent its header yet, in this order. Where all are at work it waits its turn.
  std::size_t max_connections = 64;
  // The same for those of one peer, by its IPv4 address or the first 64 bits of its IPv6 address:
  // one more ends its own oldest that waits for nothing of ours, and is closed where all are at
  // work. 0: no such limit, as where a proxy is the peer of everybody.
  std::size_t max_connections_per_address = 0;
  // Of all bodies that are being read or handled; beyond it a request is refused with 503.
  std::size_t max_body_bytes_in_flight = 128U << 20U;
  Duration header_timeout{5'000};  // From the connection or, where it was kept, the first byte.
  Duration body_timeout{20'000};
  Duration write_timeout{10'000};
  // How long what still comes is read after the last answer: closing with unread input resets the
  // connection, which can take the answer with it.
  Duration linger_timeout{1'000};
  Duration idle_timeout{15'000};  // Between two requests.
  Duration stop_timeout{5'000};   // See Stop.
};

// What becomes of a request whose head is known and whose body is not.
struct Admission {
  std::optional<Reply> refusal;    // The answer; the body is not read and the connection ends.
  std::size_t max_body_bytes = 0;  // Otherwise it may have a body of this size.
  bool keep_alive = false;         // May another request follow on the connection?
};

// Called on the server's thread, one call at a time. An exception is logged and answered 500.
class RequestHandler {
 public:
  virtual ~RequestHandler() = default;
  // `head` has no body yet.
  virtual Admission Admit(const Request& head) = 0;
  // An admitted request is not taken: its body is too large (413), there is no room for it at the
  // moment (503), or it is not well-formed (400). Says what to answer; the connection ends.
  virtual Reply Refuse(const Request& head, int status) = 0;
  // The whole request. The answer may come later, from any thread.
  virtual void Handle(Request request, Responder responder) = 0;
};

struct ServerCounts {
  std::size_t open_connections = 0;
  std::int64_t connections = 0;    // Accepted ever.
  std::int64_t evicted = 0;        // Ended to make room for others.
  std::int64_t refused_heads = 0;  // Answered 400 or 431 before anybody looked at them.
  std::int64_t turned_away = 0;    // Closed at once, for the limit of their address.
};

// Destruction ends all connections at once.
class GuardedServer {
 public:
  // kUnavailable when the address cannot be bound, with address, port and the system's reason.
  // `handler` outlives the server.
  [[nodiscard]] static Result<std::unique_ptr<GuardedServer>> Start(
      const GuardedServerOptions& options, RequestHandler& handler);
  virtual ~GuardedServer() = default;

  // Refuses new connections, ends those without a request, and waits for the answers of the others,
  // at most for `stop_timeout`; then they end too. Nothing is called after it.
  virtual void Stop() = 0;

  [[nodiscard]] virtual std::uint16_t port() const = 0;
  // "http://127.0.0.1:PORT"
  [[nodiscard]] virtual std::string url() const = 0;
  // Runs `task` on the server's thread, between two calls of the handler, and waits for it. Not
  // while another thread stops the server.
  virtual void Run(const std::function<void()>& task) = 0;
  [[nodiscard]] virtual ServerCounts Counts() = 0;
};

}  // namespace cohort_sync::http

#endif  // COHORT_SYNC_HTTP_GUARDED_SERVER_H_
