// JSON with comments as a small tree that keeps the order of keys. The JSON library stays behind
// this header, so that the readers of the sections do not depend on it.
#ifndef COHORT_SYNC_CONFIG_JSON_VALUE_H_
#define COHORT_SYNC_CONFIG_JSON_VALUE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config_problem.h"

namespace cohort_sync {

enum class JsonKind { kNull, kBool, kInteger, kNumber, kText, kArray, kObject };

// "an object", "a whole number", ...: for messages.
[[nodiscard]] std::string_view ToString(JsonKind kind);

struct JsonMember;

// Only the member that belongs to `kind` is meaningful. A whole number that does not fit in 64 bits
// is kNumber.
struct JsonValue {
  JsonKind kind = JsonKind::kNull;
  bool boolean = false;
  std::int64_t integer = 0;
  double number = 0;
  std::string text;
  std::vector<JsonValue> items;
  std::vector<JsonMember> members;
};

struct JsonMember {
  std::string key;
  JsonValue value;
};

// "projects.web": where `key` of the object at `path` stands, printable; '' is a key without
// characters.
[[nodiscard]] std::string PathOfKey(std::string_view path, std::string_view key);

inline constexpr std::size_t kMaxJsonDepth = 16;

// Comments (// and /* */) are skipped. nullopt and one problem for text that is not JSON (line and
// column, never the text itself: it may hold a secret) or is nested deeper than kMaxJsonDepth. A
// key that stands twice in an object is a problem; its first value is kept.
[[nodiscard]] std::optional<JsonValue> ParseJson(std::string_view text, ConfigProblems& problems);

}  // namespace cohort_sync

#endif  // COHORT_SYNC_CONFIG_JSON_VALUE_H_
