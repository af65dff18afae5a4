// A server with one synchronous handler, for the stand-ins and the tests: a GuardedServer that
// serves every host and limits little but time.
#ifndef COHORT_SYNC_HTTP_SERVER_H_
#define COHORT_SYNC_HTTP_SERVER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "http/message.h"
#include "http/reply.h"

namespace cohort_sync::http {

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // 0: the system chooses; see port().
  std::size_t max_body_bytes = 16U << 20U;
  // For a request's header, for its body, for its answer (not counting Reply::delay) and for what
  // lies between two requests.
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
