// Takes the bytes of an input apart: first lines that say what is to be done, then the data, so
// that inputs can be written and read by hand.
#ifndef COHORT_SYNC_TESTS_FUZZ_FUZZ_INPUT_H_
#define COHORT_SYNC_TESTS_FUZZ_FUZZ_INPUT_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "http/message.h"

namespace cohort_sync {

// The bytes belong to the caller.
class FuzzInput {
 public:
  FuzzInput(const std::uint8_t* bytes, std::size_t size)
      : rest_(reinterpret_cast<const char*>(bytes), size) {}

  // Up to the next line feed, without it; all that is left when there is none.
  std::string_view Line() {
    const std::size_t end = std::min(rest_.find('\n'), rest_.size());
    const std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    return line;
  }
  // The words of the next line; "" beyond its last one.
  std::vector<std::string_view> Words(std::size_t count) {
    std::vector<std::string_view> words = Split(Line(), ' ');
    words.resize(count);
    return words;
  }
  // "Name: value" per line, until an empty line; a line without ": " is a name without a value.
  http::Headers HeaderLines() {
    http::Headers headers;
    for (std::string_view line = Line(); !line.empty(); line = Line()) {
      const std::size_t colon = line.find(": ");
      const std::size_t value = colon == std::string_view::npos ? line.size() : colon + 2;
      headers.Add(std::string(line.substr(0, colon)), std::string(line.substr(value)));
    }
    return headers;
  }
  // What is left.
  [[nodiscard]] std::string_view Rest() const { return rest_; }

 private:
  std::string_view rest_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_TESTS_FUZZ_FUZZ_INPUT_H_
