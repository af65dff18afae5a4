#include "service/scheduler.h"

#include <map>
#include <set>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/time_text.h"
#include "service/schedule.h"

namespace cohort_sync {
namespace {

namespace chrono = std::chrono;

TimePoint At(const char* text) {
  return ParseTime(text).value();
}

Schedule Once() {
  return {Frequency::kOnce, Duration(0), {}, "UTC"};
}
Schedule Hourly() {
  return {Frequency::kHourly, Duration(0), {}, "UTC"};
}
Schedule DailyAtSix() {
  return {Frequency::kDaily, Duration(0), chrono::hours(6), "UTC"};
}

// Runs everything that is due, each run over at once. Returns the indices in order.
std::vector<std::size_t> RunAll(Scheduler& scheduler, TimePoint now) {
  std::vector<std::size_t> ran;
  while (const auto due = scheduler.NextDue(now)) {
    scheduler.Started(*due, now);
    scheduler.Finished(*due);
    ran.push_back(*due);
  }
  return ran;
}

TEST(Scheduler, HasNothingToDoWithoutBindings) {
  Scheduler scheduler;
  EXPECT_EQ(scheduler.NextDue(At("2026-11-21")), std::nullopt);
  EXPECT_EQ(scheduler.NextWake(At("2026-11-21")), std::nullopt);
}

TEST(Scheduler, RunsABindingThatNeverRanAtOnce) {
  Scheduler scheduler;
  EXPECT_EQ(scheduler.Add(Once(), std::nullopt), 0U);
  const TimePoint now = At("2026-11-21T06:30:00Z");
  EXPECT_EQ(scheduler.NextWake(now), now);
  EXPECT_EQ(RunAll(scheduler, now), (std::vector<std::size_t>{0}));
  EXPECT_EQ(scheduler.NextWake(now), std::nullopt);
}

TEST(Scheduler, WakesForTheEarliestSlot) {
  Scheduler scheduler;
  scheduler.Add(DailyAtSix(), At("2026-11-21T06:00:00Z"));
  scheduler.Add(Hourly(), At("2026-11-21T06:00:00Z"));
  const TimePoint now = At("2026-11-21T06:30:00Z");
  EXPECT_EQ(scheduler.NextDue(now), std::nullopt);
  EXPECT_EQ(scheduler.NextWake(now), At("2026-11-21T07:00:00Z"));
  EXPECT_EQ(scheduler.NextDue(At("2026-11-21T06:59:59.999Z")), std::nullopt);
  EXPECT_EQ(scheduler.NextDue(At("2026-11-21T07:00:00Z")), 1U);
}

TEST(Scheduler, RunsOnceAfterALongDowntime) {
  Scheduler scheduler;
  scheduler.Add(Hourly(), At("2025-01-01T00:00:00Z"));
  const TimePoint now = At("2026-11-21T06:30:00Z");
  EXPECT_EQ(RunAll(scheduler, now), (std::vector<std::size_t>{0}));
  EXPECT_EQ(scheduler.NextWake(now), At("2026-11-21T07:00:00Z"));
}

TEST(Scheduler, RunsWhoWaitsLongestFirst) {
  Scheduler scheduler;
  scheduler.Add(Hourly(), At("2026-11-21T05:30:00Z"));      // Due since 06:00.
  scheduler.Add(DailyAtSix(), At("2026-11-20T05:00:00Z"));  // Due since 06:00 the day before.
  scheduler.Add(Hourly(), At("2026-11-21T05:30:00Z"));
  EXPECT_EQ(RunAll(scheduler, At("2026-11-21T06:30:00Z")), (std::vector<std::size_t>{1, 0, 2}));
}

TEST(Scheduler, NeverRunsABindingBesideItself) {
  Scheduler scheduler;
  scheduler.Add(Hourly(), std::nullopt);
  scheduler.Started(0, At("2026-11-21T06:00:00Z"));
  EXPECT_EQ(scheduler.NextDue(At("2026-11-21T09:00:00Z")), std::nullopt);
  EXPECT_EQ(scheduler.NextWake(At("2026-11-21T09:00:00Z")), std::nullopt);
}

TEST(Scheduler, RunsOnceForAllSlotsThatPassedDuringARun) {
  Scheduler scheduler;
  scheduler.Add(Hourly(), std::nullopt);
  scheduler.Started(0, At("2026-11-21T06:10:00Z"));
  scheduler.Finished(0);
  EXPECT_EQ(scheduler.NextDue(At("2026-11-21T06:59:00Z")), std::nullopt);
  EXPECT_EQ(RunAll(scheduler, At("2026-11-21T09:20:00Z")), (std::vector<std::size_t>{0}));
}

TEST(Scheduler, GoesOnWithTheNextSlotWhenTheClockWasSetBack) {
  Scheduler scheduler;
  scheduler.Add(Hourly(), At("2036-01-01"));
  const TimePoint now = At("2026-11-21T06:30:00Z");
  EXPECT_EQ(scheduler.NextDue(now), std::nullopt);
  EXPECT_EQ(scheduler.NextWake(now), At("2026-11-21T07:00:00Z"));
  EXPECT_EQ(RunAll(scheduler, At("2026-11-21T07:00:00Z")), (std::vector<std::size_t>{0}));
  EXPECT_EQ(scheduler.NextWake(At("2026-11-21T07:00:00Z")), At("2026-11-21T08:00:00Z"));
}

TEST(Scheduler, RunsOnceWhenTheClockJumpsForward) {
  Scheduler scheduler;
  scheduler.Add(DailyAtSix(), At("2026-11-21T06:00:00Z"));
  EXPECT_EQ(RunAll(scheduler, At("2036-01-01")), (std::vector<std::size_t>{0}));
}

RC_GTEST_PROP(Scheduler, NeverOverlapsAndRunsAtMostOncePerSlot, ()) {
  Scheduler scheduler;
  const auto bindings = *rc::gen::inRange<std::size_t>(1, 5);
  const Schedule every{Frequency::kEvery, chrono::minutes(7), {}, "UTC"};
  for (std::size_t i = 0; i < bindings; ++i)
    scheduler.Add(every, std::nullopt);
  TimePoint now = At("2026-11-21T06:00:00Z");
  std::set<std::size_t> running;
  std::map<std::size_t, TimePoint> last;
  for (const int step : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 20))) {
    now += chrono::minutes(step);
    if (step % 3 == 0 && !running.empty()) {
      scheduler.Finished(*running.begin());
      running.erase(running.begin());
    }
    if (const auto due = scheduler.NextDue(now)) {
      RC_ASSERT(running.insert(*due).second);
      if (last.contains(*due)) RC_ASSERT(NextRun(every, last[*due]).value() <= now);
      last[*due] = now;
      scheduler.Started(*due, now);
    } else if (const auto wake = scheduler.NextWake(now)) {
      RC_ASSERT(*wake > now);
      RC_ASSERT(scheduler.NextDue(*wake).has_value());
    }
  }
}

}  // namespace
}  // namespace cohort_sync
