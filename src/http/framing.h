// How the end of an answer's body is known (RFC 9112, 6.3): decides whether a body can be trusted
// to be whole.
#ifndef COHORT_SYNC_HTTP_FRAMING_H_
#define COHORT_SYNC_HTTP_FRAMING_H_

#include <cstdint>
#include <string_view>

#include "http/message.h"

namespace cohort_sync::http {

enum class FramingKind {
  kNoBody,      // HEAD, 204, 304.
  kLength,      // Content-Length.
  kChunked,     // Transfer-Encoding: chunked.
  kUntilClose,  // Neither: a cut connection and a whole body look the same.
  kInvalid,     // A length that is not a number, or a transfer encoding that we did not ask for.
};

struct Framing {
  FramingKind kind = FramingKind::kUntilClose;
  std::uint64_t length = 0;  // For kLength.
};

// Of the answer with this status and these headers to a request of that method.
[[nodiscard]] Framing FramingOf(std::string_view method, const Response& head);

}  // namespace cohort_sync::http

#endif  // COHORT_SYNC_HTTP_FRAMING_H_
