#include "base/time_text.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace cohort_sync {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kYear0 = -62'167'219'200'000;     // 0000-01-01T00:00:00Z
constexpr std::int64_t kYear9999 = 253'402'300'799'999;  // 9999-12-31T23:59:59.999Z

TEST(FormatTime, WritesUtcWithoutMilliseconds) {
  EXPECT_EQ(FormatTime(FromMillis(0)), "1970-01-01T00:00:00Z");
  EXPECT_EQ(FormatTime(FromMillis(1'795'240'800'999)), "2026-11-21T06:00:00Z");
  EXPECT_EQ(FormatTime(FromMillis(-1)), "1969-12-31T23:59:59Z");
  EXPECT_EQ(FormatTime(FromMillis(kYear0)), "0000-01-01T00:00:00Z");
  EXPECT_EQ(FormatTime(FromMillis(kYear9999)), "9999-12-31T23:59:59Z");
}

TEST(FormatTimeWithMillis, AddsThemToTheSeconds) {
  EXPECT_EQ(FormatTimeWithMillis(FromMillis(1'795'240'800'042)), "2026-11-21T06:00:00.042Z");
  EXPECT_EQ(FormatTimeWithMillis(FromMillis(0)), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(FormatTimeWithMillis(FromMillis(-1)), "1969-12-31T23:59:59.999Z");
}

TEST(ParseTime, TakesDatesMinutesSecondsAndMilliseconds) {
  EXPECT_EQ(ParseTime("2026-11-21"), FromMillis(1'795'219'200'000));
  EXPECT_EQ(ParseTime("2026-11-21T06:00Z"), FromMillis(1'795'240'800'000));
  EXPECT_EQ(ParseTime("2026-11-21T06:00:07Z"), FromMillis(1'795'240'807'000));
  EXPECT_EQ(ParseTime("2026-11-21T06:00:07.042Z"), FromMillis(1'795'240'807'042));
  EXPECT_EQ(ParseTime("2024-02-29"), FromMillis(1'709'164'800'000));
}

TEST(ParseTime, RefusesTimesThatDoNotExist) {
  for (const char* text : {"2026-02-29",
                           "2026-13-01",
                           "2026-00-01",
                           "2026-01-00",
                           "2026-01-32",
                           "2026-01-01T24:00Z",
                           "2026-01-01T23:60Z",
                           "2026-01-01T23:59:60Z"})
    EXPECT_EQ(ParseTime(text), std::nullopt) << text;
}

TEST(ParseTime, RefusesOtherFormsAndZones) {
  for (const char* text : {"",
                           "now",
                           "2026",
                           "2026-1-1",
                           "26-01-01",
                           "2026-01-01T",
                           "2026-01-01T06:00",
                           "2026-01-01 06:00Z",
                           "2026-01-01T06Z",
                           "2026-01-01T06:00+01:00",
                           "2026-01-01T06:00:00.1Z",
                           "2026-01-01T06:00:00z",
                           "2026-01-01T06:00:00Z ",
                           " 2026-01-01",
                           "-026-01-01",
                           "2026-01-01T06:00:00.1234Z"})
    EXPECT_EQ(ParseTime(text), std::nullopt) << text;
}

RC_GTEST_PROP(ParseTime, ReadsWhatFormatTimeWrote, ()) {
  const TimePoint time = FromMillis(*rc::gen::inRange<std::int64_t>(kYear0, kYear9999));
  RC_ASSERT(ParseTime(FormatTime(time)) == std::chrono::floor<std::chrono::seconds>(time));
}

TEST(FormatDuration, NamesTheTwoLargestUnits) {
  EXPECT_EQ(FormatDuration(0ms), "0 ms");
  EXPECT_EQ(FormatDuration(850ms), "850 ms");
  EXPECT_EQ(FormatDuration(12'999ms), "12 s");
  EXPECT_EQ(FormatDuration(4min + 10s), "4 min 10 s");
  EXPECT_EQ(FormatDuration(3h + 5min + 59s), "3 h 5 min");
  EXPECT_EQ(FormatDuration(52h), "2 d 4 h");
}

TEST(FormatDuration, LeavesOutASecondUnitOfZero) {
  EXPECT_EQ(FormatDuration(4min), "4 min");
  EXPECT_EQ(FormatDuration(3h + 59s), "3 h");
  EXPECT_EQ(FormatDuration(24h + 5min), "1 d");
}

TEST(FormatDuration, KeepsTheSign) {
  EXPECT_EQ(FormatDuration(-90s), "-1 min 30 s");
}

TEST(ParseDuration, TakesOneNumberAndOneUnit) {
  EXPECT_EQ(ParseDuration("90s"), Duration(90s));
  EXPECT_EQ(ParseDuration("15m"), Duration(15min));
  EXPECT_EQ(ParseDuration("24h"), Duration(24h));
  EXPECT_EQ(ParseDuration("7d"), Duration(168h));
}

TEST(ParseDuration, RefusesEverythingElse) {
  for (const char* text : {"",
                           "s",
                           "15",
                           "0m",
                           "-1m",
                           "+1m",
                           "1.5h",
                           "1 h",
                           "1h30m",
                           "1w",
                           "1M",
                           "1ms",
                           " 1h",
                           "1h ",
                           "100000001d",
                           "9223372036854775807d"})
    EXPECT_EQ(ParseDuration(text), std::nullopt) << text;
}

}  // namespace
}  // namespace cohort_sync
