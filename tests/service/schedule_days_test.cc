// Whole days of the schedule as `serve` lives them: it asks what is due, runs it, sleeps until the
// next slot or an hour, and the clock may be set meanwhile (faults.md 2.E).
#include <algorithm>
#include <array>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/time_text.h"
#include "service/schedule.h"
#include "service/scheduler.h"

namespace cohort_sync {
namespace {

namespace chrono = std::chrono;
using chrono::hours;
using chrono::minutes;

constexpr Duration kLongestSleep = hours(1);

TimePoint At(const char* text) {
  return ParseTime(text).value();
}
Schedule Hourly() {
  return {Frequency::kHourly, Duration(0), {}, "UTC"};
}
Schedule Every(Duration period) {
  return {Frequency::kEvery, period, {}, "UTC"};
}
Schedule Daily(minutes at, const char* zone) {
  return {Frequency::kDaily, Duration(0), at, zone};
}

// The wall clock and one schedule. Time passes only in Live, runs take none.
class Days {
 public:
  // The last run before was at `from`.
  Days(const Schedule& schedule, TimePoint from) : now_(from) { scheduler_.Add(schedule, from); }

  // Until `time` has passed, whatever the clock shows.
  void Live(Duration time) {
    while (true) {
      Run();
      Duration sleep = kLongestSleep;
      if (const auto wake = scheduler_.NextWake(now_)) sleep = std::min(sleep, *wake - now_);
      if (sleep > time) break;
      now_ += sleep;
      time -= sleep;
    }
    now_ += time;
  }
  // Somebody sets the clock. Returns how many runs that brings about at once.
  std::size_t Set(TimePoint now) {
    now_ = now;
    const std::size_t before = starts_.size();
    Run();
    return starts_.size() - before;
  }
  [[nodiscard]] TimePoint now() const { return now_; }
  [[nodiscard]] const std::vector<TimePoint>& starts() const { return starts_; }
  void Forget() { starts_.clear(); }

 private:
  void Run() {
    while (const auto due = scheduler_.NextDue(now_)) {
      starts_.push_back(now_);
      scheduler_.Started(*due, now_);
      scheduler_.Finished(*due);
    }
  }

