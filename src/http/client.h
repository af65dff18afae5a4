// Outgoing HTTP. The only class that makes requests (faults.md 5.2).
#ifndef COHORT_SYNC_HTTP_CLIENT_H_
#define COHORT_SYNC_HTTP_CLIENT_H_

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "base/result.h"
#include "http/message.h"

namespace cohort_sync::http {

// Why there is no answer.
enum class FailureKind {
  kNotSent,      // The other side saw nothing of the request: no connection, or a refused request.
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
// accepted (design brief, section 7), so no user, path or IPv6 address (cpprestsdk cannot connect
// to one that is written out). kConfiguration with the reason otherwise.
[[nodiscard]] Status CheckBaseUrl(std::string_view url);
// Is the host of `url` 127.0.0.0/8, ::1 or localhost?
[[nodiscard]] bool IsLoopback(std::string_view url);
// Splits "https://host:port/path?query" into "https://host:port" and "/path?query" (at least "/").
// A fragment is dropped; without "scheme://" the first part is empty.
[[nodiscard]] std::pair<std::string, std::string> SplitUrl(std::string_view url);

struct ClientOptions {
  std::string base_url;      // Scheme, host and port; see CheckBaseUrl.
  Duration timeout{30'000};  // Send: in total. Download: see there.
  std::size_t max_response_bytes = 1U << 20U;
};

// One per origin and credential: connections are kept and reused. The target goes on the wire byte
// for byte. Host, Content-Length, Transfer-Encoding and Connection are the client's own: a request
// that sets one of them, or has a character that may not go on the wire, is kNotSent. Never follows
// a redirect, never repeats a request that the other side may have seen (except GET and HEAD, once
// a reused connection turns out to be dead), never takes a proxy from the environment. Values of
// repeated response headers come joined by ", ". Thread-safe.
class Client {
 public:
  // Requests sent and not yet answered end with kInterrupted; returns after their `done`s have
  // returned. Not to be called from a `done` or during a Download.
  virtual ~Client() = default;

  // Sends `request` and calls `done` exactly once, from any thread, possibly before this returns.
  // `done` must neither block nor throw. A body without Content-Length and chunks is taken as whole
  // when the connection ends: its reader has to find out (a JSON parser does).
  virtual void Send(const Request& request, std::function<void(Answer)> done) = 0;

  // Sends and waits. Gives up with kInterrupted on `stop`; the request itself may go on until its
  // deadline, and is not sent when the stop came first. Not to be called from a `done`.
  [[nodiscard]] Answer SendAndWait(const Request& request, const std::stop_token& stop = {});

  // A body that is passed on in pieces while it arrives: for files. Returns the answer without its
  // body; both functions are called on this thread, and reading waits for them. Bytes are those of
  // the wire, content encoding not undone.
  // - `on_headers` gets status and headers before the first piece; false ends the read (kCutOff).
  // - `on_data` gets the pieces, at most `max_bytes` in all; false ends the read (kCutOff).
  // The body is whole when this returns a Response: Content-Length was met or the final chunk was
  // seen. A 2xx body that ends with the connection is kCutOff.
  // The timeout is for the headers, and then for each further 64 KiB; the time that `on_data` takes
  // does not count.
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

// "Basic base64(user:password)", registered for redaction (base/redaction.h).
[[nodiscard]] std::string BasicAuthorization(std::string_view user, std::string_view password);

}  // namespace cohort_sync::http

#endif  // COHORT_SYNC_HTTP_CLIENT_H_
