// Outgoing HTTP. The only class that makes requests (faults.md 5.2).
#ifndef COHORT_SYNC_HTTP_CLIENT_H_
#define COHORT_SYNC_HTTP_CLIENT_H_

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "http/message.h"

namespace cohort_sync::http {

// Why there is no answer.
enum class FailureKind {
  kNotSent,      // No connection was made: the other side saw nothing.
  kTimedOut,     // The total deadline passed; the other side may have acted, or may still act.
  kCutOff,       // The connection ended before the answer did; the other side may have acted.
  kTooLarge,     // The answer passed the cap.
  kInterrupted,  // Stopped by us.
};

struct Failure {
  FailureKind kind = FailureKind::kNotSent;
  std::string message;  // Lower case, without the URL's query and without secrets.
};

using Answer = tl::expected<Response, Failure>;

// "https://host[:port]" or, for loopback addresses only, "http://host[:port]"; nothing else is
// accepted (design brief, section 7). kConfiguration with the reason otherwise.
[[nodiscard]] Status CheckBaseUrl(std::string_view url);
// Is the host of `url` 127.0.0.0/8, ::1 or localhost?
[[nodiscard]] bool IsLoopback(std::string_view url);
// Splits "https://host:port/path?query" into "https://host:port" and "/path?query" (at least "/").
[[nodiscard]] std::pair<std::string, std::string> SplitUrl(std::string_view url);

struct ClientOptions {
  std::string base_url;      // Scheme, host and port; see CheckBaseUrl.
  Duration timeout{30'000};  // Total, per request, from the first byte to the last.
  std::size_t max_response_bytes = 1U << 20U;
};

// One per origin and credential: connections are kept and reused. Never follows a redirect, never
// repeats a request that the other side may have seen, never takes a proxy from the environment.
// Thread-safe.
class Client {
 public:
  virtual ~Client() = default;

  // Sends `request` and calls `done` exactly once, from any thread, possibly before this returns.
  // `done` must not block.
  virtual void Send(const Request& request, std::function<void(Answer)> done) = 0;

  // Sends and waits. Gives up with kInterrupted on `stop`. Not to be called from a `done`.
  [[nodiscard]] Answer SendAndWait(const Request& request, const std::stop_token& stop = {});

  // A body that is passed on in pieces while it arrives: for files. Returns the answer without its
  // body; `on_data` returns false to end the read (kCutOff). Bytes are those of the wire, content
  // encoding not undone. The body is whole when this returns a Response: Content-Length was met or
  // the final chunk was seen; a body that ends with the connection is kCutOff. At most `max_bytes`.
  // The answer's status and headers are passed to `on_headers` before the first piece; false ends
  // it.
  [[nodiscard]] virtual Answer Download(const Request& request,
                                        std::size_t max_bytes,
                                        const std::function<bool(const Response&)>& on_headers,
                                        const std::function<bool(std::string_view)>& on_data,
                                        const std::stop_token& stop) = 0;
};

// Makes clients; the stand-in for tests makes its own.
using ClientFactory = std::function<Result<std::unique_ptr<Client>>(const ClientOptions&)>;

// The real one, over cpprestsdk. kConfiguration when the base URL is not acceptable.
[[nodiscard]] Result<std::unique_ptr<Client>> MakeClient(const ClientOptions& options);

// "Basic base64(user:password)"
[[nodiscard]] std::string BasicAuthorization(std::string_view user, std::string_view password);

}  // namespace cohort_sync::http

#endif  // COHORT_SYNC_HTTP_CLIENT_H_
