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

struct Request {
  std::string method = "GET";
  std::string target;  // Path and query, percent-encoded, starting with '/'.
  Headers headers;
  std::string body;

  // Of `target`: the part before '?', and the decoded value of a query parameter (first of its
  // name).
  [[nodiscard]] std::string_view path() const;
  [[nodiscard]] std::optional<std::string> QueryValue(std::string_view name) const;
};

struct Response {
  int status = 200;
  Headers headers;
  std::string body;
};

}  // namespace cohort_sync::http

#endif  // COHORT_SYNC_HTTP_MESSAGE_H_
