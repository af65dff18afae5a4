#include "http/request_reader.h"

#include <cstdint>
#include <cstring>
#include <string_view>

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "base/check.h"
#include "base/format.h"
#include "http/header_gate.h"

namespace cohort_sync::http {
namespace {

namespace beast = boost::beast;
using BeastError = beast::http::error;
using boost::system::error_code;

constexpr std::size_t kBufferBytes = 65'536;

tl::unexpected<HeadRefusal> Refused(int status, std::string reason) {
  return tl::unexpected(HeadRefusal{status, std::move(reason)});
}

}  // namespace

struct RequestReader::Parser {
  beast::http::request_parser<beast::http::string_body> beast;
  bool is_limited = false;
};

RequestReader::RequestReader(const std::vector<std::string>& hosts)
    : hosts_(hosts), buffer_(kBufferBytes) {}

RequestReader::~RequestReader() = default;

std::pair<char*, std::size_t> RequestReader::Prepare() {
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= std::exchange(begin_, 0);
  }
  CHECK(end_ < buffer_.size());
  return {buffer_.data() + end_, buffer_.size() - end_};
}

void RequestReader::Commit(std::size_t count) {
  CHECK(count <= buffer_.size() - end_);
  end_ += count;
}

bool RequestReader::has_unread() const {
  return begin_ < end_;
}

void RequestReader::DiscardUnread() {
  begin_ = end_;
}

std::optional<tl::expected<RequestHead, HeadRefusal>> RequestReader::ReadHead() {
  const std::string_view bytes(buffer_.data() + begin_, end_ - begin_);
  const HeaderScan scan = ScanHeader(bytes);
  switch (scan.state) {
    case HeaderState::kPartial:
      return std::nullopt;
    case HeaderState::kTooLong:
      return Refused(431, Format("the header has more than {} bytes", kMaxHeaderBytes));
    case HeaderState::kMalformed:
      return Refused(400, "the header has a line end or a control character out of place");
    case HeaderState::kWhole:
      break;
  }
  if (auto objection = HeaderObjection(bytes.substr(0, scan.size), hosts_)) {
    return Refused(400, std::move(*objection));
  }
  return ParseHead();
}

tl::expected<RequestHead, HeadRefusal> RequestReader::ParseHead() {
  parser_ = std::make_unique<Parser>();
  auto& parser = parser_->beast;
  parser.header_limit(2 * kMaxHeaderBytes);  // The gate's limit is the one that counts.
  parser.body_limit(UINT64_MAX);             // Known when the body is read.
  error_code error;
  begin_ += parser.put(boost::asio::const_buffer(buffer_.data() + begin_, end_ - begin_), error);
  if (error || !parser.is_header_done()) {
    return Refused(400, Format("the header cannot be read: {}", error.message()));
  }

  RequestHead head;
  const auto& message = parser.get();
  head.request.method = std::string(message.method_string());
  head.request.target = std::string(message.target());
  for (const auto& field : message) {
    head.request.headers.Add(std::string(field.name_string()), std::string(field.value()));
  }
  head.keep_alive = parser.keep_alive();
  if (const auto length = parser.content_length()) head.content_length = *length;
  return head;
}

BodyState RequestReader::ReadBody(std::uint64_t max_bytes) {
  CHECK(parser_);
  auto& parser = parser_->beast;
  if (!std::exchange(parser_->is_limited, true)) {
    if (parser.content_length().value_or(0) > max_bytes) return BodyState::kTooLarge;
    parser.body_limit(max_bytes);  // It is counted down as chunks begin.
    parser.eager(true);
  }
  error_code error;
  while (!error && has_unread() && !parser.is_done()) {
    begin_ += parser.put(boost::asio::const_buffer(buffer_.data() + begin_, end_ - begin_), error);
  }
  if (error == BeastError::body_limit) return BodyState::kTooLarge;
  if (error && error != BeastError::need_more) return BodyState::kMalformed;
  if (parser.is_done()) return BodyState::kWhole;
  // The line before a chunk or the fields behind the last one, without an end in sight.
  return end_ - begin_ == buffer_.size() ? BodyState::kMalformed : BodyState::kPartial;
}

std::size_t RequestReader::body_size() const {
  return parser_->beast.get().body().size();
}

std::string RequestReader::TakeBody() {
  CHECK(parser_ && parser_->beast.is_done());
  std::string body = std::move(parser_->beast.get().body());
  parser_.reset();
  return body;
}

}  // namespace cohort_sync::http
