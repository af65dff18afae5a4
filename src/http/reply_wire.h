// The bytes of an answer: status line, headers and framing (RFC 9112), apart from the socket that
// carries them.
#ifndef COHORT_SYNC_HTTP_REPLY_WIRE_H_
#define COHORT_SYNC_HTTP_REPLY_WIRE_H_

#include <string>
#include <string_view>

#include "http/reply.h"

namespace cohort_sync::http {

struct ReplyWire {
  std::string header;  // Up to and including the empty line.
  std::string body;    // As framed: with chunk headers when chunked, cut when the reply says so.
  bool close = false;  // The connection ends after these bytes.
};

// Framing is decided here: Content-Length, Transfer-Encoding and Connection among the reply's
// headers are dropped, except that "Connection: close" closes. An answer to HEAD and the statuses
// 1xx, 204 and 304 have no body. A header that may not go on the wire (IsToken, IsFieldValue) makes
// it a bare 500. `reset_connection` and `delay` are for the caller.
[[nodiscard]] ReplyWire EncodeReply(Reply reply, std::string_view method, bool keep_alive);

}  // namespace cohort_sync::http

#endif  // COHORT_SYNC_HTTP_REPLY_WIRE_H_
