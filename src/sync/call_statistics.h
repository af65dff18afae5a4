// How the calls of one run went: answers and latencies of each kind of call.
#ifndef COHORT_SYNC_SYNC_CALL_STATISTICS_H_
#define COHORT_SYNC_SYNC_CALL_STATISTICS_H_

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "sync/call_record.h"

namespace cohort_sync {

inline constexpr std::string_view kNoAnswer = "none";

// One kind of call, as far as it was answered or lost.
struct CallSummary {
  std::string call;  // "POST /contacts"
  // How often each answer came: the HTTP status ("200", "429") or kNoAnswer.
  std::map<std::string, std::int64_t> answers;
  // Time to the answer, or to giving up. A percentile is the latency of the call at that rank
  // (nearest rank) or at most LatencyHistogram::kRelativeError above it, never above `max`.
  Duration p50{};
  Duration p90{};
  Duration p99{};
  Duration max{};

  friend bool operator==(const CallSummary&, const CallSummary&) = default;
};

// Latencies in buckets of equal width up to 64 ms and of growing width above: 7 KiB, whatever is
// added. One thread.
class LatencyHistogram {
 public:
  static constexpr double kRelativeError = 1.0 / 32;

  void Add(Duration latency);  // Below 0 counts as 0, above 49 days as that.
  [[nodiscard]] std::int64_t count() const { return count_; }
  [[nodiscard]] Duration max() const { return max_; }
  // The latency that `percent` of all do not exceed; 0 without any. REQUIRES: 0 < percent <= 100.
  [[nodiscard]] Duration Percentile(int percent) const;

 private:
  // 2^5 buckets for each power of two: what has the same leading six bits is in one.
  static constexpr unsigned kPrecisionBits = 5;
  static constexpr unsigned kValueBits = 32;
  static constexpr std::size_t kBuckets = (kValueBits - kPrecisionBits + 1) << kPrecisionBits;

  [[nodiscard]] static std::size_t BucketOf(std::uint64_t millis);
  [[nodiscard]] static std::uint64_t LargestIn(std::size_t bucket);

  std::array<std::int64_t, kBuckets> counts_{};
  std::int64_t count_ = 0;
  Duration max_{};
};

// One thread.
class CallStatistics {
 public:
  // `call` is the kind of call (ListDestination::LaneOf). A record of no call is passed over.
  void Add(std::string_view call, const CallRecord& record);
  // In the order of their names.
  [[nodiscard]] std::vector<CallSummary> Summaries() const;

 private:
  struct Kind {
    std::map<int, std::int64_t> answers;  // By status.
    LatencyHistogram latencies;
  };
  std::map<std::string, Kind, std::less<>> kinds_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_CALL_STATISTICS_H_
