// What the client needs of an HTTP library. Deadlines, limits and the question whether a body is
// whole are on this side of it (send_call.h, download_call.h); bytes and connections on the other.
#ifndef COHORT_SYNC_HTTP_TRANSPORT_H_
#define COHORT_SYNC_HTTP_TRANSPORT_H_

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string_view>

#include "http/client.h"

namespace cohort_sync::http {

// Told about one answer, on the transport's thread (OnEnd also on that of Begin, for a request that
// is not sent). None of the functions may block or throw.
class AnswerReader {
 public:
  virtual ~AnswerReader() = default;
  // Status and headers; `head.body` is empty. Once, or never; the first OnData may come before it.
  virtual void OnHead(Response head) = 0;
  // A piece of the body, transfer encoding undone and content encoding not. `bytes` stay valid, and
  // nothing more is read, until `next` is called: once, from any thread; false ends the exchange.
  virtual void OnData(std::string_view bytes, std::function<void(bool)> next) = 0;
  // The last call, once: the answer ended where its framing said, or with the connection if it has
  // none; or why not.
  virtual void OnEnd(std::optional<Failure> failure) = 0;
};

// Thread-safe.
class Transport {
 public:
  virtual ~Transport() = default;
  // Sends `request` and reads its answer, without any deadline. A stop closes the connection at
  // once, and nothing more is sent; OnEnd still comes, perhaps much later (after a host name was
  // resolved).
  virtual void Begin(const Request& request,
                     std::shared_ptr<AnswerReader> reader,
                     const std::stop_token& stop) = 0;
};

// A client over `transport`.
[[nodiscard]] std::unique_ptr<Client> MakeTransportClient(const ClientOptions& options,
                                                          std::shared_ptr<Transport> transport);

}  // namespace cohort_sync::http

#endif  // COHORT_SYNC_HTTP_TRANSPORT_H_
