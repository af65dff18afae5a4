#include "amplitude/snapshot_name.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/time_text.h"

namespace cohort_sync::amplitude {
namespace {

TEST(MatchesPattern, StarIsAnyTextAndQuestionMarkOneCharacter) {
  EXPECT_TRUE(MatchesPattern("active-*.csv", "active-1.csv"));
  EXPECT_TRUE(MatchesPattern("active-*.csv", "active-.csv"));
  EXPECT_TRUE(MatchesPattern("*", ""));
  EXPECT_TRUE(MatchesPattern("a*b*c", "a-b-b-c"));
  EXPECT_TRUE(MatchesPattern("*.csv*", "a.csv.gz"));
  EXPECT_TRUE(MatchesPattern("day-??.csv", "day-07.csv"));
  EXPECT_FALSE(MatchesPattern("day-??.csv", "day-7.csv"));
  EXPECT_FALSE(MatchesPattern("active-*.csv", "active-1.csv.gz"));
  EXPECT_FALSE(MatchesPattern("active-*.csv", "Active-1.csv"));
  EXPECT_FALSE(MatchesPattern("active.csv", "activeXcsv"));
  EXPECT_FALSE(MatchesPattern("", "a"));
  EXPECT_FALSE(MatchesPattern("a?", "a"));
}

// The definition itself, which takes exponential time.
bool MatchesByDefinition(std::string_view pattern, std::string_view name) {
  if (pattern.empty()) return name.empty();
  if (pattern.front() == '*') {
    return MatchesByDefinition(pattern.substr(1), name) ||
           (!name.empty() && MatchesByDefinition(pattern, name.substr(1)));
  }
  return !name.empty() && (pattern.front() == '?' || pattern.front() == name.front()) &&
         MatchesByDefinition(pattern.substr(1), name.substr(1));
}

RC_GTEST_PROP(MatchesPattern, AgreesWithItsDefinition, ()) {
  const auto pattern = *rc::gen::container<std::string>(rc::gen::element('a', 'b', '*', '?'));
  const auto name = *rc::gen::container<std::string>(rc::gen::element('a', 'b'));
  const std::string_view short_pattern = std::string_view(pattern).substr(0, 10);
  const std::string_view short_name = std::string_view(name).substr(0, 14);
  RC_ASSERT(MatchesPattern(short_pattern, short_name) ==
            MatchesByDefinition(short_pattern, short_name));
}

TEST(IsPlainFileName, TakesNothingThatCouldLeaveTheFolderOrALog) {
  EXPECT_TRUE(IsPlainFileName("Active_users-2026.11.22.csv"));
  EXPECT_TRUE(IsPlainFileName(std::string(128, 'x')));
  const std::vector<std::string> hostile = {
      "",
      std::string(129, 'x'),
      "a/b.csv",
      "../a.csv",
      "a b.csv",
      "a\nb.csv",
      "a\rb.csv",
      "a\x1b[2J.csv",
      "a\\b.csv",
      "a%2fb.csv",
      "a*b.csv",
      "a\"b.csv",
      "$(id).csv",
      "a;b.csv",
      "\xC3\xA9.csv",
      "\xFF.csv",
      std::string("a\0b.csv", 7),
  };
  for (const std::string& name : hostile)
    EXPECT_FALSE(IsPlainFileName(name)) << name;
}

TEST(IsPlainFileName, TakesAColonOnlyInTheTimeOfAnS3Name) {
  EXPECT_TRUE(IsPlainFileName("1_c1_2026-11-21T06:30_entering_k.csv"));
  EXPECT_TRUE(IsPlainFileName("1_c1_2026-11-21T06:30:15_entering_k.csv"));
  EXPECT_FALSE(IsPlainFileName("1_c1_2026-11-21T06:30.csv"));
  EXPECT_FALSE(IsPlainFileName("1:c1_2026-11-21T06:30_entering_k.csv"));
  EXPECT_FALSE(IsPlainFileName("1_c1_2026-11-21T06:30_entering_k:1.csv"));
  EXPECT_FALSE(IsPlainFileName("a:b.csv"));
}

TEST(IsUnfinishedName, KnowsTheNamesOfFilesThatAreStillWritten) {
  EXPECT_TRUE(IsUnfinishedName(".a.csv"));
  EXPECT_TRUE(IsUnfinishedName(".."));
  EXPECT_TRUE(IsUnfinishedName("a.csv.tmp"));
  EXPECT_TRUE(IsUnfinishedName("a.csv.part"));
  EXPECT_FALSE(IsUnfinishedName("a.csv"));
  EXPECT_FALSE(IsUnfinishedName("tmp.csv"));
}

TEST(ParseCohortPartName, ReadsEverySpellingOfTheTime) {
  struct Case {
    std::string name;
    std::string time;
    std::string trio;
  };
  const std::vector<Case> table = {
      {"12_c1_2026-11-21T06:30_entering_key-1.csv",
       "2026-11-21T06:30:00Z",
       "12_c1_2026-11-21T06:30_*_key-1.csv"},
      {"12_c1_2026-11-21T06-30_entering_key-1.csv",
       "2026-11-21T06:30:00Z",
       "12_c1_2026-11-21T06-30_*_key-1.csv"},
      {"12_c1_2026-11-21T06:30:59_entering_a_b.csv",
       "2026-11-21T06:30:59Z",
       "12_c1_2026-11-21T06:30:59_*_a_b.csv"},
      {"12_c1_2026-11-21T06-30-59_entering_1.csv.gz",
       "2026-11-21T06:30:59Z",
       "12_c1_2026-11-21T06-30-59_*_1.csv.gz"},
  };
  for (const Case& c : table) {
    const auto parsed = ParseCohortPartName(c.name);
    ASSERT_TRUE(parsed && *parsed) << c.name;
    EXPECT_EQ((*parsed)->part, CohortPart::kEntering);
    EXPECT_EQ(FormatTime((*parsed)->time), c.time);
    EXPECT_EQ((*parsed)->owner, "12_c1");
    EXPECT_EQ((*parsed)->trio, c.trio);
  }
}

TEST(ParseCohortPartName, ReadsEveryPart) {
  for (const CohortPart part :
       {CohortPart::kExisting, CohortPart::kEntering, CohortPart::kExiting}) {
    const auto parsed =
        ParseCohortPartName("1_c_2026-11-21T06:30_" + std::string(ToString(part)) + "_k.csv");
    ASSERT_TRUE(parsed && *parsed);
    EXPECT_EQ((*parsed)->part, part);
    EXPECT_EQ((*parsed)->trio, "1_c_2026-11-21T06:30_*_k.csv");
  }
}

TEST(ParseCohortPartName, LeavesOtherNamesAlone) {
  for (const std::string name :
       {"active.csv", "active-2026-11-21T06:30.csv", "exiting.csv", "non-existing_users.csv"}) {
    const auto parsed = ParseCohortPartName(name);
    ASSERT_TRUE(parsed) << name;
    EXPECT_FALSE(*parsed) << name;
  }
}

TEST(ParseCohortPartName, RefusesAPartWithoutTheRestOfTheName) {
  for (const std::string name : {"1_c_2026-11-21_exiting_k.csv",
                                 "1_c_2026-13-21T06:30_exiting_k.csv",
                                 "1_c_2026-11-21T24:30_exiting_k.csv",
                                 "1_c_2026-11-21T06.30_exiting_k.csv",
                                 "2026-11-21T06:30_exiting_k.csv",
                                 "_2026-11-21T06:30_exiting_k.csv",
                                 "1_c2026-11-21T06:30_exiting_k.csv",
                                 "1_c_2026-11-21T06:30_exiting_k.txt",
                                 "the_exiting_users.csv"}) {
    const auto parsed = ParseCohortPartName(name);
    ASSERT_FALSE(parsed) << name;
    EXPECT_EQ(parsed.error().message(),
              "its name has '_exiting_' in it, as a part of an S3 export has, but is not of the "
              "form PROJECT_COHORT_YYYY-MM-DDTHH:MM_exiting_KEY.csv; rename it if it is a whole "
              "cohort");
  }
}

}  // namespace
}  // namespace cohort_sync::amplitude
