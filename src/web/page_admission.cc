#include "web/page_admission.h"

namespace cohort_sync::web {

http::Admission AdmitReader(const http::Request& head) {
  if (head.method == "GET" || head.method == "HEAD") return {.refusal = {}, .keep_alive = true};
  http::Reply reply = LineReply(405, "only GET and HEAD are answered here");
  reply.response.headers.Add("Allow", "GET, HEAD");
  return {.refusal = std::move(reply)};
}

http::Reply RefuseReader(int status) {
  if (status == 503) return LineReply(status, "too many requests at once; try again");
  return LineReply(status, "a body is not read here");
}

http::Reply LineReply(int status, const std::string& line) {
  http::Reply reply = http::ReplyWith(status, "text/plain; charset=utf-8", line + '\n');
  reply.response.headers.Add("Cache-Control", "no-store");
  return reply;
}

}  // namespace cohort_sync::web
