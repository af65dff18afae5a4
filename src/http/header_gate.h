// Is the header of a request fit to be parsed? On its raw bytes, because a parser that is kind to
// odd ones lets two readers see different requests (design/faults.md G7, H7; performance.md 6).
#ifndef COHORT_SYNC_HTTP_HEADER_GATE_H_
#define COHORT_SYNC_HTTP_HEADER_GATE_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cohort_sync::http {

// The request line, the fields and the empty line together.
inline constexpr std::size_t kMaxHeaderBytes = 8'192;

enum class HeaderState {
  kPartial,  // Read on.
  kWhole,
  kTooLong,    // Answered 431.
  kMalformed,  // Answered 400: a bare CR or LF, a control character, or an empty first line.
};

struct HeaderScan {
  HeaderState state = HeaderState::kPartial;
  std::size_t size = 0;  // Of a whole header: up to and including its empty line.
};

// What `bytes`, all that a connection has sent since the last request, begin with. Decides as soon
// as the bytes allow, so that a peer that will never end a header is not waited for.
[[nodiscard]] HeaderScan ScanHeader(std::string_view bytes);

// Why this whole header is refused (answered 400), for the person who set up its sender; nullopt
// when it may be parsed: method, target and `HTTP/1.1` with one space between; a target that begins
// with '/'; fields of a token, a colon and a value on one line; exactly one Host, which is served;
// at most one of Content-Length (digits) and Transfer-Encoding (exactly "chunked") in total.
[[nodiscard]] std::optional<std::string> HeaderObjection(std::string_view header,
                                                         const std::vector<std::string>& hosts);

// May a request with this Host be answered (DNS rebinding)? An entry without a port serves the name
// at any port, one with a port that port only, and "*" every well-formed host. Case does not count;
// an IPv6 address is in brackets.
[[nodiscard]] bool IsServedHost(std::string_view host, const std::vector<std::string>& hosts);

}  // namespace cohort_sync::http

#endif  // COHORT_SYNC_HTTP_HEADER_GATE_H_
