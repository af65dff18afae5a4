// How far a delivery is and what keeps it from going faster, for people.
#ifndef COHORT_SYNC_SYNC_DELIVERY_PROGRESS_H_
#define COHORT_SYNC_SYNC_DELIVERY_PROGRESS_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace cohort_sync {

// The text forms are what the state stores and what --json prints.
enum class LimitKind {
  kNone,            // "none": what is left waits for its own time.
  kConcurrency,     // "concurrency": as many calls are in flight as may be.
  kConfiguredRate,  // "configured_rate"
  kFoundRate,       // "found_rate": a little below what the destination was seen to allow.
  kGrowingRate,     // "growing_rate": no limit was met so far; it grows until one is.
  kAskedToWait,     // "asked_to_wait": the destination said so.
  kAway,            // "away": no answers; one call at a time finds out when they come again.
};
[[nodiscard]] std::string_view ToString(LimitKind kind);
[[nodiscard]] std::optional<LimitKind> ParseLimitKind(std::string_view text);

// The limit in force.
struct DeliveryLimit {
  LimitKind kind = LimitKind::kNone;
  double per_second = 0;           // Of the rates: calls per method and endpoint.
  std::int64_t calls = 0;          // Of kConcurrency.
  std::optional<TimePoint> until;  // Of kAskedToWait and kAway: when the next call leaves.
  std::string reason;              // Of kAway: what was seen instead of an answer.
  friend bool operator==(const DeliveryLimit&, const DeliveryLimit&) = default;
};

struct DeliveryProgress {
  std::int64_t done = 0;     // Operations closed or parked.
  std::int64_t total = 0;    // Operations that were open at the start.
  std::int64_t pending = 0;  // Still open.
  std::int64_t refused = 0;  // Parked by this delivery, by reason.
  std::int64_t exhausted = 0;
  std::int64_t unknown_contacts = 0;
  double per_second = 0;  // Operations done, over the last seconds.
  DeliveryLimit limit;
  bool ended = false;

  // For what is pending, at the present rate; nullopt while nothing is done.
  [[nodiscard]] std::optional<Duration> TimeLeft() const;
};
using DeliveryObserver = std::function<void(const DeliveryProgress&)>;

// "20 per second ('requests_per_second')"; empty for kNone.
[[nodiscard]] std::string Describe(const DeliveryLimit& limit);
// "500 of 1,000, 3 refused; 20.0 per second, 25 s left; limit: ..."
[[nodiscard]] std::string Describe(const DeliveryProgress& progress);
// "3 refused, 2 out of attempts, 1 not in Cordial"; empty when all are 0.
[[nodiscard]] std::string DescribeParked(std::int64_t refused,
                                         std::int64_t exhausted,
                                         std::int64_t unknown_contacts);

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_DELIVERY_PROGRESS_H_