  Scheduler scheduler_;
  TimePoint now_;
  std::vector<TimePoint> starts_;
};

std::vector<std::string> Texts(const std::vector<TimePoint>& times) {
  std::vector<std::string> texts;
  texts.reserve(times.size());
  for (const TimePoint time : times)
    texts.push_back(FormatTimeWithMillis(time));
  return texts;
}

// A change of a zone's clocks, by itself and not from the database that the code under test uses.
struct Change {
  const char* zone;
  const char* at;  // UTC
  minutes before;  // Offset from UTC until then ...
  minutes after;   // ... and from then on.
};
void PrintTo(const Change& change, std::ostream* out) {
  *out << change.zone << " at " << change.at;
}

constexpr std::array kChanges = {
    Change{"Europe/Berlin", "2026-03-29T01:00:00Z", minutes(60), minutes(120)},
    Change{"Europe/Berlin", "2026-10-25T01:00:00Z", minutes(120), minutes(60)},
    Change{"America/New_York", "2026-03-08T07:00:00Z", minutes(-300), minutes(-240)},
    Change{"America/New_York", "2026-11-01T06:00:00Z", minutes(-240), minutes(-300)},
    Change{"Australia/Sydney", "2026-04-04T16:00:00Z", minutes(660), minutes(600)},
    Change{"Australia/Sydney", "2026-10-03T16:00:00Z", minutes(600), minutes(660)},
};

// The slot of the local day that begins at `midnight` (local time, as if it were UTC).
TimePoint DailySlot(const Change& change, TimePoint midnight, minutes at) {
  const TimePoint moment = At(change.at);
  const TimePoint by_old = midnight + at - change.before;
  const TimePoint by_new = midnight + at - change.after;
  if (by_old < moment) return by_old;  // Before, or the first of two in the overlap.
  return std::max(by_new, moment);     // After, or the end of the gap.
}

class ClockChange : public ::testing::TestWithParam<Change> {
 protected:
  static constexpr int kDays = 5;
  // Of the local day on which clocks change.
  [[nodiscard]] static TimePoint Midnight() {
    return chrono::floor<chrono::days>(At(GetParam().at) + GetParam().before);
  }
};

TEST_P(ClockChange, HourlyAndEveryAreAtEachOfTheirSlotsOnce) {
  for (const auto& [schedule, period] :
       {std::pair<Schedule, Duration>{Hourly(), hours(1)}, {Every(minutes(15)), minutes(15)}}) {
    const TimePoint from = chrono::floor<hours>(At(GetParam().at)) - hours(48);
    Days days(schedule, from);
    days.Live(hours(96));
    std::vector<TimePoint> slots;
    for (TimePoint slot = from + period; slot <= from + hours(96); slot += period)
      slots.push_back(slot);
    EXPECT_EQ(Texts(days.starts()), Texts(slots));
  }
}

// At each quarter of an hour of the day, so also within what is left out and what comes twice.
TEST_P(ClockChange, DailyIsOnEachLocalDayOnce) {
  const TimePoint midnight = Midnight() - chrono::days(2);
  const TimePoint from = midnight - GetParam().before - Duration(1);
  for (minutes at{0}; at < hours(24); at += minutes(15)) {
    SCOPED_TRACE(at.count());
    Days days(Daily(at, GetParam().zone), from);
    std::vector<TimePoint> slots;
    for (int day = 0; day < kDays; ++day)
      slots.push_back(DailySlot(GetParam(), midnight + chrono::days(day), at));
    days.Live(midnight + chrono::days(kDays) - GetParam().after - Duration(1) - from);
    EXPECT_EQ(Texts(days.starts()), Texts(slots));
  }
}

// A stop at any hour and a start two days later, with the last run as the state has it.
TEST_P(ClockChange, AnAbsenceAcrossItIsOneRun) {
  for (minutes at{0}; at < hours(24); at += minutes(30)) {
    Days days(Daily(at, GetParam().zone), At(GetParam().at) - hours(30));
    days.Live(hours(3));
    days.Forget();
    EXPECT_EQ(days.Set(At(GetParam().at) + hours(40)), 1U) << at.count();
  }
}

INSTANTIATE_TEST_SUITE_P(ThreeZones, ClockChange, ::testing::ValuesIn(kChanges));

TEST(ClockThatIsSet, ForwardIsOneRunAndThenTheSlotsAsEver) {
  for (const Duration jump :
       {Duration(minutes(61)), Duration(hours(24)), Duration(chrono::days(3653))}) {
    Days days(Hourly(), At("2026-11-21T06:00:00Z"));
    days.Live(minutes(90));
    EXPECT_EQ(days.Set(days.now() + jump), 1U);
    days.Forget();
    days.Live(hours(3));
    ASSERT_EQ(days.starts().size(), 3U);
    for (const TimePoint start : days.starts())
      EXPECT_EQ(start, chrono::floor<hours>(start));
  }
}

TEST(ClockThatIsSet, BackIsNoRunAndThenTheSlotsAsEver) {
  for (const Duration jump :
       {Duration(minutes(1)), Duration(hours(24)), Duration(chrono::days(3653))}) {
    Days days(Hourly(), At("2026-11-21T06:00:00Z"));
    days.Live(minutes(90));
    EXPECT_EQ(days.Set(days.now() - jump), 0U);
    days.Forget();
    days.Live(hours(3));
    ASSERT_EQ(days.starts().size(), 3U);
    for (const TimePoint start : days.starts())
      EXPECT_EQ(start, chrono::floor<hours>(start));
  }
}

// A clock that was wrong by ten years for a moment delays nothing.
TEST(ClockThatIsSet, ForwardAndBackAgainGoesOnWithTheNextSlot) {
  Days days(Daily(hours(6), "Europe/Berlin"), At("2026-11-21T05:00:00Z"));
  const TimePoint before = days.now();
  EXPECT_EQ(days.Set(before + chrono::days(3653)), 1U);
  EXPECT_EQ(days.Set(before + minutes(1)), 0U);
  days.Forget();
  days.Live(hours(48));
  EXPECT_EQ(Texts(days.starts()), Texts({At("2026-11-22T05:00:00Z"), At("2026-11-23T05:00:00Z")}));
}

// However the clock is set: never a burst, never two runs in one slot while it goes forward, and
// within a period and an hour of undisturbed time a run.
RC_GTEST_PROP(ClockThatIsSet, AnyJumpsAreNeverABurstAndNeverSilence, ()) {
  const Schedule schedule = *rc::gen::element(Hourly(),
                                              Every(minutes(15)),
                                              Daily(minutes(150), "Europe/Berlin"),
                                              Daily(minutes(90), "America/New_York"));
  Days days(schedule, At("2026-03-01T00:00:00Z"));
  for (const auto& [jump, lived] : *rc::gen::container<std::vector<std::pair<int, int>>>(
           rc::gen::pair(rc::gen::inRange(-100'000, 100'000), rc::gen::inRange(0, 3'000)))) {
    RC_ASSERT(days.Set(days.now() + minutes(jump)) <= 1U);
    days.Forget();
    const TimePoint from = days.now();
    days.Live(minutes(lived));
    // What was not disturbed is exactly the slots.
    std::vector<TimePoint> slots;
    for (auto slot = NextRun(schedule, from); slot && *slot <= from + minutes(lived);
         slot = NextRun(schedule, *slot))
      slots.push_back(*slot);
    RC_ASSERT(days.starts() == slots);
  }
}

}  // namespace
}  // namespace cohort_sync
