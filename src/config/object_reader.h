// Takes the settings out of one JSON object and writes down what is wrong with them.
#ifndef COHORT_SYNC_CONFIG_OBJECT_READER_H_
#define COHORT_SYNC_CONFIG_OBJECT_READER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "config/config_problem.h"
#include "config/json_value.h"
#include "config/secrets.h"

namespace cohort_sync {

struct PlacedText {
  std::string path;  // "server.push_secret[1]"
  std::string text;
};

// Every getter returns nullopt when the key is absent or its value is wrong; a wrong value adds a
// problem at once. Nothing throws, nothing stops at the first problem. `value` and `problems` must
// outlive the reader. One thread.
class ObjectReader {
 public:
  // A `value` that is no object is a problem; then all keys are absent and nothing else is said.
  ObjectReader(const JsonValue& value, std::string path, ConfigProblems& problems);

  // "projects.web.region"
  [[nodiscard]] std::string PathOf(std::string_view key) const;
  void AddProblem(std::string_view key, std::string message);

  // The value of `key` as it stands; nullptr when absent. A key that was asked for, here or below,
  // is a known one.
  const JsonValue* Find(std::string_view key);
  // Whether it is there, without making it a known one.
  [[nodiscard]] bool Has(std::string_view key) const;
  // As Find; absence is a problem whose message shows `example`, which is JSON text.
  const JsonValue* Require(std::string_view key, std::string_view example);

  // Printable text that is not empty and neither begins nor ends with white space.
  std::optional<std::string> Text(std::string_view key);
  std::optional<std::string> RequireText(std::string_view key, std::string_view example);
  std::optional<bool> Bool(std::string_view key);
  // A whole number in [low, high].
  std::optional<std::int64_t> Integer(std::string_view key, std::int64_t low, std::int64_t high);
  // A number in [low, high].
  std::optional<double> Number(std::string_view key, double low, double high);
  // Text like "30s", "15m", "24h", "90d" in [low, high].
  std::optional<Duration> DurationOf(std::string_view key, Duration low, Duration high);
  // Text like "512 KiB", "16 MiB", "1 GiB" in [low, high], in bytes.
  std::optional<std::int64_t> ByteCount(std::string_view key, std::int64_t low, std::int64_t high);
  // One of `choices`; another text is a problem that suggests the nearest.
  std::optional<std::string> Choice(std::string_view key, const std::vector<std::string>& choices);
  // A reference to a secret; absence is a problem.
  std::optional<SecretReference> RequireSecret(std::string_view key, std::string_view example);
  // The texts of an array, or the only one that stands in its place. Wrong ones are left out.
  std::vector<PlacedText> Texts(std::string_view key);

  // Call it last: every key of the object that nobody asked for is a problem.
  void RefuseUnknownKeys();

 private:
  // The value when it is of `kind`; adds a problem when it is of another.
  const JsonValue* Typed(std::string_view key, JsonKind kind);
  // The text of a value at `path`, checked as Text does.
  std::optional<std::string> CheckedText(const JsonValue& value, const std::string& path);

  const JsonValue* object_;  // nullptr when it was no object.
  std::string path_;
  ConfigProblems& problems_;
  std::vector<std::string> known_keys_;
};

// "must be an object, not text"
[[nodiscard]] std::string WrongKind(JsonKind expected, JsonKind found);

// "; did you mean 'web'?" or, when none is near, "; known are 'web', 'shop'".
[[nodiscard]] std::string Suggestion(std::string_view word,
                                     const std::vector<std::string>& candidates);

}  // namespace cohort_sync

#endif  // COHORT_SYNC_CONFIG_OBJECT_READER_H_
