#include "sync/outage.h"

#include <gtest/gtest.h>

namespace cohort_sync {
namespace {

using namespace std::chrono_literals;

constexpr RetryPolicy kPolicy{1s, 60s, 8};
constexpr SteadyPoint kNow{1'000s};

void FailTimes(OutageDetector& outage, int times, std::int64_t different = 2) {
  for (int i = 0; i < times; ++i)
    outage.Failed(OperationId(i % different), BindingId(1), kNow, 0.5);
}

TEST(OutageDetector, IsAwayAfterFiveFailuresInARow) {
  OutageDetector outage(kPolicy);
  FailTimes(outage, 4);
  EXPECT_FALSE(outage.away());
  outage.Failed(OperationId(9), BindingId(1), kNow, 0.5);
  EXPECT_TRUE(outage.away());
}

TEST(OutageDetector, OneContactThatFailsIsNoOutage) {
  OutageDetector outage(kPolicy);
  FailTimes(outage, 100, 1);
  EXPECT_FALSE(outage.away());
  outage.Failed(OperationId(7), BindingId(1), kNow, 0.5);
  EXPECT_TRUE(outage.away());
}

TEST(OutageDetector, AnyAnswerEndsTheRow) {
  OutageDetector outage(kPolicy);
  FailTimes(outage, 4);
  outage.Answered();
  FailTimes(outage, 4);
  EXPECT_FALSE(outage.away());
  FailTimes(outage, 1);
  EXPECT_TRUE(outage.away());
  outage.Answered();
  EXPECT_FALSE(outage.away());
}

TEST(OutageDetector, AnAnswerForgetsWhichContactsFailed) {
  OutageDetector outage(kPolicy);
  FailTimes(outage, 5);
  outage.Answered();
  FailTimes(outage, 10, 1);
  EXPECT_FALSE(outage.away());
}

TEST(OutageDetector, PausesBetweenProbesGrowToTheCapAndNeverEnd) {
  OutageDetector outage(kPolicy);
  FailTimes(outage, 5);
  EXPECT_EQ(outage.probe_at(), kNow + 500ms);
  outage.Failed(OperationId(0), BindingId(1), kNow + 1s, 0.5);
  EXPECT_EQ(outage.probe_at(), kNow + 1s + 1s);
  outage.Failed(OperationId(1), BindingId(1), kNow + 10s, 0.5);
  EXPECT_EQ(outage.probe_at(), kNow + 10s + 2s);
  FailTimes(outage, 1'000);
  EXPECT_EQ(outage.probe_at(), kNow + 30s);
}

TEST(OutageDetector, ANewOutageStartsWithTheShortestPause) {
  OutageDetector outage(kPolicy);
  FailTimes(outage, 20);
  outage.Answered();
  FailTimes(outage, 5);
  EXPECT_EQ(outage.probe_at(), kNow + 500ms);
}

}  // namespace
}  // namespace cohort_sync
