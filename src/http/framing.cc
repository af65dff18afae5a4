#include "http/framing.h"

#include "base/text.h"

namespace cohort_sync::http {

Framing FramingOf(std::string_view method, const Response& head) {
  if (method == "HEAD" || head.status == 204 || head.status == 304) {
    return {.kind = FramingKind::kNoBody};
  }
  if (const auto encoding = head.headers.Find("Transfer-Encoding")) {
    const bool chunked = EqualsIgnoringCase(Trim(*encoding), "chunked");
    return {.kind = chunked ? FramingKind::kChunked : FramingKind::kInvalid};
  }
  const auto header = head.headers.Find("Content-Length");
  if (!header) return {.kind = FramingKind::kUntilClose};
  const auto length = ParseInteger(Trim(*header));
  if (!length) return {.kind = FramingKind::kInvalid};
  return {.kind = FramingKind::kLength, .length = static_cast<std::uint64_t>(*length)};
}

}  // namespace cohort_sync::http
