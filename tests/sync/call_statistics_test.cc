#include "sync/call_statistics.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

namespace cohort_sync {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

CallRecord Call(int status, Duration took) {
  return {.took = took, .method = "POST", .http_status = status};
}

TEST(CallStatistics, CountsTheAnswersOfEachKindOfCall) {
  CallStatistics statistics;
  statistics.Add("PUT /contacts", Call(200, 5ms));
  statistics.Add("POST /contacts", Call(429, 1ms));
  statistics.Add("POST /contacts", Call(200, 3ms));
  statistics.Add("POST /contacts", Call(200, 2ms));
  statistics.Add("POST /contacts", Call(0, 30s));
  const std::vector<CallSummary> summaries = statistics.Summaries();
  ASSERT_EQ(summaries.size(), 2U);
  EXPECT_EQ(summaries[0].call, "POST /contacts");
  EXPECT_THAT(summaries[0].answers, ElementsAre(Pair("200", 2), Pair("429", 1), Pair("none", 1)));
  EXPECT_EQ(summaries[0].p50, 2ms);
  EXPECT_EQ(summaries[0].max, 30s);
  EXPECT_EQ(summaries[1].call, "PUT /contacts");
  EXPECT_THAT(summaries[1].answers, ElementsAre(Pair("200", 1)));
}

TEST(CallStatistics, PassesOverWhatWasNoCall) {
  CallStatistics statistics;
  statistics.Add("POST /contacts", CallRecord{});
  EXPECT_THAT(statistics.Summaries(), IsEmpty());
}

TEST(LatencyHistogram, IsZeroWithoutCalls) {
  EXPECT_EQ(LatencyHistogram().Percentile(50), 0ms);
}

TEST(LatencyHistogram, IsExactUpTo64Milliseconds) {
  LatencyHistogram histogram;
  for (int millis = 0; millis < 64; ++millis)
    histogram.Add(Duration(millis));
  EXPECT_EQ(histogram.Percentile(50), 31ms);
  EXPECT_EQ(histogram.Percentile(99), 63ms);
}

TEST(LatencyHistogram, TakesWhatAClockMayGive) {
  LatencyHistogram histogram;
  histogram.Add(-5ms);
  EXPECT_EQ(histogram.Percentile(100), 0ms);
  histogram.Add(Duration::max());
  EXPECT_EQ(histogram.Percentile(100), Duration(4'294'967'295));
}

// 1 ms to 49 days, each order of magnitude as likely as any other.
rc::Gen<std::int64_t> Latencies() {
  return rc::gen::map(
      rc::gen::pair(rc::gen::inRange<unsigned>(0, 33),
                    rc::gen::inRange<std::uint64_t>(0, std::uint64_t{1} << 33U)),
      [](const std::pair<unsigned, std::uint64_t>& drawn) {
        return static_cast<std::int64_t>(drawn.second & ((std::uint64_t{1} << drawn.first) - 1));
      });
}

RC_GTEST_PROP(LatencyHistogram, IsNearTheExactPercentile, ()) {
  auto latencies = *rc::gen::nonEmpty(rc::gen::container<std::vector<std::int64_t>>(Latencies()));
  const int percent = *rc::gen::inRange(1, 101);
  LatencyHistogram histogram;
  for (const std::int64_t latency : latencies)
    histogram.Add(Duration(latency));
  std::sort(latencies.begin(), latencies.end());
  const std::size_t rank = (latencies.size() * static_cast<std::size_t>(percent) + 99) / 100;
  const auto exact = static_cast<double>(latencies[rank - 1]);
  const auto told = static_cast<double>(histogram.Percentile(percent).count());
  RC_ASSERT(told >= exact);
  RC_ASSERT(told <= exact * (1 + LatencyHistogram::kRelativeError));
  RC_ASSERT(histogram.max() == Duration(latencies.back()));
}

}  // namespace
}  // namespace cohort_sync
