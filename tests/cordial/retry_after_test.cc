#include "cordial/retry_after.h"

#include <gtest/gtest.h>

#include "support/fake_clock.h"

namespace cohort_sync::cordial {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr TimePoint kNow = FakeClock::kStart;  // 2026-11-21T06:00:00Z

std::optional<Duration> RetryAfter(const std::string& value) {
  return RequestedWait(http::Headers{{"Retry-After", value}}, kNow);
}

TEST(RequestedWait, ReadsSeconds) {
  EXPECT_EQ(RetryAfter("7"), seconds(7));
  EXPECT_EQ(RetryAfter(" 0 "), seconds(0));
}

TEST(RequestedWait, ReadsAnHttpDateAsTheWaitUntilThen) {
  EXPECT_EQ(RetryAfter("Sat, 21 Nov 2026 06:00:30 GMT"), seconds(30));
  EXPECT_EQ(RetryAfter("Sat, 21 Nov 2026 07:00:00 GMT"), hours(1));
}

TEST(RequestedWait, ADateInThePastMeansNow) {
  EXPECT_EQ(RetryAfter("Fri, 20 Nov 2026 06:00:00 GMT"), seconds(0));
}

TEST(RequestedWait, NoWaitIsLongerThanADay) {
  EXPECT_EQ(RetryAfter("1000000000000"), hours(24));
  EXPECT_EQ(RetryAfter("9223372036854775807"), hours(24));
  EXPECT_EQ(RetryAfter("Fri, 31 Dec 9999 23:59:59 GMT"), hours(24));
}

TEST(RequestedWait, IgnoresGarbage) {
  for (const char* const value : {"",
                                  "soon",
                                  "-5",
                                  "1.5",
                                  "5 s",
                                  "99999999999999999999",
                                  "Sat, 21 Nov 2026 06:00:30",
                                  "Sat, 21 Nov 2026 06:00:30 UTC",
                                  "Sat, 21 Foo 2026 06:00:30 GMT",
                                  "Sat, 31 Feb 2026 06:00:30 GMT",
                                  "Sat, 21 Nov 2026 26:00:30 GMT",
                                  "2026-11-21T06:00:30Z"}) {
    EXPECT_EQ(RetryAfter(value), std::nullopt) << value;
  }
}

TEST(RequestedWait, FallsBackToTheRateLimitReset) {
  EXPECT_EQ(RequestedWait({{"X-Rate-Limit-Reset", "12"}}, kNow), seconds(12));
  EXPECT_EQ(RequestedWait({{"Retry-After", "soon"}, {"x-rate-limit-reset", "12"}}, kNow),
            seconds(12));
  EXPECT_EQ(RequestedWait({{"X-Rate-Limit-Reset", "12"}, {"Retry-After", "3"}}, kNow), seconds(3));
  EXPECT_EQ(RequestedWait({{"X-Rate-Limit-Reset", "?"}}, kNow), std::nullopt);
  EXPECT_EQ(RequestedWait({{"X-Rate-Limit-Remaining", "0"}}, kNow), std::nullopt);
}

}  // namespace
}  // namespace cohort_sync::cordial
