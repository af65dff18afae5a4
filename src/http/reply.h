// An answer and what the connection does with it.
#ifndef COHORT_SYNC_HTTP_REPLY_H_
#define COHORT_SYNC_HTTP_REPLY_H_

#include <cstdint>
#include <string>
#include <utility>

#include "base/clock.h"
#include "http/message.h"

namespace cohort_sync::http {

// All but `response` is for stand-ins, so that they can misbehave on purpose.
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

// An answer in good order: the status, and where there is a body, what it is.
[[nodiscard]] inline Reply ReplyWith(int status) {
  Reply reply;
  reply.response.status = status;
  return reply;
}
[[nodiscard]] inline Reply ReplyWith(int status, std::string content_type, std::string body) {
  Reply reply = ReplyWith(status);
  reply.response.headers.Add("Content-Type", std::move(content_type));
  reply.response.body = std::move(body);
  return reply;
}

}  // namespace cohort_sync::http

#endif  // COHORT_SYNC_HTTP_REPLY_H_
