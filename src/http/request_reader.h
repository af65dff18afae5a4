// Requests from the bytes of one connection: header gate, parser, chunks. No socket and no clock,
// so that tests and the fuzzer can drive it.
#ifndef COHORT_SYNC_HTTP_REQUEST_READER_H_
#define COHORT_SYNC_HTTP_REQUEST_READER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "http/message.h"

namespace cohort_sync::http {

struct RequestHead {
  Request request;  // Without its body.
  // Does the sender expect that another request may follow on the connection?
  bool keep_alive = false;
  std::optional<std::uint64_t> content_length;
};

// A header that no request was made of.
struct HeadRefusal {
  int status = 400;  // Or 431.
  std::string reason;
};

enum class BodyState {
  kPartial,  // More bytes are needed.
  kWhole,
  kTooLarge,   // More than it may have.
  kMalformed,  // Chunks that are none.
};

// ReadHead until there is a head, then ReadBody until the body is whole, then ReadHead again. After
// a refusal, kTooLarge or kMalformed nothing more can be read, because it is not known where the
// request ends. Holds at most 64 KiB that were not consumed yet, and the body.
class RequestReader {
 public:
  // `hosts` as in http/header_gate.h; it outlives the reader.
  explicit RequestReader(const std::vector<std::string>& hosts);
  ~RequestReader();
  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;

  // Where the next bytes go, at least one, and how many fit; then Commit says how many came.
  // REQUIRES: the last step wanted more.
  [[nodiscard]] std::pair<char*, std::size_t> Prepare();
  void Commit(std::size_t count);
  // Are there bytes that were not consumed?
  [[nodiscard]] bool has_unread() const;
  void DiscardUnread();

  // nullopt: more bytes are needed.
  [[nodiscard]] std::optional<tl::expected<RequestHead, HeadRefusal>> ReadHead();
  // Of the request whose head was read last, with the same `max_bytes` each time. Fields behind the
  // last chunk are dropped.
  [[nodiscard]] BodyState ReadBody(std::uint64_t max_bytes);
  [[nodiscard]] std::size_t body_size() const;
  // REQUIRES: kWhole.
  [[nodiscard]] std::string TakeBody();

 private:
  struct Parser;

  [[nodiscard]] tl::expected<RequestHead, HeadRefusal> ParseHead();

  const std::vector<std::string>& hosts_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;  // Of the unread bytes in `buffer_`.
  std::size_t end_ = 0;
  std::unique_ptr<Parser> parser_;
};

}  // namespace cohort_sync::http

#endif  // COHORT_SYNC_HTTP_REQUEST_READER_H_
