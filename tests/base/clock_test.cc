#include "base/clock.h"

#include <thread>

#include <gtest/gtest.h>

namespace cohort_sync {
namespace {

using namespace std::chrono_literals;

TEST(TimePoint, SurvivesTheWayThroughMilliseconds) {
  for (const std::int64_t millis : {INT64_C(0), INT64_C(-1), INT64_C(1'795'240'800'123)})
    EXPECT_EQ(ToMillis(FromMillis(millis)), millis);
  EXPECT_EQ(FromMillis(1'000), TimePoint(1s));
}

TEST(SystemClock, NowIsTheWallClockOfTheSystem) {
  const auto before = std::chrono::floor<Duration>(std::chrono::system_clock::now());
  const TimePoint now = SystemClock().Now();
  EXPECT_GE(now, before);
  EXPECT_LE(now, std::chrono::ceil<Duration>(std::chrono::system_clock::now()));
}

TEST(SystemClock, SteadyNeverGoesBack) {
  const SystemClock clock;
  const SteadyPoint first = clock.Steady();
  EXPECT_GE(clock.Steady(), first);
}

TEST(SystemClock, SleepLastsAtLeastItsDuration) {
  SystemClock clock;
  const auto before = std::chrono::steady_clock::now();
  EXPECT_TRUE(clock.SleepFor(5ms, {}));
  EXPECT_GE(std::chrono::steady_clock::now() - before, 5ms);
}

TEST(SystemClock, SleepOfNothingReturnsAtOnce) {
  SystemClock clock;
  EXPECT_TRUE(clock.SleepFor(0ms, {}));
  EXPECT_TRUE(clock.SleepFor(-1s, {}));
}

// Without the wake-up these two would run into the test's own time limit.
TEST(SystemClock, StopRequestedBeforeEndsTheSleep) {
  SystemClock clock;
  std::stop_source stop;
  stop.request_stop();
  EXPECT_FALSE(clock.SleepFor(24h, stop.get_token()));
}

TEST(SystemClock, StopRequestedMeanwhileWakesTheSleeper) {
  SystemClock clock;
  bool whole = true;
  std::jthread sleeper([&](const std::stop_token& stop) { whole = clock.SleepFor(24h, stop); });
  sleeper.request_stop();
  sleeper.join();
  EXPECT_FALSE(whole);
}

}  // namespace
}  // namespace cohort_sync
