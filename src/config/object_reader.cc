#include "config/object_reader.h"

#include <algorithm>

#include "base/format.h"
#include "base/text.h"
#include "base/time_text.h"

namespace cohort_sync {
namespace {

bool IsControl(char c) {
  return (c >= 0 && c < ' ') || c == '\x7f';
}

// "15m": as the configuration writes durations; FormatDuration is for reading only.
std::string DurationText(Duration duration) {
  const std::int64_t seconds = duration.count() / 1000;
  if (seconds % 86'400 == 0) return Format("{}d", seconds / 86'400);
  if (seconds % 3'600 == 0) return Format("{}h", seconds / 3'600);
  if (seconds % 60 == 0) return Format("{}m", seconds / 60);
  return Format("{}s", seconds);
}

}  // namespace

std::string WrongKind(JsonKind expected, JsonKind found) {
  return Format("must be {}, not {}", ToString(expected), ToString(found));
}

std::string Suggestion(std::string_view word, const std::vector<std::string>& candidates) {
  if (const auto closest = ClosestMatch(word, candidates))
    return Format("; did you mean '{}'?", *closest);
  if (candidates.empty()) return {};
  return Format("; known are '{}'", Join(candidates, "', '"));
}

ObjectReader::ObjectReader(const JsonValue& value, std::string path, ConfigProblems& problems)
    : object_(value.kind == JsonKind::kObject ? &value : nullptr),
      path_(std::move(path)),
      problems_(problems) {
  if (object_ == nullptr) problems_.push_back({path_, WrongKind(JsonKind::kObject, value.kind)});
}

std::string ObjectReader::PathOf(std::string_view key) const {
  return PathOfKey(path_, key);
}

void ObjectReader::AddProblem(std::string_view key, std::string message) {
  problems_.push_back({PathOf(key), std::move(message)});
}

const JsonValue* ObjectReader::Find(std::string_view key) {
  known_keys_.emplace_back(key);
  if (object_ == nullptr) return nullptr;
  for (const auto& [name, value] : object_->members)
    if (name == key) return &value;
  return nullptr;
}

const JsonValue* ObjectReader::Require(std::string_view key, std::string_view example) {
  const JsonValue* value = Find(key);
  if (value == nullptr && object_ != nullptr)
    AddProblem(key, Format("is missing; add it, as in \"{}\": {}", key, example));
  return value;
}

const JsonValue* ObjectReader::Typed(std::string_view key, JsonKind kind) {
  const JsonValue* value = Find(key);
  if (value == nullptr || value->kind == kind) return value;
  AddProblem(key, WrongKind(kind, value->kind));
  return nullptr;
}

std::optional<std::string> ObjectReader::Text(std::string_view key) {
  const JsonValue* value = Typed(key, JsonKind::kText);
  if (value == nullptr) return std::nullopt;
  if (value->text.empty()) {
    AddProblem(key, "must not be empty");
    return std::nullopt;
  }
  if (std::any_of(value->text.begin(), value->text.end(), IsControl)) {
    AddProblem(key, "holds a control character");
    return std::nullopt;
  }
  if (Trim(value->text).size() != value->text.size()) {
    AddProblem(key, "begins or ends with white space");
    return std::nullopt;
  }
  return value->text;
}

std::optional<std::string> ObjectReader::RequireText(std::string_view key,
                                                     std::string_view example) {
  return Require(key, example) == nullptr ? std::nullopt : Text(key);
}

std::optional<bool> ObjectReader::Bool(std::string_view key) {
  const JsonValue* value = Typed(key, JsonKind::kBool);
  if (value == nullptr) return std::nullopt;
  return value->boolean;
}

std::optional<std::int64_t> ObjectReader::Integer(std::string_view key,
                                                  std::int64_t low,
                                                  std::int64_t high) {
  const JsonValue* value = Typed(key, JsonKind::kInteger);
  if (value == nullptr) return std::nullopt;
  if (value->integer < low || value->integer > high) {
    AddProblem(key, Format("must be in {}..{}, not {}", low, high, value->integer));
    return std::nullopt;
  }
  return value->integer;
}

std::optional<double> ObjectReader::Number(std::string_view key, double low, double high) {
  const JsonValue* value = Find(key);
  if (value == nullptr) return std::nullopt;
  if (value->kind != JsonKind::kInteger && value->kind != JsonKind::kNumber) {
    AddProblem(key, WrongKind(JsonKind::kNumber, value->kind));
    return std::nullopt;
  }
  const double number =
      value->kind == JsonKind::kInteger ? static_cast<double>(value->integer) : value->number;
  if (number < low || number > high) {
    AddProblem(key, Format("must be in {}..{}, not {}", low, high, number));
    return std::nullopt;
  }
  return number;
}

std::optional<Duration> ObjectReader::DurationOf(std::string_view key,
                                                 Duration low,
                                                 Duration high) {
  const std::optional<std::string> text = Text(key);
  if (!text) return std::nullopt;
  const std::optional<Duration> duration = ParseDuration(*text);
  if (!duration) {
    AddProblem(key,
               Format("'{}' is not a duration; write a whole number and s, m, h or d, as in \"{}\"",
                      Printable(*text),
                      DurationText(low)));
    return std::nullopt;
  }
  if (*duration < low || *duration > high) {
    AddProblem(key,
               Format("must be in {}..{}, not '{}'", DurationText(low), DurationText(high), *text));
    return std::nullopt;
  }
  return duration;
}

std::optional<std::string> ObjectReader::Choice(std::string_view key,
                                                const std::vector<std::string>& choices) {
  std::optional<std::string> text = Text(key);
  if (!text || std::find(choices.begin(), choices.end(), *text) != choices.end()) return text;
  AddProblem(key, Format("'{}' is not known{}", Printable(*text), Suggestion(*text, choices)));
  return std::nullopt;
}

std::optional<SecretReference> ObjectReader::RequireSecret(std::string_view key,
                                                           std::string_view example) {
  const std::optional<std::string> text = RequireText(key, example);
  if (!text) return std::nullopt;
  Result<SecretReference> reference = ParseSecretReference(*text);
  if (!reference) {
    AddProblem(key, reference.error().message());
    return std::nullopt;
  }
  return *std::move(reference);
}

void ObjectReader::RefuseUnknownKeys() {
  if (object_ == nullptr) return;
  std::sort(known_keys_.begin(), known_keys_.end());
  known_keys_.erase(std::unique(known_keys_.begin(), known_keys_.end()), known_keys_.end());
  for (const auto& [name, value] : object_->members) {
    if (std::binary_search(known_keys_.begin(), known_keys_.end(), name)) continue;
    AddProblem(name, "unknown key" + Suggestion(name, known_keys_));
  }
}

}  // namespace cohort_sync
