#include "base/time_text.h"

#include <array>

#include "base/format.h"
#include "base/text.h"

namespace cohort_sync {
namespace {

namespace chrono = std::chrono;

// A number of exactly `digits` digits at the start of `rest`, which it consumes.
std::optional<int> TakeDigits(std::string_view& rest, std::size_t digits) {
  if (rest.size() < digits) return std::nullopt;
  const std::optional<std::int64_t> value = ParseInteger(rest.substr(0, digits));
  if (!value) return std::nullopt;
  rest.remove_prefix(digits);
  return static_cast<int>(*value);
}

bool TakeChar(std::string_view& rest, char c) {
  if (rest.empty() || rest.front() != c) return false;
  rest.remove_prefix(1);
  return true;
}

std::optional<chrono::sys_days> TakeDate(std::string_view& rest) {
  const auto year = TakeDigits(rest, 4);
  if (!year || !TakeChar(rest, '-')) return std::nullopt;
  const auto month = TakeDigits(rest, 2);
  if (!month || !TakeChar(rest, '-')) return std::nullopt;
  const auto day = TakeDigits(rest, 2);
  if (!day) return std::nullopt;
  const chrono::year_month_day date{chrono::year(*year),
                                    chrono::month(static_cast<unsigned>(*month)),
                                    chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return chrono::sys_days(date);
}

std::optional<Duration> TakeTimeOfDay(std::string_view& rest) {
  const auto hour = TakeDigits(rest, 2);
  if (!hour || *hour > 23 || !TakeChar(rest, ':')) return std::nullopt;
  const auto minute = TakeDigits(rest, 2);
  if (!minute || *minute > 59) return std::nullopt;
  Duration time = chrono::hours(*hour) + chrono::minutes(*minute);
  if (!TakeChar(rest, ':')) return time;
  const auto second = TakeDigits(rest, 2);
  if (!second || *second > 59) return std::nullopt;
  time += chrono::seconds(*second);
  if (TakeChar(rest, '.')) {
    const auto millis = TakeDigits(rest, 3);
    if (!millis) return std::nullopt;
    time += Duration(*millis);
  }
  return time;
}

struct Unit {
  std::int64_t millis;
  const char* name;
};
constexpr std::array<Unit, 4> kUnits{
    {{86'400'000, "d"}, {3'600'000, "h"}, {60'000, "min"}, {1'000, "s"}}};

}  // namespace

std::string FormatTime(TimePoint time) {
  const auto day = chrono::floor<chrono::days>(time);
  const chrono::year_month_day date(day);
  const chrono::hh_mm_ss clock(chrono::floor<chrono::seconds>(time - day));
  return Format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
                static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()),
                clock.hours().count(),
                clock.minutes().count(),
                clock.seconds().count());
}

std::string FormatTimeWithMillis(TimePoint time) {
  std::string text = FormatTime(time);
  const auto millis = (time - chrono::floor<chrono::seconds>(time)).count();
  return text.insert(text.size() - 1, Format(".{:03}", millis));
}

std::optional<TimePoint> ParseTime(std::string_view text) {
  const auto day = TakeDate(text);
  if (!day) return std::nullopt;
  if (text.empty()) return TimePoint(*day);
  if (!TakeChar(text, 'T')) return std::nullopt;
  const auto time = TakeTimeOfDay(text);
  if (!time || text != "Z") return std::nullopt;
  return TimePoint(*day) + *time;
}

std::string FormatDuration(Duration duration) {
  std::int64_t rest = duration.count();
  if (rest < 0) return "-" + FormatDuration(-duration);
  if (rest < 1'000) return Format("{} ms", rest);
  for (std::size_t i = 0; i < kUnits.size(); ++i) {
    if (rest < kUnits[i].millis) continue;
    std::string text = Format("{} {}", rest / kUnits[i].millis, kUnits[i].name);
    rest %= kUnits[i].millis;
    if (i + 1 < kUnits.size() && rest >= kUnits[i + 1].millis)
      text += Format(" {} {}", rest / kUnits[i + 1].millis, kUnits[i + 1].name);
    return text;
  }
  return {};
}

std::optional<Duration> ParseDuration(std::string_view text) {
  if (text.size() < 2) return std::nullopt;
  const auto number = ParseInteger(text.substr(0, text.size() - 1));
  if (!number || *number == 0 || *number > 100'000'000) return std::nullopt;
  switch (text.back()) {
    case 's':
      return chrono::seconds(*number);
    case 'm':
      return chrono::minutes(*number);
    case 'h':
      return chrono::hours(*number);
    case 'd':
      return chrono::days(*number);
    default:
      return std::nullopt;
  }
}

}  // namespace cohort_sync
