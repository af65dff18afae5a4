// A client that tells somebody what it sent and got.
#ifndef COHORT_SYNC_HTTP_RECORDING_CLIENT_H_
#define COHORT_SYNC_HTTP_RECORDING_CLIENT_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "http/client.h"
#include "http/message.h"

namespace cohort_sync::http {

// One request and what came of it. The request's headers are with it, credentials included: it is
// the recorder's part to leave out what may not be shown.
struct Exchange {
  std::string base_url;
  TimePoint sent_at;
  Duration took;
  Request request;
  std::optional<Response> response;  // Of a download: without its body.
  std::optional<Failure> failure;    // Beside a response: the download broke off within its body.
  std::optional<std::uint64_t> downloaded;  // Of a download: bytes of the body that were read.
};

// Called once for each exchange, before its `done` or at the end of its Download, from the thread
// that has the answer: from several at once. Must not throw; what holds for `done` in Client::Send
// holds for it.
using ExchangeRecorder = std::function<void(const Exchange&)>;

// Does what `client` does, and tells `recorder`. `clock` outlives the last answer.
[[nodiscard]] std::unique_ptr<Client> MakeRecordingClient(std::string base_url,
                                                          std::unique_ptr<Client> client,
                                                          const Clock& clock,
                                                          ExchangeRecorder recorder);

}  // namespace cohort_sync::http

#endif  // COHORT_SYNC_HTTP_RECORDING_CLIENT_H_
