#include "simulator/push_times.h"

#include <gtest/gtest.h>

namespace cohort_sync::simulator {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

TEST(PushTimes, AChangeIsPushedWhenItsPeriodEnds) {
  PushTimes times;
  times.Create("vip", minutes(5), PushFrequency::kHourly);
  EXPECT_EQ(times.RunAfter("vip", minutes(30)), minutes(65));
  EXPECT_EQ(times.RunAfter("vip", minutes(40)), std::nullopt);
  EXPECT_EQ(times.RunAfter("vip", minutes(65)), minutes(125));
  EXPECT_EQ(times.RunAfter("vip", hours(10)), hours(10) + minutes(5));
}

TEST(PushTimes, OnceIsOnce) {
  PushTimes times;
  times.Create("vip", minutes(0), PushFrequency::kOnce);
  EXPECT_TRUE(times.Contains("vip"));
  EXPECT_EQ(times.RunAfter("vip", minutes(30)), std::nullopt);
  EXPECT_EQ(times.RunAfter("other", minutes(30)), std::nullopt);
}

}  // namespace
}  // namespace cohort_sync::simulator
