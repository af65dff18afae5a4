#include "sync/call_statistics.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "base/check.h"

namespace cohort_sync {

// Below 2^6 each value is its own bucket. Above, a value is cut to its six leading bits: the first
// is always 1, so the five others and the number of bits that were dropped name the bucket.
std::size_t LatencyHistogram::BucketOf(std::uint64_t millis) {
  const auto width = static_cast<unsigned>(std::bit_width(millis));
  const unsigned dropped = width > kPrecisionBits + 1 ? width - (kPrecisionBits + 1) : 0;
  return (std::size_t{dropped} << kPrecisionBits) + (millis >> dropped);
}

std::uint64_t LatencyHistogram::LargestIn(std::size_t bucket) {
  constexpr std::size_t kExact = std::size_t{2} << kPrecisionBits;
  if (bucket < kExact) return bucket;
  const std::size_t dropped = (bucket >> kPrecisionBits) - 1;
  const std::uint64_t leading = bucket - (dropped << kPrecisionBits);
  return ((leading + 1) << dropped) - 1;
}

void LatencyHistogram::Add(Duration latency) {
  constexpr auto kMost = Duration(std::numeric_limits<std::uint32_t>::max());
  const Duration counted = std::clamp(latency, Duration(0), kMost);
  ++counts_.at(BucketOf(static_cast<std::uint64_t>(counted.count())));
  ++count_;
  max_ = std::max(max_, counted);
}

Duration LatencyHistogram::Percentile(int percent) const {
  CHECK(percent > 0 && percent <= 100);
  const std::int64_t rank = (count_ * percent + 99) / 100;
  std::int64_t seen = 0;
  for (std::size_t bucket = 0; bucket < kBuckets && rank > 0; ++bucket) {
    seen += counts_.at(bucket);
    if (seen >= rank) return std::min(max_, Duration(static_cast<std::int64_t>(LargestIn(bucket))));
  }
  return Duration(0);
}

void CallStatistics::Add(std::string_view call, const CallRecord& record) {
  if (!record.made()) return;
  auto kind = kinds_.find(call);
  if (kind == kinds_.end()) kind = kinds_.emplace(std::string(call), Kind()).first;
  ++kind->second.answers[record.http_status];
  kind->second.latencies.Add(record.took);
}

std::vector<CallSummary> CallStatistics::Summaries() const {
  std::vector<CallSummary> summaries;
  summaries.reserve(kinds_.size());
  for (const auto& [name, kind] : kinds_) {
    CallSummary summary;
    summary.call = name;
    for (const auto& [status, count] : kind.answers)
      summary.answers[status == 0 ? std::string(kNoAnswer) : std::to_string(status)] = count;
    summary.p50 = kind.latencies.Percentile(50);
    summary.p90 = kind.latencies.Percentile(90);
    summary.p99 = kind.latencies.Percentile(99);
    summary.max = kind.latencies.max();
    summaries.push_back(std::move(summary));
  }
  return summaries;
}

}  // namespace cohort_sync
