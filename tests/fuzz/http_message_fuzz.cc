// What may go on the wire, and where an answer ends. First line: "METHOD TARGET STATUS"; then
// headers, an empty line, and the body.
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/text.h"
#include "fuzz/fuzz_input.h"
#include "fuzz/message_law.h"
#include "http/framing.h"
#include "http/reply_wire.h"
#include "http/request_check.h"

namespace cohort_sync::http {
namespace {

// Bytes that could end a line or a message, or start another one.
bool BreaksLine(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

void CheckRequest(const Request& request) {
  if (const auto objection = RequestObjection(request)) return CheckMessage(*objection);
  CHECK(!request.method.empty() && !BreaksLine(request.method));
  CHECK(request.method.find(' ') == std::string::npos);
  CHECK(request.target.starts_with('/') && !request.target.starts_with("//"));
  CHECK(!BreaksLine(request.target) && request.target.find_first_of(" #") == std::string::npos);
  for (const auto& [name, value] : request.headers.fields()) {
    CHECK(!name.empty() && name.find_first_of(": \t") == std::string::npos);
    CHECK(!BreaksLine(name) && !BreaksLine(value));
    for (const char* own : {"host", "content-length", "transfer-encoding", "connection"})
      CHECK(ToLowerAscii(name) != own);
  }
}

void CheckFraming(const std::string& method, const Response& response) {
  const Framing framing = FramingOf(method, response);
  const bool has_no_body = method == "HEAD" || response.status == 204 || response.status == 304;
  CHECK((framing.kind == FramingKind::kNoBody) == has_no_body);
  if (framing.kind != FramingKind::kLength) return;
  // A length counts only alone: with an encoding beside it two readers could disagree.
  CHECK(!response.headers.Find("Transfer-Encoding"));
  const auto text = response.headers.Find("Content-Length");
  CHECK(text && std::to_string(framing.length).size() <= Trim(*text).size());
  CHECK(Trim(*text).find_first_not_of("0123456789") == std::string_view::npos);
}

// The body of chunks; nullopt when they are not whole.
std::optional<std::string> Joined(std::string_view wire) {
  std::string body;
  while (true) {
    const std::size_t end = wire.find("\r\n");
    if (end == std::string_view::npos || end == 0) return std::nullopt;
    const std::size_t length = std::stoul(std::string(wire.substr(0, end)), nullptr, 16);
    wire.remove_prefix(end + 2);
    if (wire.size() < length + 2 || wire.substr(length, 2) != "\r\n") return std::nullopt;
    body += wire.substr(0, length);
    wire.remove_prefix(length + 2);
    if (length == 0) return wire.empty() ? std::optional(body) : std::nullopt;
  }
}

// What is written is read back as one message with this body.
void CheckReply(const std::string& method, const Response& response, bool chunked) {
  Reply reply;
  reply.response = response;
  reply.chunked = chunked;
  const ReplyWire wire = EncodeReply(reply, method, /*keep_alive=*/true);
  CHECK(wire.header.starts_with("HTTP/1.1 ") && wire.header.ends_with("\r\n\r\n"));
  CHECK(wire.header.find("\r\n\r\n") == wire.header.size() - 4);
  Response read;
  const auto lines = Split(std::string_view(wire.header).substr(0, wire.header.size() - 4), '\n');
  read.status = static_cast<int>(ParseInteger(lines[0].substr(9, 3)).value_or(0));
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const std::size_t colon = lines[i].find(':');
    CHECK(colon != std::string_view::npos);
    read.headers.Add(std::string(lines[i].substr(0, colon)),
                     std::string(Trim(lines[i].substr(colon + 1))));
  }
  const auto& fields = response.headers.fields();
  const bool is_refused = !std::all_of(fields.begin(), fields.end(), [](const auto& field) {
    return IsToken(field.first) && IsFieldValue(field.second);
  });
  CHECK(read.status == (is_refused ? 500 : response.status));
  const std::string body = is_refused ? "" : response.body;
  switch (FramingOf(method, read).kind) {
    case FramingKind::kNoBody:
      CHECK(wire.body.empty());
      break;
    case FramingKind::kLength:
      CHECK(wire.body == body && FramingOf(method, read).length == body.size());
      break;
    case FramingKind::kChunked:
      CHECK(Joined(wire.body) == body);
      break;
    case FramingKind::kUntilClose:
    case FramingKind::kInvalid:
      CHECK(read.status < 200 && wire.body.empty());  // An interim answer ends with its header.
      break;
  }
}

}  // namespace
}  // namespace cohort_sync::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace cohort_sync;        // NOLINT(google-build-using-namespace)
  using namespace cohort_sync::http;  // NOLINT(google-build-using-namespace)
  FuzzInput input(bytes, size);
  const auto words = input.Words(3);
  const std::string method(words[0]);
  const int status = static_cast<int>(100 + ParseInteger(words[2]).value_or(100) % 900);
  const Headers headers = input.HeaderLines();
  const std::string body(input.Rest());

  CheckRequest({.method = method, .target = std::string(words[1]), .headers = headers});
  const Response response{.status = status, .headers = headers, .body = body};
  CheckFraming(method, response);
  for (const bool chunked : {false, true})
    CheckReply(method, response, chunked);
  return 0;
}
