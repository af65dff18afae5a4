#include "sync/retry.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace cohort_sync {
namespace {

using namespace std::chrono_literals;

constexpr RetryPolicy kPolicy{1s, 600s, 8};
constexpr double kAlmostOne = 0x1.fffffffffffffp-1;

TEST(NextDelay, DoublesItsCeilingWithEveryAttempt) {
  EXPECT_EQ(NextDelay(kPolicy, 1, {}, 0.5), 500ms);
  EXPECT_EQ(NextDelay(kPolicy, 2, {}, 0.5), 1s);
  EXPECT_EQ(NextDelay(kPolicy, 3, {}, 0.5), 2s);
  EXPECT_EQ(NextDelay(kPolicy, 7, {}, 0.5), 32s);
}

TEST(NextDelay, IsCapped) {
  const RetryPolicy patient{1s, 10s, 1'000'000};
  EXPECT_EQ(NextDelay(patient, 4, {}, kAlmostOne), 7'999ms);
  EXPECT_EQ(NextDelay(patient, 5, {}, kAlmostOne), 9'999ms);
  EXPECT_EQ(NextDelay(patient, 999'999, {}, kAlmostOne), 9'999ms);
}

TEST(NextDelay, IsNeverBelowATenthOfASecond) {
  EXPECT_EQ(NextDelay(kPolicy, 1, {}, 0.0), 100ms);
  EXPECT_EQ(NextDelay(kPolicy, 1, {}, 0.1), 100ms);
  EXPECT_EQ(NextDelay(kPolicy, 1, {}, 0.101), 101ms);
}

TEST(NextDelay, EndsWithTheLastAttempt) {
  EXPECT_TRUE(NextDelay(kPolicy, 7, {}, 0.5).has_value());
  EXPECT_FALSE(NextDelay(kPolicy, 8, {}, 0.5).has_value());
  EXPECT_FALSE(NextDelay(kPolicy, 9, 30s, 0.5).has_value());
  EXPECT_FALSE(NextDelay(RetryPolicy{1s, 1s, 1}, 1, {}, 0.5).has_value());
}

TEST(NextDelay, HonoursRetryAfterAsAFloor) {
  EXPECT_EQ(NextDelay(kPolicy, 1, 30s, 0.9), 30s);
  EXPECT_EQ(NextDelay(kPolicy, 7, 30s, 0.9), 57'600ms);
}

TEST(NextDelay, ClampsWhatTheOtherSideAsksFor) {
  EXPECT_EQ(NextDelay(kPolicy, 1, 0s, 0.0), 1s);
  EXPECT_EQ(NextDelay(kPolicy, 1, -5s, 0.0), 1s);
  EXPECT_EQ(NextDelay(kPolicy, 1, 15min, 0.0), 15min);
  EXPECT_EQ(NextDelay(kPolicy, 1, 24h, 0.0), 15min);
}

RC_GTEST_PROP(NextDelay, StaysBetweenFloorAndCeiling, ()) {
  const RetryPolicy policy{Duration(*rc::gen::inRange(1, 100'000)),
                           Duration(*rc::gen::inRange(100, 1'000'000)),
                           *rc::gen::inRange(1, 100)};
  const int attempt = *rc::gen::inRange(1, 110);
  const double jitter = *rc::gen::inRange(0, 1'000) / 1'000.0;
  const bool asked = *rc::gen::arbitrary<bool>();
  const Duration retry_after(*rc::gen::inRange(-1'000, 2'000'000));
  const auto delay =
      NextDelay(policy, attempt, asked ? std::optional(retry_after) : std::nullopt, jitter);
  RC_ASSERT(delay.has_value() == (attempt < policy.max_attempts));
  if (!delay) return;
  RC_ASSERT(*delay >= 100ms);
  RC_ASSERT(*delay <= std::max<Duration>(policy.cap, asked ? Duration(15min) : 100ms));
  if (asked) RC_ASSERT(*delay >= std::min<Duration>(retry_after, 15min));
}

RC_GTEST_PROP(NextDelay, NeverShrinksWithMoreAttemptsOrMoreJitter, ()) {
  const RetryPolicy policy{Duration(*rc::gen::inRange(1, 100'000)), 600s, 200};
  const int attempt = *rc::gen::inRange(1, 100);
  const double jitter = *rc::gen::inRange(0, 900) / 1'000.0;
  const Duration delay = *NextDelay(policy, attempt, {}, jitter);
  RC_ASSERT(*NextDelay(policy, attempt + 1, {}, jitter) >= delay);
  RC_ASSERT(*NextDelay(policy, attempt, {}, jitter + 0.1) >= delay);
}

}  // namespace
}  // namespace cohort_sync
