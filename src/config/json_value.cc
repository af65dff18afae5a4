#include "config/json_value.h"

#include <algorithm>
#include <array>
#include <deque>
#include <limits>
#include <set>

#include <nlohmann/json.hpp>

#include "base/format.h"
#include "base/text.h"

namespace cohort_sync {
namespace {

using nlohmann::json;

// Where the character is that was read last, `position` of them having been read. (The library's
// own column is wrong after a number at the end of a line.)
std::string Place(std::string_view text, std::size_t position) {
  const std::string_view before = text.substr(0, position == 0 ? 0 : position - 1);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0.
  return Format("line {}, column {}", line, before.size() - line_start + 1);
}

// All that the library ever expects. The text itself may hold "; expected" and a secret behind it.
constexpr std::array<std::string_view, 6> kExpectations{
    "end of input", "string literal", "':'", "'}'", "']'", "'[', '{', or a literal"};

// The library's words without its prefix and without the text that it read last.
std::string SyntaxProblem(std::string_view what) {
  constexpr std::string_view kPrefix = "parse error at ";
  constexpr std::string_view kLastRead = "; last read: ";
  constexpr std::string_view kExpected = "; expected ";
  const std::size_t prefix = what.find(kPrefix);
  if (prefix == std::string_view::npos) return "a number is too large";
  what.remove_prefix(what.find(": ", prefix) + 2);
  std::string_view expected;
  const std::size_t last_read = what.find(kLastRead);
  if (last_read != std::string_view::npos) {
    const std::size_t expected_at = what.rfind(kExpected);
    if (expected_at != std::string_view::npos && expected_at > last_read &&
        std::find(kExpectations.begin(),
                  kExpectations.end(),
                  what.substr(expected_at + kExpected.size())) != kExpectations.end())
      expected = what.substr(expected_at);
    what = what.substr(0, last_read);
  }
  return Format("{}{}", what, expected);
}

// Builds the tree while the library reads. An open value is the last one in its parent, which gets
// no other until it is closed: so the pointers on the stack stay valid.
class TreeBuilder final : public nlohmann::json_sax<json> {
 public:
  TreeBuilder(std::string_view text, ConfigProblems& problems) : text_(text), problems_(problems) {}

  bool null() override { return Add(JsonKind::kNull) != nullptr; }
  bool boolean(bool value) override {
    Add(JsonKind::kBool)->boolean = value;
    return true;
  }
  bool number_integer(number_integer_t value) override {
    Add(JsonKind::kInteger)->integer = value;
    return true;
  }
  bool number_unsigned(number_unsigned_t value) override {
    if (value > static_cast<number_unsigned_t>(std::numeric_limits<std::int64_t>::max())) {
      Add(JsonKind::kNumber)->number = static_cast<double>(value);
    } else {
      Add(JsonKind::kInteger)->integer = static_cast<std::int64_t>(value);
    }
    return true;
  }
  bool number_float(number_float_t value, const string_t& /*text*/) override {
    Add(JsonKind::kNumber)->number = value;
    return true;
  }
  bool string(string_t& value) override {
    Add(JsonKind::kText)->text = std::move(value);
    return true;
  }
  bool binary(binary_t& /*value*/) override { return false; }  // Not in JSON text.
  bool start_object(std::size_t /*size*/) override { return Open(JsonKind::kObject); }
  bool start_array(std::size_t /*size*/) override { return Open(JsonKind::kArray); }
  bool end_object() override { return Close(); }
  bool end_array() override { return Close(); }
  bool key(string_t& value) override {
    repeated_ = !open_.back().keys.insert(value).second;
    if (repeated_) problems_.push_back({PathOf(value), "stands twice; remove one of the two"});
    key_ = std::move(value);
    return true;
  }
  bool parse_error(std::size_t position,
                   const std::string& /*last_token*/,
                   const nlohmann::detail::exception& error) override {
    problems_.push_back(
        {"",
         Format("not valid json: {}: {}", Place(text_, position), SyntaxProblem(error.what()))});
    return false;
  }

  JsonValue root;

 private:
  struct OpenValue {
    JsonValue* value;
    std::string path;
    std::set<std::string> keys;  // Of an object, so far.
  };

  [[nodiscard]] std::string PathOf(const std::string& key) const {
    return PathOfKey(open_.back().path, key);
  }
  // Where the next value stands.
  [[nodiscard]] std::string NextPath() const {
    if (open_.empty()) return {};
    const JsonValue& parent = *open_.back().value;
    if (parent.kind == JsonKind::kObject) return PathOf(key_);
    return Format("{}[{}]", open_.back().path, parent.items.size());
  }
  JsonValue* NewPlace() {
    if (open_.empty()) return &root;
    JsonValue& parent = *open_.back().value;
    if (parent.kind == JsonKind::kArray) return &parent.items.emplace_back();
    if (repeated_) return &dropped_.emplace_back();
    return &parent.members.emplace_back(JsonMember{key_, {}}).value;
  }
  JsonValue* Add(JsonKind kind) {
    JsonValue* place = NewPlace();
    place->kind = kind;
    return place;
  }
  bool Open(JsonKind kind) {
    std::string path = NextPath();
    if (open_.size() == kMaxJsonDepth) {
      problems_.push_back({path, Format("nested deeper than {} levels", kMaxJsonDepth)});
      return false;
    }
    open_.push_back({Add(kind), std::move(path), {}});
    return true;
  }
  bool Close() {
    open_.pop_back();
    return true;
  }

  std::string_view text_;
  ConfigProblems& problems_;
  std::vector<OpenValue> open_;
  std::string key_;
  bool repeated_ = false;          // Is `key_` one that its object has already?
  std::deque<JsonValue> dropped_;  // Values of repeated keys; a deque, because they do not move.
};

}  // namespace

std::string_view ToString(JsonKind kind) {
  switch (kind) {
    case JsonKind::kNull:
      return "null";
    case JsonKind::kBool:
      return "true or false";
    case JsonKind::kInteger:
      return "a whole number";
    case JsonKind::kNumber:
      return "a number";
    case JsonKind::kText:
      return "text";
    case JsonKind::kArray:
      return "an array";
    case JsonKind::kObject:
      return "an object";
  }
  return {};
}

std::string PathOfKey(std::string_view path, std::string_view key) {
  const std::string name = key.empty() ? "''" : Printable(key);
  return path.empty() ? name : Format("{}.{}", path, name);
}

std::optional<JsonValue> ParseJson(std::string_view text, ConfigProblems& problems) {
  TreeBuilder builder(text, problems);
  const bool whole = json::sax_parse(
      text, &builder, json::input_format_t::json, /*strict=*/true, /*ignore_comments=*/true);
  if (!whole) return std::nullopt;
  return std::move(builder.root);
}

}  // namespace cohort_sync
