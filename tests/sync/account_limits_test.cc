#include "sync/account_limits.h"

#include <gtest/gtest.h>

namespace cohort_sync {
namespace {

using namespace std::chrono_literals;

constexpr SteadyPoint kNow{1'000s};
constexpr TimePoint kWall = FromMillis(1'795'240'800'000);
constexpr const char* kLane = "POST /contacts";

class AccountLimitsTest : public testing::Test {
 protected:
  AccountLimitsTest() { settings_.concurrency = 8; }

  void FailFiveOf(AccountLimits& limits, std::initializer_list<std::int64_t> bindings) const {
    std::int64_t operation = 0;
    while (operation < 6) {
      for (const std::int64_t binding : bindings)
        limits.Failed(OperationId(++operation), BindingId(binding), "http 503", kNow, 0.5);
    }
  }

  DeliverySettings settings_;
};

TEST_F(AccountLimitsTest, ARefusalHoldsForAQuarterOfAnHourAndThenOneCallMayLeave) {
  AccountLimits limits(settings_);
  EXPECT_EQ(limits.Window(1), 8U);
  limits.Refused("401", kNow);
  EXPECT_EQ(limits.Refusal(kNow + 15min - 1ms), "401");
  EXPECT_EQ(limits.Refusal(kNow + 15min), std::nullopt);
  EXPECT_TRUE(limits.refused());
  EXPECT_EQ(limits.Window(1), 1U);
  limits.Answered(kNow + 15min);
  EXPECT_FALSE(limits.refused());
  EXPECT_EQ(limits.Window(1), 8U);
}

TEST_F(AccountLimitsTest, AnAnswerThatWasOnItsWayDoesNotEndARefusal) {
  AccountLimits limits(settings_);
  limits.Refused("401", kNow);
  limits.Answered(kNow + 1s);
  EXPECT_EQ(limits.Refusal(kNow + 2s), "401");
}

TEST_F(AccountLimitsTest, FailuresOfOneOfSeveralListsAreNoOutage) {
  AccountLimits limits(settings_);
  FailFiveOf(limits, {1});
  EXPECT_TRUE(limits.away(1));
  EXPECT_FALSE(limits.away(2));
  EXPECT_EQ(limits.Window(2), 8U);
  FailFiveOf(limits, {1, 2});
  EXPECT_TRUE(limits.away(2));
  EXPECT_EQ(limits.Window(2), 1U);
}

TEST_F(AccountLimitsTest, AnotherDeliveryMayProbeAtOnce) {
  AccountLimits limits(settings_);
  FailFiveOf(limits, {1});
  EXPECT_GT(limits.EarliestCall(kLane, 1, kNow), kNow);
  limits.ProbeNow(kNow);
  EXPECT_EQ(limits.EarliestCall(kLane, 1, kNow), kNow);
}

TEST_F(AccountLimitsTest, NamesTheLimitInForce) {
  settings_.requests_per_second = 20;
  AccountLimits limits(settings_);
  EXPECT_EQ(limits.LimitOf(kLane, 1, false, kNow, kWall).kind, LimitKind::kNone);
  DeliveryLimit limit = limits.LimitOf(kLane, 1, true, kNow, kWall);
  EXPECT_EQ(Describe(limit), "20 per second ('requests_per_second')");
  limits.Throttled(kLane, 7s, kNow, 0.5);
  limit = limits.LimitOf(kLane, 1, true, kNow, kWall);
  EXPECT_EQ(limit.kind, LimitKind::kAskedToWait);
  EXPECT_EQ(limit.until, kWall + 7s);
  EXPECT_EQ(limits.LimitOf(kLane, 1, true, kNow + 8s, kWall).kind, LimitKind::kFoundRate);
  FailFiveOf(limits, {1});
  limit = limits.LimitOf(kLane, 1, true, kNow, kWall);
  EXPECT_EQ(Describe(limit), "one call at a time, with pauses: http 503");
}

TEST_F(AccountLimitsTest, WithoutAConfiguredRateNamesTheOneThatGrows) {
  AccountLimits limits(settings_);
  limits.Took(kLane, kNow);
  EXPECT_EQ(Describe(limits.LimitOf(kLane, 1, true, kNow, kWall)),
            "10 per second, growing until a limit is met");
}

}  // namespace
}  // namespace cohort_sync
