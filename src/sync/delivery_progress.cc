#include "sync/delivery_progress.h"

#include <array>
#include <vector>

#include "base/format.h"
#include "base/text.h"
#include "base/time_text.h"

namespace cohort_sync {
namespace {

constexpr std::array kLimitKinds = {LimitKind::kNone,
                                    LimitKind::kConcurrency,
                                    LimitKind::kConfiguredRate,
                                    LimitKind::kFoundRate,
                                    LimitKind::kGrowingRate,
                                    LimitKind::kAskedToWait,
                                    LimitKind::kAway};

// "20", "12.5"
std::string Rate(double per_second) {
  std::string text = Format("{:.1f}", per_second);
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text;
}

}  // namespace

std::string_view ToString(LimitKind kind) {
  switch (kind) {
    case LimitKind::kNone:
      return "none";
    case LimitKind::kConcurrency:
      return "concurrency";
    case LimitKind::kConfiguredRate:
      return "configured_rate";
    case LimitKind::kFoundRate:
      return "found_rate";
    case LimitKind::kGrowingRate:
      return "growing_rate";
    case LimitKind::kAskedToWait:
      return "asked_to_wait";
    case LimitKind::kAway:
      return "away";
  }
  return "";
}

std::optional<LimitKind> ParseLimitKind(std::string_view text) {
  for (const LimitKind kind : kLimitKinds) {
    if (ToString(kind) == text) return kind;
  }
  return std::nullopt;
}

std::optional<Duration> DeliveryProgress::TimeLeft() const {
  if (per_second <= 0) return std::nullopt;
  return Duration(static_cast<std::int64_t>(static_cast<double>(pending) / per_second * 1000.0));
}

std::string Describe(const DeliveryLimit& limit) {
  switch (limit.kind) {
    case LimitKind::kNone:
      return {};
    case LimitKind::kConcurrency:
      return Format("{} in flight ('concurrency')", Count(limit.calls, "call", "calls"));
    case LimitKind::kConfiguredRate:
      return Format("{} per second ('requests_per_second')", Rate(limit.per_second));
    case LimitKind::kFoundRate:
      return Format("{} per second, found by the destination's 429s", Rate(limit.per_second));
    case LimitKind::kGrowingRate:
      return Format("{} per second, growing until a limit is met", Rate(limit.per_second));
    case LimitKind::kAskedToWait:
      return "none for now: the destination asks to wait";
    case LimitKind::kAway:
      return "one call at a time, with pauses: " + limit.reason;
  }
  return {};
}

std::string DescribeParked(std::int64_t refused,
                           std::int64_t exhausted,
                           std::int64_t unknown_contacts) {
  std::vector<std::string> parts;
  if (refused > 0) parts.push_back(Format("{} refused", WithThousands(refused)));
  if (exhausted > 0) parts.push_back(Format("{} out of attempts", WithThousands(exhausted)));
  if (unknown_contacts > 0)
    parts.push_back(Format("{} not in Cordial", WithThousands(unknown_contacts)));
  return Join(parts, ", ");
}

std::string Describe(const DeliveryProgress& progress) {
  std::string text =
      Format("{} of {}", WithThousands(progress.done), WithThousands(progress.total));
  const std::string parked =
      DescribeParked(progress.refused, progress.exhausted, progress.unknown_contacts);
  if (!parked.empty()) text += ", " + parked;
  if (progress.per_second > 0) {
    text += Format("; {:.1f} per second", progress.per_second);
    if (const auto left = progress.TimeLeft()) text += Format(", {} left", FormatDuration(*left));
  }
  const std::string limit = Describe(progress.limit);
  return limit.empty() ? text : text + "; limit: " + limit;
}

}  // namespace cohort_sync
