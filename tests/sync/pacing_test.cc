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
  EXPECT_EQ(pacer.EarliestCall("POST", kStart), kStart + 2s);
  EXPECT_EQ(pacer.EarliestCall("POST", kStart + 500ms), kStart + 2s);
  EXPECT_EQ(pacer.EarliestCall("POST", kStart + 2s), kStart + 2s);
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

// The most calls that any window of one second (both ends included) holds.
std::size_t BusiestSecond(const std::vector<SteadyPoint>& calls) {
  std::size_t most = 0;
  for (std::size_t first = 0, end = 0; first < calls.size(); ++first) {
    while (end < calls.size() && calls[end] <= calls[first] + 1s)
      ++end;
    most = std::max(most, end - first);
  }
  return most;
}

RC_GTEST_PROP(Pacer, NoSecondHoldsMoreThanRateAndDepth, ()) {
  const double rate = *rc::gen::inRange(1, 4'000) / 10.0;
  Pacer pacer(rate);
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
  const double depth = std::max(1.0, rate / 10.0);
  for (const auto& [lane, times] : calls)
    RC_ASSERT(BusiestSecond(times) <= static_cast<std::size_t>(std::floor(rate + depth + 1e-6)));
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

TEST(Pacer, ReachesTheRateItIsGiven) {
  Pacer pacer(30);  // A token takes 33.3 ms: whole milliseconds must not make it 34 each.
  SteadyPoint now = kStart;
  for (int call = 0; call < 300; ++call) {
    now = pacer.EarliestCall("POST", now);
    pacer.Took("POST", now);
  }
  EXPECT_LE(now, kStart + 10s);
}

}  // namespace
}  // namespace cohort_sync
