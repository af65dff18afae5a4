// Keeps calls under a rate, configured or found out, and obeys requests to wait, per lane.
#ifndef COHORT_SYNC_SYNC_PACING_H_
#define COHORT_SYNC_SYNC_PACING_H_

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>

#include "base/clock.h"
#include "sync/rate_finder.h"

namespace cohort_sync {

// What a lane keeps to.
struct LaneLimit {
  double per_second = 0;  // 0: no limit of our own.
  bool configured = false;
  bool found = false;  // By refusals, which may be below what is configured.
  SteadyPoint paused_until{};
};

// Per lane a token bucket of a tenth of a second's depth, and no more calls within any second than
// the rate: how the other side counts is not known (contracts/cordial.md 2.10), and a limit per
// fixed second, per sliding second and of a leaky bucket are all kept that way. Times are
// monotonic. One thread.
class Pacer {
 public:
  // `per_second` calls per lane; 0 means no limit of our own, nullopt a rate that each lane finds.
  explicit Pacer(std::optional<double> per_second) : per_second_(per_second) {}

  // When a call on `lane` may leave: `now` or later. Takes nothing.
  [[nodiscard]] SteadyPoint EarliestCall(const std::string& lane, SteadyPoint now);
  // Takes the token of a call that leaves now.
  void Took(const std::string& lane, SteadyPoint now);
  // A call was answered otherwise than by asking to wait.
  void Accepted(const std::string& lane, SteadyPoint now);
  // A call was told to wait.
  void Refused(const std::string& lane, SteadyPoint now);
  // The other side asked for a pause: nothing leaves on `lane` before `until`.
  void PauseUntil(const std::string& lane, SteadyPoint until);

  [[nodiscard]] LaneLimit LimitOf(const std::string& lane) const;

 private:
  struct Bucket {
    double tokens = 0;
    SteadyPoint filled_at{};
    SteadyPoint paused_until{};
    bool started = false;
    std::deque<SteadyPoint> sent;  // The last calls, as many as the window holds.
    RateFinder finder;
  };
  [[nodiscard]] Bucket& BucketOf(const std::string& lane);
  [[nodiscard]] double RateOf(const Bucket& bucket) const;
  [[nodiscard]] double TokensAt(const Bucket& bucket, SteadyPoint now) const;

  std::optional<double> per_second_;
  std::map<std::string, Bucket, std::less<>> buckets_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_PACING_H_
