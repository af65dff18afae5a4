#include "amplitude/json_token.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>

#include <nlohmann/json.hpp>

namespace cohort_sync::amplitude {
namespace {

constexpr std::int64_t kLastSecondOf9999 = 253'402'300'799;

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

// Takes the digits at the front away; false when there are none.
bool TakeDigits(std::string_view& text) {
  const auto end = std::find_if_not(text.begin(), text.end(), IsDigit);
  const auto count = static_cast<std::size_t>(end - text.begin());
  text.remove_prefix(count);
  return count > 0;
}

bool IsHexDigit(char c) {
  return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// Accepts everything and builds nothing.
class ErrorFinder final : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { return true; }
  bool boolean(bool /*value*/) override { return true; }
  bool number_integer(number_integer_t /*value*/) override { return true; }
  bool number_unsigned(number_unsigned_t /*value*/) override { return true; }
  bool number_float(number_float_t /*value*/, const string_t& /*text*/) override { return true; }
  bool string(string_t& /*value*/) override { return true; }
  bool binary(binary_t& /*value*/) override { return true; }
  bool start_object(std::size_t /*size*/) override { return true; }
  bool key(string_t& /*value*/) override { return true; }
  bool end_object() override { return true; }
  bool start_array(std::size_t /*size*/) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(std::size_t position,
                   const std::string& /*last_token*/,
                   const nlohmann::detail::exception& /*error*/) override {
    found = position;
    return false;
  }

  std::optional<std::size_t> found;
};

}  // namespace

bool IsJsonNumber(std::string_view token) {
  if (token.starts_with('-')) token.remove_prefix(1);
  if (token.size() > 1 && token[0] == '0' && IsDigit(token[1])) return false;
  if (!TakeDigits(token)) return false;
  if (token.starts_with('.')) {
    token.remove_prefix(1);
    if (!TakeDigits(token)) return false;
  }
  if (token.starts_with('e') || token.starts_with('E')) {
    token.remove_prefix(1);
    if (token.starts_with('+') || token.starts_with('-')) token.remove_prefix(1);
    if (!TakeDigits(token)) return false;
  }
  return token.empty();
}

bool HasJsonEscapesOnly(std::string_view text) {
  for (std::size_t at = text.find('\\'); at != std::string_view::npos; at = text.find('\\', at)) {
    if (at + 1 >= text.size()) return false;
    const char kind = text[at + 1];
    at += 2;
    if (kind == 'u') {
      const std::string_view digits = text.substr(at, 4);
      if (digits.size() != 4 || !std::all_of(digits.begin(), digits.end(), IsHexDigit))
        return false;
      at += 4;
    } else if (std::string_view("\"\\/bfnrt").find(kind) == std::string_view::npos) {
      return false;
    }
  }
  return true;
}

std::optional<TimePoint> ParseEpochSeconds(std::string_view token) {
  if (!IsJsonNumber(token)) return std::nullopt;
  double seconds = 0;
  const auto parsed = std::from_chars(token.data(), token.data() + token.size(), seconds);
  if (parsed.ec != std::errc() || !(seconds >= 0) ||
      seconds >= static_cast<double>(kLastSecondOf9999 + 1))
    return std::nullopt;
  return TimePoint(std::chrono::seconds(static_cast<std::int64_t>(seconds)));
}

std::optional<std::size_t> FindJsonError(std::string_view text) {
  ErrorFinder finder;
  nlohmann::json::sax_parse(text, &finder);
  // That reader takes a zero byte for the end; JSON has none.
  const std::size_t zero = text.find('\0');
  if (zero != std::string_view::npos) return std::min(finder.found.value_or(zero + 1), zero + 1);
  return finder.found;
}

}  // namespace cohort_sync::amplitude
