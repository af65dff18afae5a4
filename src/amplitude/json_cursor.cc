#include "amplitude/json_cursor.h"

#include <cstddef>
#include <simdjson.h>
#include <string>
#include <utility>

#include "amplitude/json_token.h"
#include "base/text.h"

namespace cohort_sync::amplitude {
namespace {

namespace ondemand = simdjson::ondemand;

constexpr std::size_t kKeptBytes = 1U << 20U;  // What a thread keeps from text to text.
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

struct TooDeep {};

[[noreturn]] void NotJson() {
  throw simdjson::simdjson_error(simdjson::TAPE_ERROR);
}

ondemand::value& ValueOf(void* value) {
  return *static_cast<ondemand::value*>(value);
}

// As it is written. Of an array or an object, its bracket.
std::string_view TokenOf(ondemand::value& value) {
  return Trim(value.raw_json_token());
}

}  // namespace

const char* ToString(JsonType type) {
  switch (type) {
    case JsonType::kObject:
      return "an object";
    case JsonType::kArray:
      return "an array";
    case JsonType::kText:
      return "text";
    case JsonType::kNumber:
      return "a number";
    case JsonType::kBool:
      return "true or false";
    case JsonType::kNull:
      return "null";
  }
  return "";
}

JsonType JsonCursor::type() {
  switch (ValueOf(value_).type()) {
    case ondemand::json_type::object:
      return JsonType::kObject;
    case ondemand::json_type::array:
      return JsonType::kArray;
    case ondemand::json_type::string:
      return JsonType::kText;
    case ondemand::json_type::number:
      return JsonType::kNumber;
    case ondemand::json_type::boolean:
      return JsonType::kBool;
    case ondemand::json_type::null:
      return JsonType::kNull;
  }
  NotJson();
}

std::string_view JsonCursor::Text() {
  std::string_view token = TokenOf(ValueOf(value_));
  std::string_view text;
  if (ValueOf(value_).get_string().get(text) == simdjson::SUCCESS) return text;
  if (token.size() < 2 || !token.ends_with('"')) NotJson();
  token = token.substr(1, token.size() - 2);
  if (!HasJsonEscapesOnly(token)) NotJson();
  return token;
}

std::string_view JsonCursor::Number() {
  const std::string_view token = TokenOf(ValueOf(value_));
  if (!IsJsonNumber(token)) NotJson();
  return token;
}

bool JsonCursor::Bool() {
  const std::string_view token = TokenOf(ValueOf(value_));
  if (token != "true" && token != "false") NotJson();
  return token == "true";
}

void JsonCursor::Skip() {
  switch (type()) {
    case JsonType::kObject:
      return ForEachField([](std::string_view, JsonCursor& value) { value.Skip(); });
    case JsonType::kArray:
      return ForEachItem([](JsonCursor& value) { value.Skip(); });
    case JsonType::kText:
      return static_cast<void>(Text());
    case JsonType::kNumber:
      return static_cast<void>(Number());
    case JsonType::kBool:
      return static_cast<void>(Bool());
    case JsonType::kNull:
      if (TokenOf(ValueOf(value_)) != "null") NotJson();
  }
}

std::string_view JsonCursor::Whole() {
  const std::string_view token = TokenOf(ValueOf(value_));
  const JsonType type = this->type();
  Skip();
  if (type != JsonType::kObject && type != JsonType::kArray) return token;
  const char* const end = static_cast<ondemand::document*>(walk_)->current_location();
  return Trim(std::string_view(token.data(), static_cast<std::size_t>(end - token.data())));
}

void JsonCursor::WalkFields(const void* context,
                            void (*visit)(const void*, std::string_view, JsonCursor&)) {
  if (depth_ == kMaxJsonDepth) throw TooDeep();
  ondemand::object object = ValueOf(value_).get_object();
  for (auto entry : object) {
    ondemand::field field = std::move(entry).take_value();
    const std::string_view key = field.unescaped_key();
    JsonCursor value(walk_, &field.value(), depth_ + 1);
    visit(context, key, value);
  }
}

void JsonCursor::WalkItems(const void* context, void (*visit)(const void*, JsonCursor&)) {
  if (depth_ == kMaxJsonDepth) throw TooDeep();
  ondemand::array array = ValueOf(value_).get_array();
  for (auto entry : array) {
    ondemand::value item = entry.value();
    JsonCursor value(walk_, &item, depth_ + 1);
    visit(context, value);
  }
}

class JsonWalk {
 public:
  WalkResult Run(std::string_view text,
                 const void* context,
                 void (*visit)(const void*, JsonCursor&)) {
    text_.reserve(text.size() + simdjson::SIMDJSON_PADDING);
    text_.assign(text);
    try {
      ondemand::document document = parser_.iterate(text_);
      if (document.is_scalar()) return WalkResult::kNoContent;
      ondemand::value value = document.get_value();
      JsonCursor root(&document, &value, 0);
      visit(context, root);
      // After the end there is nothing where the walk could be.
      const bool ended = document.current_location().error() == simdjson::OUT_OF_BOUNDS;
      return ended ? WalkResult::kWhole : WalkResult::kNotJson;
    } catch (const simdjson::simdjson_error&) {
      return WalkResult::kNotJson;
    } catch (const TooDeep&) {
      return WalkResult::kTooDeep;
    }
  }

  [[nodiscard]] bool is_large() const { return text_.capacity() > kKeptBytes; }

 private:
  ondemand::parser parser_;
  std::string text_;  // With room behind it, as the library wants it.
};

WalkResult WalkJson(std::string_view text,
                    const void* context,
                    void (*visit)(const void*, JsonCursor&)) {
  // One for each thread: making one costs as much as walking over a batch.
  thread_local JsonWalk walk;
  struct Release {
    ~Release() {
      if (walk.is_large()) walk = JsonWalk();
    }
  } release;
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return walk.Run(text, context, visit);
}

}  // namespace cohort_sync::amplitude
