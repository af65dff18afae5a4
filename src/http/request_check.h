// What may go on the wire as a request: the client asks before it sends.
#ifndef COHORT_SYNC_HTTP_REQUEST_CHECK_H_
#define COHORT_SYNC_HTTP_REQUEST_CHECK_H_

#include <optional>
#include <string>

#include "http/message.h"

namespace cohort_sync::http {

// Why `request` may not be sent, without header values (they hold credentials); nullopt when it
// may. Method and header names are tokens, header values have no control characters, the framing
// headers and Host are left to the client, and the target starts with one '/' and has printable
// ASCII only, without '#'.
[[nodiscard]] std::optional<std::string> RequestObjection(const Request& request);

}  // namespace cohort_sync::http

#endif  // COHORT_SYNC_HTTP_REQUEST_CHECK_H_
