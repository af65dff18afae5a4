#include "http/reply_wire.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/format.h"
#include "base/text.h"

namespace cohort_sync::http {
namespace {

// Small enough that a body of some size is made of several chunks, which readers have to join.
constexpr std::size_t kChunkBytes = 16'384;

// The first `limit` bytes of `body` in chunks, the last one shorter than its header promised where
// the limit falls inside it. Without a limit the final chunk follows.
std::string Chunked(std::string_view body, std::optional<std::size_t> limit) {
  std::string wire;
  wire.reserve(body.size() + body.size() / kChunkBytes * 8 + 32);
  const std::size_t end = limit.value_or(body.size());
  for (std::size_t at = 0; at < end; at += kChunkBytes) {
    const std::string_view chunk = body.substr(at, kChunkBytes);
    wire += Format("{:x}\r\n", chunk.size());
    if (chunk.size() > end - at) return wire.append(chunk.substr(0, end - at));
    wire.append(chunk).append("\r\n");
  }
  if (!limit) wire.append("0\r\n\r\n");
  return wire;
}

bool IsFraming(std::string_view name) {
  return EqualsIgnoringCase(name, "Content-Length") ||
         EqualsIgnoringCase(name, "Transfer-Encoding") || EqualsIgnoringCase(name, "Connection");
}

bool HasLegalHeaders(const Response& response) {
  const auto& fields = response.headers.fields();
  return std::all_of(fields.begin(), fields.end(), [](const auto& field) {
    return IsToken(field.first) && IsFieldValue(field.second);
  });
}

bool MayHaveBody(int status) {
  return status >= 200 && status != 204 && status != 304;
}

}  // namespace

ReplyWire EncodeReply(Reply reply, std::string_view method, bool keep_alive) {
  if (!HasLegalHeaders(reply.response)) {
    reply = ReplyWith(500);
  }
  Response& response = reply.response;
  const std::size_t size = response.body.size();
  const bool body_allowed = MayHaveBody(response.status);
  const bool cut = reply.cut_after <= size;
  const bool until_close = body_allowed && reply.close_delimited;
  const bool asked_to_close =
      EqualsIgnoringCase(response.headers.Find("Connection").value_or(""), "close");

  ReplyWire wire;
  wire.close = !keep_alive || cut || until_close || asked_to_close;
  wire.header = Format("HTTP/1.1 {} \r\n", response.status);
  for (const auto& [name, value] : response.headers.fields()) {
    if (!IsFraming(name)) wire.header += Format("{}: {}\r\n", name, value);
  }
  if (body_allowed && !until_close) {
    wire.header +=
        reply.chunked ? "Transfer-Encoding: chunked\r\n" : Format("Content-Length: {}\r\n", size);
  }
  if (wire.close) wire.header += "Connection: close\r\n";
  wire.header += "\r\n";

  if (!body_allowed || method == "HEAD") return wire;
  if (reply.chunked && !until_close) {
    wire.body = Chunked(response.body, cut ? std::optional(reply.cut_after) : std::nullopt);
    return wire;
  }
  wire.body = std::move(response.body);
  if (cut) wire.body.resize(reply.cut_after);
  return wire;
}

}  // namespace cohort_sync::http
