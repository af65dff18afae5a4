// A walk over a JSON text without a tree of it: values are looked at where they stand, each once
// and in order. The JSON library (simdjson) stays behind this header.
#ifndef COHORT_SYNC_AMPLITUDE_JSON_CURSOR_H_
#define COHORT_SYNC_AMPLITUDE_JSON_CURSOR_H_

#include <string_view>

namespace cohort_sync::amplitude {

enum class JsonType { kObject, kArray, kText, kNumber, kBool, kNull };

// "an object", "text", ...: for messages.
[[nodiscard]] const char* ToString(JsonType type);

// One value. Take it by one of the functions below `type`, once, before the walk goes on; a value
// that nobody takes is not checked to be JSON. What is no JSON ends the walk from within any of
// them, by an exception that WalkJson catches. Views are valid until the walk ends.
class JsonCursor {
 public:
  [[nodiscard]] JsonType type();

  // REQUIRES: kText. Half a surrogate pair has no UTF-8: a text with one stays as it was written,
  // with its escapes.
  [[nodiscard]] std::string_view Text();
  // REQUIRES: kNumber. As it was written, of any size.
  [[nodiscard]] std::string_view Number();
  // REQUIRES: kBool
  [[nodiscard]] bool Bool();
  // Checks that it is JSON, whatever it is.
  void Skip();
  // The same, and its text.
  [[nodiscard]] std::string_view Whole();

  // REQUIRES: kObject. Calls `visit(std::string_view key, JsonCursor& value)` for each field.
  template <typename Visit>
  void ForEachField(const Visit& visit) {
    WalkFields(&visit, [](const void* context, std::string_view key, JsonCursor& value) {
      (*static_cast<const Visit*>(context))(key, value);
    });
  }
  // REQUIRES: kArray. Calls `visit(JsonCursor& value)` for each item.
  template <typename Visit>
  void ForEachItem(const Visit& visit) {
    WalkItems(&visit, [](const void* context, JsonCursor& value) {
      (*static_cast<const Visit*>(context))(value);
    });
  }

 private:
  friend class JsonWalk;
  JsonCursor(void* walk, void* value, int depth) : walk_(walk), value_(value), depth_(depth) {}
  void WalkFields(const void* context, void (*visit)(const void*, std::string_view, JsonCursor&));
  void WalkItems(const void* context, void (*visit)(const void*, JsonCursor&));

  void* walk_;   // The library's document and
  void* value_;  // value.
  int depth_;
};

inline constexpr int kMaxJsonDepth = 64;

enum class WalkResult {
  kWhole,
  kNotJson,
  kTooDeep,    // Nested deeper than kMaxJsonDepth.
  kNoContent,  // The text is neither an object nor an array; `visit` was not called.
};

// Calls `visit(context, root)`; a byte order mark before it is passed over. Exceptions of `visit`
// pass through. Safe from several threads, not from within itself.
[[nodiscard]] WalkResult WalkJson(std::string_view text,
                                  const void* context,
                                  void (*visit)(const void*, JsonCursor&));

template <typename Visit>
[[nodiscard]] WalkResult WalkJson(std::string_view text, const Visit& visit) {
  return WalkJson(text, &visit, [](const void* context, JsonCursor& root) {
    (*static_cast<const Visit*>(context))(root);
  });
}

}  // namespace cohort_sync::amplitude

#endif  // COHORT_SYNC_AMPLITUDE_JSON_CURSOR_H_
