#include "config/object_reader.h"

#include <algorithm>
#include <array>

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

struct ByteUnit {
  std::string_view name;
  int shift;
};
constexpr std::array<ByteUnit, 3> kByteUnits = {{{"GiB", 30}, {"MiB", 20}, {"KiB", 10}}};

std::optional<std::int64_t> ParseByteCount(std::string_view text) {
  const std::size_t space = text.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const std::optional<std::int64_t> number = ParseInteger(text.substr(0, space));
  for (const ByteUnit& unit : kByteUnits) {
    if (text.substr(space + 1) != unit.name) continue;
    if (!number || *number <= 0 || *number > INT64_MAX >> unit.shift) return std::nullopt;
    return *number << unit.shift;
  }
  return std::nullopt;
}

std::string ByteCountText(std::int64_t bytes) {
  for (const ByteUnit& unit : kByteUnits) {
    if ((bytes >> unit.shift) << unit.shift == bytes)
      return Format("{} {}", bytes >> unit.shift, unit.name);
  }
  return Format("{}", bytes);
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

bool ObjectReader::Has(std::string_view key) const {
  return object_ != nullptr &&
         std::any_of(object_->members.begin(),
                     object_->members.end(),
                     [&](const JsonMember& member) { return member.key == key; });
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

std::optional<std::string> ObjectReader::CheckedText(const JsonValue& value,
                                                     const std::string& path) {
  const auto refuse = [&](std::string why) {
    problems_.push_back({path, std::move(why)});
    return std::nullopt;
  };
  if (value.kind != JsonKind::kText) return refuse(WrongKind(JsonKind::kText, value.kind));
  if (value.text.empty()) return refuse("must not be empty");
  if (std::any_of(value.text.begin(), value.text.end(), IsControl))
    return refuse("holds a control character");
  if (Trim(value.text).size() != value.text.size())
    return refuse("begins or ends with white space");
  return value.text;
}

std::optional<std::string> ObjectReader::Text(std::string_view key) {
  const JsonValue* value = Find(key);
  if (value == nullptr) return std::nullopt;
  return CheckedText(*value, PathOf(key));
}

std::vector<PlacedText> ObjectReader::Texts(std::string_view key) {
  std::vector<PlacedText> texts;
  const JsonValue* value = Find(key);
  if (value == nullptr) return texts;
  const auto add = [&](const JsonValue& item, std::string path) {
    if (auto text = CheckedText(item, path)) texts.push_back({std::move(path), *std::move(text)});
  };
  if (value->kind != JsonKind::kArray) {
    add(*value, PathOf(key));
    return texts;
  }
  for (std::size_t i = 0; i < value->items.size(); ++i)
    add(value->items[i], Format("{}[{}]", PathOf(key), i));
  return texts;
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

std::optional<std::int64_t> ObjectReader::ByteCount(std::string_view key,
                                                    std::int64_t low,
                                                    std::int64_t high) {
  const std::optional<std::string> text = Text(key);
  if (!text) return std::nullopt;
  const std::optional<std::int64_t> bytes = ParseByteCount(*text);
  if (!bytes) {
    AddProblem(key,
               Format("'{}' is not a size; write a whole number and KiB, MiB or GiB, as in \"{}\"",
                      Printable(*text),
                      ByteCountText(low)));
    return std::nullopt;
  }
  if (*bytes < low || *bytes > high) {
    AddProblem(
        key, Format("must be in {}..{}, not '{}'", ByteCountText(low), ByteCountText(high), *text));
    return std::nullopt;
  }
  return bytes;
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
