#include "service/schedule.h"

#include <array>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/time_text.h"

namespace cohort_sync {
namespace {

namespace chrono = std::chrono;
using ::testing::ElementsAre;

TimePoint At(const char* text) {
  return ParseTime(text).value();
}

Schedule Once() {
  return {Frequency::kOnce, Duration(0), {}, "UTC"};
}
Schedule Hourly() {
  return {Frequency::kHourly, Duration(0), {}, "UTC"};
}
Schedule Every(Duration period) {
  return {Frequency::kEvery, period, {}, "UTC"};
}
Schedule Daily(chrono::minutes at, const char* zone) {
  return {Frequency::kDaily, Duration(0), at, zone};
}

// The next `count` slots after `after`, as text.
std::vector<std::string> Slots(const Schedule& schedule, const char* after, int count) {
  std::vector<std::string> slots;
  TimePoint time = At(after);
  for (int i = 0; i < count; ++i) {
    time = NextRun(schedule, time).value();
    slots.push_back(FormatTime(time));
  }
  return slots;
}

TEST(IsKnownTimeZone, KnowsNamesOfTheDatabaseOnly) {
  EXPECT_TRUE(IsKnownTimeZone("UTC"));
  EXPECT_TRUE(IsKnownTimeZone("Europe/Berlin"));
  EXPECT_TRUE(IsKnownTimeZone("America/New_York"));
  EXPECT_FALSE(IsKnownTimeZone("Europe/Belrin"));
  EXPECT_FALSE(IsKnownTimeZone(""));
  EXPECT_FALSE(IsKnownTimeZone("../../etc/passwd"));
}

TEST(NextRun, OnceHasNoSlots) {
  EXPECT_EQ(NextRun(Once(), At("2026-11-21")), std::nullopt);
}

TEST(NextRun, HourlyIsAtTheFullHour) {
  EXPECT_THAT(Slots(Hourly(), "2026-11-21T22:59:59.999Z", 3),
              ElementsAre("2026-11-21T23:00:00Z", "2026-11-22T00:00:00Z", "2026-11-22T01:00:00Z"));
  EXPECT_THAT(Slots(Hourly(), "2026-11-21T23:00:00Z", 1), ElementsAre("2026-11-22T00:00:00Z"));
}

TEST(NextRun, EveryIsAtMultiplesOfItsPeriod) {
  EXPECT_THAT(Slots(Every(chrono::minutes(15)), "2026-11-21T06:07:00Z", 2),
              ElementsAre("2026-11-21T06:15:00Z", "2026-11-21T06:30:00Z"));
  EXPECT_THAT(Slots(Every(chrono::hours(12)), "2026-11-21T00:00:00Z", 2),
              ElementsAre("2026-11-21T12:00:00Z", "2026-11-22T00:00:00Z"));
}

TEST(NextRun, EveryCountsRightBefore1970) {
  EXPECT_THAT(Slots(Every(chrono::hours(1)), "1969-12-31T22:30:00Z", 3),
              ElementsAre("1969-12-31T23:00:00Z", "1970-01-01T00:00:00Z", "1970-01-01T01:00:00Z"));
  EXPECT_THAT(Slots(Every(chrono::hours(1)), "1969-12-31T22:00:00Z", 1),
              ElementsAre("1969-12-31T23:00:00Z"));
}

TEST(NextRun, DailyIsAtItsTimeInUtc) {
  EXPECT_THAT(Slots(Daily(chrono::hours(6), "UTC"), "2026-02-27T06:00:00Z", 3),
              ElementsAre("2026-02-28T06:00:00Z", "2026-03-01T06:00:00Z", "2026-03-02T06:00:00Z"));
  EXPECT_THAT(Slots(Daily(chrono::hours(6), "UTC"), "2026-02-27T05:59:59.999Z", 1),
              ElementsAre("2026-02-27T06:00:00Z"));
  EXPECT_THAT(Slots(Daily(chrono::minutes(0), "UTC"), "2026-02-27T23:00:00Z", 1),
              ElementsAre("2026-02-28T00:00:00Z"));
}

TEST(NextRun, DailyIsAtItsTimeInZonesWhoseDayIsAnother) {
  EXPECT_THAT(Slots(Daily(chrono::hours(6), "Asia/Tokyo"), "2026-05-01T20:00:00Z", 2),
              ElementsAre("2026-05-01T21:00:00Z", "2026-05-02T21:00:00Z"));
  EXPECT_THAT(Slots(Daily(chrono::hours(22), "America/Los_Angeles"), "2026-05-01T04:00:00Z", 2),
              ElementsAre("2026-05-01T05:00:00Z", "2026-05-02T05:00:00Z"));
}

// Three zones, three rules: Berlin changes at 01:00 UTC, New York at 02:00 local time, Lord Howe by
// half an hour and on the other half of the year.
TEST(NextRun, DailyKeepsLocalTimeWhenClocksGoForward) {
  EXPECT_THAT(Slots(Daily(chrono::hours(6), "Europe/Berlin"), "2026-03-28T00:00:00Z", 3),
              ElementsAre("2026-03-28T05:00:00Z", "2026-03-29T04:00:00Z", "2026-03-30T04:00:00Z"));
  EXPECT_THAT(Slots(Daily(chrono::hours(6), "America/New_York"), "2026-03-07T00:00:00Z", 3),
              ElementsAre("2026-03-07T11:00:00Z", "2026-03-08T10:00:00Z", "2026-03-09T10:00:00Z"));
  EXPECT_THAT(Slots(Daily(chrono::hours(6), "Australia/Lord_Howe"), "2026-10-02T12:00:00Z", 3),
              ElementsAre("2026-10-02T19:30:00Z", "2026-10-03T19:00:00Z", "2026-10-04T19:00:00Z"));
}

TEST(NextRun, DailyKeepsLocalTimeWhenClocksGoBack) {
  EXPECT_THAT(Slots(Daily(chrono::hours(6), "Europe/Berlin"), "2026-10-24T00:00:00Z", 3),
              ElementsAre("2026-10-24T04:00:00Z", "2026-10-25T05:00:00Z", "2026-10-26T05:00:00Z"));
  EXPECT_THAT(Slots(Daily(chrono::hours(6), "America/New_York"), "2026-10-31T00:00:00Z", 3),
              ElementsAre("2026-10-31T10:00:00Z", "2026-11-01T11:00:00Z", "2026-11-02T11:00:00Z"));
  EXPECT_THAT(Slots(Daily(chrono::hours(6), "Australia/Lord_Howe"), "2026-04-03T12:00:00Z", 3),
              ElementsAre("2026-04-03T19:00:00Z", "2026-04-04T19:30:00Z", "2026-04-05T19:30:00Z"));
}

TEST(NextRun, DailyInAGapRunsOnceAtItsEnd) {
  EXPECT_THAT(Slots(Daily(chrono::minutes(150), "Europe/Berlin"), "2026-03-28T00:00:00Z", 3),
              ElementsAre("2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"));
  EXPECT_THAT(Slots(Daily(chrono::minutes(150), "America/New_York"), "2026-03-07T00:00:00Z", 3),
              ElementsAre("2026-03-07T07:30:00Z", "2026-03-08T07:00:00Z", "2026-03-09T06:30:00Z"));
  EXPECT_THAT(Slots(Daily(chrono::minutes(135), "Australia/Lord_Howe"), "2026-10-02T12:00:00Z", 3),
              ElementsAre("2026-10-02T15:45:00Z", "2026-10-03T15:30:00Z", "2026-10-04T15:15:00Z"));
}

TEST(NextRun, DailyInAnOverlapRunsOnceTheFirstTime) {
  EXPECT_THAT(Slots(Daily(chrono::minutes(150), "Europe/Berlin"), "2026-10-24T00:00:00Z", 3),
              ElementsAre("2026-10-24T00:30:00Z", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"));
  EXPECT_THAT(Slots(Daily(chrono::minutes(90), "America/New_York"), "2026-10-31T00:00:00Z", 3),
              ElementsAre("2026-10-31T05:30:00Z", "2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"));
  EXPECT_THAT(Slots(Daily(chrono::minutes(105), "Australia/Lord_Howe"), "2026-04-03T12:00:00Z", 3),
              ElementsAre("2026-04-03T14:45:00Z", "2026-04-04T14:45:00Z", "2026-04-05T15:15:00Z"));
}

// Samoa left out 30 December 2011 altogether.
TEST(NextRun, DailyOnADayThatDoesNotExistRunsAtTheStartOfTheNext) {
  EXPECT_THAT(Slots(Daily(chrono::hours(6), "Pacific/Apia"), "2011-12-29T00:00:00Z", 3),
              ElementsAre("2011-12-29T16:00:00Z", "2011-12-30T10:00:00Z", "2011-12-30T16:00:00Z"));
}

TEST(NextRun, DailyWithAGapAtMidnightRunsOnThatDay) {
  EXPECT_THAT(Slots(Daily(chrono::minutes(0), "Africa/Cairo"), "2026-04-23T00:00:00Z", 2),
              ElementsAre("2026-04-23T22:00:00Z", "2026-04-24T21:00:00Z"));
}

RC_GTEST_PROP(NextRun, IsLaterThanItsStartAndNeverPassesASlotBy, ()) {
  const char* zone = *rc::gen::element("UTC",
                                       "Europe/Berlin",
                                       "America/New_York",
                                       "Australia/Lord_Howe",
                                       "Pacific/Apia",
                                       "Asia/Kathmandu",
                                       "America/St_Johns",
                                       "Africa/Casablanca");
  const Schedule schedule = *rc::gen::oneOf(
      rc::gen::just(Hourly()),
      rc::gen::map(rc::gen::inRange(1, 100'000),
                   [](int minutes) { return Every(chrono::minutes(minutes)); }),
      rc::gen::map(rc::gen::inRange(0, 1440),
                   [zone](int minute) { return Daily(chrono::minutes(minute), zone); }));
  // 2000 to 2037, where the database ends.
  const std::int64_t from = *rc::gen::inRange<std::int64_t>(946'684'800'000, 2'114'380'800'000);
  const std::int64_t step = *rc::gen::inRange<std::int64_t>(0, 3 * 86'400'000LL);
  const TimePoint next = NextRun(schedule, FromMillis(from)).value();
  const TimePoint later = NextRun(schedule, FromMillis(from + step)).value();
  RC_ASSERT(next > FromMillis(from));
  RC_ASSERT(NextRun(schedule, next).value() > next);
  // Asking later never gives an earlier slot, and the same one until it has come.
  RC_ASSERT(later >= next);
  if (FromMillis(from + step) < next) RC_ASSERT(later == next);
}

RC_GTEST_PROP(NextRun, GivesEveryLocalDayOneSlot, ()) {
  const char* zone = *rc::gen::element(
      "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca");
  const Schedule schedule = Daily(chrono::minutes(*rc::gen::inRange(0, 1440)), zone);
  const std::int64_t from = *rc::gen::inRange<std::int64_t>(946'684'800'000, 2'000'000'000'000);
  TimePoint slot = NextRun(schedule, FromMillis(from)).value();
  const TimePoint first = slot;
  for (int day = 1; day <= 400; ++day) {
    const TimePoint next = NextRun(schedule, slot).value();
    RC_ASSERT(next - slot >= chrono::hours(22));
    RC_ASSERT(next - slot <= chrono::hours(26));
    slot = next;
  }
  RC_ASSERT(chrono::abs((slot - first) - chrono::days(400)) <= chrono::hours(2));
}

TEST(DueAt, IsAtOnceForABindingThatNeverRan) {
  const TimePoint now = At("2026-11-21T06:30:00Z");
  for (const Schedule& schedule : {Once(), Hourly(), Daily(chrono::hours(6), "UTC")})
    EXPECT_EQ(DueAt(schedule, std::nullopt, now), now);
}

TEST(DueAt, IsNeverAgainForOnce) {
  EXPECT_EQ(DueAt(Once(), At("2026-11-21"), At("2027-11-21")), std::nullopt);
}

TEST(DueAt, IsTheSlotAfterTheLastStart) {
  const TimePoint now = At("2026-11-21T06:30:00Z");
  EXPECT_EQ(DueAt(Hourly(), At("2026-11-21T06:00:00Z"), now), At("2026-11-21T07:00:00Z"));
  EXPECT_EQ(DueAt(Hourly(), At("2026-11-21T06:29:59Z"), now), At("2026-11-21T07:00:00Z"));
}

TEST(DueAt, IsInThePastForAMissedSlot) {
  const TimePoint now = At("2026-11-21T06:30:00Z");
  EXPECT_EQ(DueAt(Hourly(), At("2026-11-21T05:59:59Z"), now), At("2026-11-21T06:00:00Z"));
  EXPECT_LE(DueAt(Hourly(), At("2016-11-21T05:59:59Z"), now).value(), now);
}

TEST(DueAt, CountsALastStartInTheFutureAsNow) {
  const TimePoint now = At("2026-11-21T06:30:00Z");
  EXPECT_EQ(DueAt(Hourly(), At("2036-01-01"), now), At("2026-11-21T07:00:00Z"));
}

// SlotsBetween counts what NextRun steps through.
RC_GTEST_PROP(SlotsBetween, CountsTheStepsOfNextRun, ()) {
  const Schedule schedule = *rc::gen::element(Once(),
                                              Hourly(),
                                              Every(chrono::minutes(25)),
                                              Every(chrono::hours(7)),
                                              Daily(chrono::minutes(150), "Europe/Berlin"),
                                              Daily(chrono::minutes(0), "UTC"));
  const TimePoint after =
      At("2026-10-20") + Duration(*rc::gen::inRange(0, 20 * 86'400) * std::int64_t{1'000});
  const TimePoint until =
      after + Duration(*rc::gen::inRange(-10, 9 * 86'400) * std::int64_t{1'000});
  std::int64_t steps = 0;
  for (auto slot = NextRun(schedule, after); slot && *slot <= until;
       slot = NextRun(schedule, *slot))
    ++steps;
  RC_ASSERT(SlotsBetween(schedule, after, until) == steps);
}

TEST(SlotsBetween, LeavesOutItsBeginAndTakesItsEnd) {
  EXPECT_EQ(SlotsBetween(Hourly(), At("2026-11-21T06:00:00Z"), At("2026-11-21T08:00:00Z")), 2);
}

}  // namespace
}  // namespace cohort_sync
