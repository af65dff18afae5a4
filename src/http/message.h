// HTTP messages as plain values, for the client and the server.
#ifndef COHORT_SYNC_HTTP_MESSAGE_H_
#define COHORT_SYNC_HTTP_MESSAGE_H_

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cohort_sync::http {

// In the order they were sent; names compare without case.
class Headers {
 public:
  Headers() = default;
  Headers(std::initializer_list<std::pair<std::string, std::string>> fields) : fields_(fields) {}

  void Add(std::string name, std::string value) {
    fields_.emplace_back(std::move(name), std::move(value));
  }
  // The first value of that name.
  [[nodiscard]] std::optional<std::string_view> Find(std::string_view name) const;
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& fields() const {
    return fields_;
  }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

// The empty initializers let `{.target = "/x"}` compile without a warning.
struct Request {
  std::string method = "GET";
  std::string target{};  // Path and query, percent-encoded, starting with '/'.
  Headers headers{};
  std::string body{};

  // The part of `target` before '?'.
  [[nodiscard]] std::string_view path() const;
  // The percent-decoded value of the first query parameter of that name ("" for "?name"); nullopt
  // when there is none or its encoding is broken. '+' stays '+'.
  [[nodiscard]] std::optional<std::string> QueryValue(std::string_view name) const;
};

struct Response {
  int status = 200;
  Headers headers{};
  std::string body{};
};

// May `text` be a method or a header's name (RFC 9110, 5.6.2)?
[[nodiscard]] bool IsToken(std::string_view text);
// May `text` be a header's value: no control characters but tab? Anything else could begin a header
// of its own on the wire.
[[nodiscard]] bool IsFieldValue(std::string_view text);

}  // namespace cohort_sync::http

#endif  // COHORT_SYNC_HTTP_MESSAGE_H_
