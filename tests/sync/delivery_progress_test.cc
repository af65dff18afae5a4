#include "sync/delivery_progress.h"

#include <gtest/gtest.h>

#include "sync/rate_meter.h"

namespace cohort_sync {
namespace {

using namespace std::chrono_literals;

TEST(DeliveryProgress, SaysWhatIsDoneParkedLeftAndWhy) {
  DeliveryProgress progress;
  progress.done = 500;
  progress.total = 1'500;
  progress.pending = 1'000;
  progress.refused = 3;
  progress.exhausted = 2;
  progress.unknown_contacts = 1;
  progress.per_second = 12.5;
  progress.limit.kind = LimitKind::kConcurrency;
  progress.limit.calls = 8;
  EXPECT_EQ(Describe(progress),
            "500 of 1,500, 3 refused, 2 out of attempts, 1 not in Cordial; 12.5 per second, 1 min "
            "20 s left; limit: 8 calls in flight ('concurrency')");
}

TEST(DeliveryProgress, TellsNoTimeWithoutARate) {
  DeliveryProgress progress;
  progress.total = 3;
  progress.pending = 3;
  EXPECT_EQ(progress.TimeLeft(), std::nullopt);
  EXPECT_EQ(Describe(progress), "0 of 3");
}

TEST(DeliveryLimit, KindsHaveTextsThatAreReadBack) {
  for (const LimitKind kind : {LimitKind::kNone,
                               LimitKind::kConcurrency,
                               LimitKind::kConfiguredRate,
                               LimitKind::kFoundRate,
                               LimitKind::kGrowingRate,
                               LimitKind::kAskedToWait,
                               LimitKind::kAway})
    EXPECT_EQ(ParseLimitKind(ToString(kind)), kind);
  EXPECT_EQ(ParseLimitKind("tuesday"), std::nullopt);
}

TEST(DeliveryLimit, DescribesARateAPauseAndNothing) {
  DeliveryLimit limit;
  EXPECT_EQ(Describe(limit), "");
  limit.kind = LimitKind::kFoundRate;
  limit.per_second = 47.53;
  EXPECT_EQ(Describe(limit), "47.5 per second, found by the destination's 429s");
  limit.kind = LimitKind::kAskedToWait;
  EXPECT_EQ(Describe(limit), "none for now: the destination asks to wait");
}

TEST(RateMeter, CountsTheLastTenSeconds) {
  constexpr SteadyPoint kStart{1'000s};
  RateMeter meter;
  EXPECT_EQ(meter.PerSecond(kStart), 0);
  for (int i = 0; i < 30; ++i)
    meter.Count(20, kStart + i * 1s);
  EXPECT_NEAR(meter.PerSecond(kStart + 29s + 999ms), 20, 0.1);
  EXPECT_EQ(meter.PerSecond(kStart + 40s), 0);
}

TEST(RateMeter, BeginsWithWhatThereWasWithinItsFirstSecond) {
  constexpr SteadyPoint kStart{1'000s};
  RateMeter meter;
  meter.Count(5, kStart);
  EXPECT_EQ(meter.PerSecond(kStart + 10ms), 5);
  EXPECT_NEAR(meter.PerSecond(kStart + 2s), 2.5, 0.01);
}

}  // namespace
}  // namespace cohort_sync
