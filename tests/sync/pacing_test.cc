#include "sync/pacing.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace cohort_sync {
namespace {

using namespace std::chrono_literals;

constexpr SteadyPoint kStart{1'000s};

TEST(Pacer, LetsTheDepthOfATenthOfASecondGoAtOnce) {
  Pacer pacer(50);
  for (int call = 0; call < 5; ++call) {
    EXPECT_EQ(pacer.EarliestCall("POST", kStart), kStart) << call;
    pacer.Took("POST", kStart);
  }
  EXPECT_EQ(pacer.EarliestCall("POST", kStart), kStart + 20ms);
}

TEST(Pacer, LetsOneCallGoHoweverSlowTheRate) {
  Pacer pacer(0.5);
  EXPECT_EQ(pacer.EarliestCall("POST", kStart), kStart);
  pacer.Took("POST", kStart);
  EXPECT_EQ(pacer.EarliestCall("POST", kStart), kStart + 2015ms);
  EXPECT_EQ(pacer.EarliestCall("POST", kStart + 500ms), kStart + 2015ms);
  EXPECT_EQ(pacer.EarliestCall("POST", kStart + 2015ms), kStart + 2015ms);
}

TEST(Pacer, DoesNotSaveUpWhatWasNotUsed) {
  Pacer pacer(10);
  pacer.Took("POST", kStart);
  const SteadyPoint later = kStart + 1h;
  EXPECT_EQ(pacer.EarliestCall("POST", later), later);
  pacer.Took("POST", later);
  EXPECT_EQ(pacer.EarliestCall("POST", later), later + 100ms);
}

TEST(Pacer, LanesDoNotShareTokensOrPauses) {
  Pacer pacer(10);
  pacer.Took("POST", kStart);
  pacer.PauseUntil("POST", kStart + 5s);
  EXPECT_EQ(pacer.EarliestCall("POST", kStart), kStart + 5s);
  EXPECT_EQ(pacer.EarliestCall("PUT", kStart), kStart);
}

TEST(Pacer, APauseHoldsWhateverTheRate) {
  for (const double rate : {0.0, 0.5, 1'000.0}) {
    Pacer pacer(rate);
    pacer.PauseUntil("POST", kStart + 5s);
    EXPECT_EQ(pacer.EarliestCall("POST", kStart), kStart + 5s);
    EXPECT_EQ(pacer.EarliestCall("POST", kStart + 6s), kStart + 6s);
  }
}

TEST(Pacer, AShorterPauseDoesNotEndALongerOne) {
  Pacer pacer(10);
  pacer.PauseUntil("POST", kStart + 5s);
  pacer.PauseUntil("POST", kStart + 1s);
  EXPECT_EQ(pacer.EarliestCall("POST", kStart), kStart + 5s);
}

TEST(Pacer, WithoutARateNothingWaits) {
  Pacer pacer(0);
  for (int call = 0; call < 1'000; ++call)
    pacer.Took("POST", kStart);
  EXPECT_EQ(pacer.EarliestCall("POST", kStart), kStart);
}

// The most calls that any window of `length` (both ends included) holds.
std::size_t MostWithin(Duration length, const std::vector<SteadyPoint>& calls) {
  std::size_t most = 0;
  for (std::size_t first = 0, end = 0; first < calls.size(); ++first) {
    while (end < calls.size() && calls[end] <= calls[first] + length)
      ++end;
    most = std::max(most, end - first);
  }
  return most;
}

// Calls in several lanes with pauses, idle times and stalls in between.
std::map<std::string, std::vector<SteadyPoint>> ArbitraryCalls(Pacer& pacer) {
  std::map<std::string, std::vector<SteadyPoint>> calls;
  SteadyPoint now = kStart;
  const auto idle = *rc::gen::container<std::vector<int>>(
      400, rc::gen::weightedElement<int>({{40, 0}, {4, 1}, {2, 30}, {1, 250}, {1, 3'000}}));
  for (const int millis : idle) {
    now += Duration(millis);
    const std::string lane = *rc::gen::element<std::string>("POST", "PUT");
    if (*rc::gen::weightedElement<bool>({{30, false}, {1, true}}))
      pacer.PauseUntil(lane, now + Duration(*rc::gen::inRange(0, 2'000)));
    now = pacer.EarliestCall(lane, now);
    pacer.Took(lane, now);
    calls[lane].push_back(now);
  }
  return calls;
}

// Whether the other side counts sliding seconds or those of the clock, and although calls arrive
// less evenly than they leave.
RC_GTEST_PROP(Pacer, NoSecondHoldsMoreThanTheRateAlsoWhenSomeCallsTravelTenMillisecondsLonger, ()) {
  const int rate = *rc::gen::inRange(1, 400);
  Pacer pacer(rate);
  for (auto& [lane, times] : ArbitraryCalls(pacer)) {
    for (SteadyPoint& time : times)
      time += Duration(*rc::gen::inRange(0, 10));
    std::sort(times.begin(), times.end());
    RC_ASSERT(MostWithin(1s, times) <= static_cast<std::size_t>(rate));
  }
}

RC_GTEST_PROP(Pacer, NoTenthOfASecondHoldsMoreThanItsShareAndTheDepth, ()) {
  const double rate = *rc::gen::inRange(1, 4'000) / 10.0;
  Pacer pacer(rate);
  const double depth = std::max(1.0, rate / 10.0);
  for (const auto& [lane, times] : ArbitraryCalls(pacer))
    RC_ASSERT(MostWithin(100ms, times) <=
              static_cast<std::size_t>(std::floor(rate / 10.0 + depth + 1e-6)));
}

RC_GTEST_PROP(Pacer, AskingTakesNothingAndTheAnswerIsKept, ()) {
  const double rate = *rc::gen::inRange(1, 4'000) / 10.0;
  Pacer pacer(rate);
  SteadyPoint now = kStart;
  for (const int millis : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 50))) {
    now += Duration(millis);
    const SteadyPoint earliest = pacer.EarliestCall("POST", now);
    RC_ASSERT(earliest >= now);
    RC_ASSERT(pacer.EarliestCall("POST", now) == earliest);
    RC_ASSERT(pacer.EarliestCall("POST", earliest) == earliest);
    if (earliest == now) pacer.Took("POST", now);
  }
}

TEST(Pacer, ReachesNearlyTheRateItIsGiven) {
  for (const int rate : {3, 30, 300}) {  // A token of 30 takes 33.3 ms, which is no whole number.
    Pacer pacer(rate);
    SteadyPoint now = kStart;
    for (int call = 0; call < 60 * rate; ++call) {
      now = pacer.EarliestCall("POST", now);
      pacer.Took("POST", now);
    }
    EXPECT_LE(now, kStart + 60s * 1.02) << rate;
  }
}

TEST(Pacer, ANamedRateYieldsToRefusalsAtMostByHalf) {
  Pacer pacer(100);
  SteadyPoint now = kStart;
  const auto calls_within = [&](Duration length) {
    int calls = 0;
    for (const SteadyPoint end = now + length; now < end; ++calls) {
      now = pacer.EarliestCall("POST", now);
      pacer.Took("POST", now);
    }
    return calls;
  };
  EXPECT_GE(calls_within(10s), 980);
  for (int refusal = 0; refusal < 10; ++refusal) {
    pacer.Refused("POST", now);
    now += 3s;
  }
  const int afterwards = calls_within(10s);
  EXPECT_GE(afterwards, 480);
  EXPECT_LE(afterwards, 520);
}

TEST(Pacer, RefusalsDoNotMakeALimitWhereNoneIsWanted) {
  Pacer pacer(0);
  pacer.Took("POST", kStart);
  pacer.Refused("POST", kStart);
  for (int call = 0; call < 1'000; ++call)
    pacer.Took("POST", kStart);
  EXPECT_EQ(pacer.EarliestCall("POST", kStart), kStart);
}

}  // namespace
}  // namespace cohort_sync
