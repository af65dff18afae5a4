#include "sync/rate_finder.h"

#include <deque>
#include <map>

#include <gtest/gtest.h>

#include "sync/pacing.h"

namespace cohort_sync {
namespace {

using namespace std::chrono_literals;

constexpr SteadyPoint kStart{1'000s};
const std::string kLane = "POST";

// Admits so many calls within any second and asks the others to wait a second, as Cordial does.
class Limiter {
 public:
  explicit Limiter(std::size_t limit) : limit_(limit) {}

  bool Admit(SteadyPoint now) {
    while (!admitted_.empty() && admitted_.front() + 1s <= now)
      admitted_.pop_front();
    if (admitted_.size() >= limit_) return false;
    admitted_.push_back(now);
    return true;
  }

 private:
  std::size_t limit_;
  std::deque<SteadyPoint> admitted_;
};

struct Traffic {
  double accepted_per_second = 0;  // From half a minute on.
  double refused_share = 0;        // Of all calls.
};

// `seconds` of a sender that always has something to send and waits `latency` for an answer.
Traffic Send(std::size_t limit, int seconds, Duration latency) {
  Limiter limiter(limit);
  Pacer pacer(std::nullopt);
  std::multimap<SteadyPoint, bool> answers;
  double calls = 0;
  double refused = 0;
  double accepted_late = 0;
  for (SteadyPoint now = kStart; now < kStart + std::chrono::seconds(seconds); now += 1ms) {
    while (!answers.empty() && answers.begin()->first <= now) {
      const bool accepted = answers.extract(answers.begin()).mapped();
      if (accepted) {
        pacer.Accepted(kLane, now);
        if (now >= kStart + 30s) ++accepted_late;
      } else {
        ++refused;
        pacer.Refused(kLane, now);
        pacer.PauseUntil(kLane, now + 1s);
      }
    }
    while (answers.size() < 64 && pacer.EarliestCall(kLane, now) <= now) {
      pacer.Took(kLane, now);
      answers.emplace(now + latency, limiter.Admit(now + latency / 2));
      ++calls;
    }
  }
  return {accepted_late / (seconds - 30), refused / calls};
}

TEST(RateFinder, BeginsLow) {
  EXPECT_EQ(RateFinder().rate(), RateFinder::kFirstRate);
  EXPECT_FALSE(RateFinder().found_limit());
}

TEST(RateFinder, UsesNineTenthsOfALimitThatNobodyNamed) {
  for (const std::size_t limit : {10U, 25U, 100U, 400U, 1'000U}) {
    const Traffic traffic = Send(limit, 120, 20ms);
    EXPECT_GE(traffic.accepted_per_second, 0.9 * static_cast<double>(limit)) << limit;
    EXPECT_LE(traffic.accepted_per_second, static_cast<double>(limit)) << limit;
    EXPECT_LT(traffic.refused_share, 0.01) << limit;
  }
}

TEST(RateFinder, GoesBelowALimitThatIsLowerThanWhereItBegins) {
  const Traffic traffic = Send(3, 300, 20ms);
  EXPECT_GE(traffic.accepted_per_second, 2.0);
  EXPECT_LT(traffic.refused_share, 0.05);
}

TEST(RateFinder, DoesNotGrowWhileTheRateHoldsNothingBack) {
  RateFinder finder;
  for (int second = 0; second < 60; ++second)
    finder.Accepted(kStart + std::chrono::seconds(second));
  EXPECT_EQ(finder.rate(), RateFinder::kFirstRate);
}

TEST(RateFinder, OneBurstOfRefusalsLowersTheRateOnce) {
  RateFinder finder;
  for (int call = 0; call < 10; ++call)
    finder.Accepted(kStart + Duration(100 * call));
  for (int call = 0; call < 50; ++call)
    finder.Refused(kStart + 1s + Duration(call));
  EXPECT_TRUE(finder.found_limit());
  EXPECT_NEAR(finder.rate(), 8.5, 1.0);
}

TEST(RateFinder, ARefusalBeforeAnythingWasAcceptedDoesNotSlowItDownForLong) {
  RateFinder finder;
  finder.Refused(kStart);
  EXPECT_GE(finder.rate(), 4);
  SteadyPoint now = kStart;
  for (; now < kStart + 120s; now += 100ms) {
    finder.HeldBack();
    finder.Accepted(now);
  }
  EXPECT_GE(finder.rate(), 100);
}

TEST(RateFinder, ANamedRateIsNeverExceededAndComesBack) {
  RateFinder finder(20);
  EXPECT_EQ(finder.rate(), 20);
  finder.Refused(kStart);
  EXPECT_LT(finder.rate(), 20);
  EXPECT_GE(finder.rate(), 10);
  for (SteadyPoint now = kStart; now < kStart + 120s; now += 50ms) {
    finder.HeldBack();
    finder.Accepted(now);
    EXPECT_LE(finder.rate(), 20);
  }
  EXPECT_EQ(finder.rate(), 20);
}

TEST(RateFinder, NeverEndsInStandstill) {
  RateFinder finder;
  for (int refusal = 0; refusal < 1'000; ++refusal)
    finder.Refused(kStart + 3s * refusal);
  EXPECT_GT(finder.rate(), 0);
}

}  // namespace
}  // namespace cohort_sync
