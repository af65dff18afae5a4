#include "cordial/retry_after.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include "base/format.h"
#include "base/text.h"
#include "base/time_text.h"

namespace cohort_sync::cordial {
namespace {

constexpr std::int64_t kMaxSeconds = 86'400;
constexpr std::array<std::string_view, 12> kMonths{
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// "Sun, 06 Nov 1994 08:49:37 GMT", the one form that RFC 9110 5.6.7 lets senders use. The day's
// name is not checked: the rest says it all.
std::optional<TimePoint> ParseHttpDate(std::string_view text) {
  constexpr std::size_t kLength = 29;
  if (text.size() != kLength || text.substr(3, 2) != ", " || text[7] != ' ' || text[11] != ' ' ||
      text[16] != ' ' || !text.ends_with(" GMT")) {
    return std::nullopt;
  }
  const auto* const month = std::find(kMonths.begin(), kMonths.end(), text.substr(8, 3));
  if (month == kMonths.end()) return std::nullopt;
  return ParseTime(Format("{}-{:02}-{}T{}Z",
                          text.substr(12, 4),
                          month - kMonths.begin() + 1,
                          text.substr(5, 2),
                          text.substr(17, 8)));
}

Duration Clamp(Duration wait) {
  return std::clamp<Duration>(wait, Duration(0), std::chrono::seconds(kMaxSeconds));
}

std::optional<Duration> ParseSeconds(std::string_view text) {
  const std::optional<std::int64_t> seconds = ParseInteger(text);
  if (!seconds) return std::nullopt;
  return Clamp(std::chrono::seconds(std::min(*seconds, kMaxSeconds)));
}

}  // namespace

std::optional<Duration> RequestedWait(const http::Headers& headers, TimePoint now) {
  if (const auto field = headers.Find("Retry-After")) {
    const std::string_view value = Trim(*field);
    if (const auto seconds = ParseSeconds(value)) return seconds;
    if (const auto date = ParseHttpDate(value)) return Clamp(*date - now);
  }
  if (const auto field = headers.Find("X-Rate-Limit-Reset")) return ParseSeconds(Trim(*field));
  return std::nullopt;
}

}  // namespace cohort_sync::cordial
