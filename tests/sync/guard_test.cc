#include "sync/guard.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace cohort_sync {
namespace {

using namespace std::chrono_literals;

constexpr GuardLimits kLimits;  // 20 % and at least 25 in 24 h; 500 % and at least 100,000.

GuardInput Removing(std::int64_t removals, std::int64_t desired, std::int64_t in_window = 0) {
  GuardInput input;
  input.desired = desired;
  input.members = desired - removals;
  input.removals = removals;
  input.unapproved_removals_in_window = in_window;
  return input;
}

GuardInput Adding(std::int64_t adds, std::int64_t desired) {
  GuardInput input;
  input.desired = desired;
  input.members = desired + adds;
  input.adds = adds;
  return input;
}

GuardVerdict JudgeUnapproved(const GuardInput& input, const GuardLimits& limits = kLimits) {
  return Judge(input, limits, {}, "9apg8e8f");
}

bool HoldsRemovals(const GuardInput& input) {
  return JudgeUnapproved(input).hold_removals;
}
bool HoldsAdds(const GuardInput& input) {
  return JudgeUnapproved(input).hold_adds;
}

TEST(Judge, PassesTwentyFiveRemovalsOfASmallListAndHoldsTwentySix) {
  EXPECT_FALSE(HoldsRemovals(Removing(24, 30)));
  EXPECT_FALSE(HoldsRemovals(Removing(25, 30)));
  EXPECT_TRUE(HoldsRemovals(Removing(26, 30)));
}

TEST(Judge, PassesTwentyPercentOfALargeListAndHoldsTheNextRemoval) {
  EXPECT_FALSE(HoldsRemovals(Removing(1'999, 10'000)));
  EXPECT_FALSE(HoldsRemovals(Removing(2'000, 10'000)));
  EXPECT_TRUE(HoldsRemovals(Removing(2'001, 10'000)));
}

TEST(Judge, RoundsThePercentageDown) {
  EXPECT_FALSE(HoldsRemovals(Removing(200, 1'004)));
  EXPECT_TRUE(HoldsRemovals(Removing(201, 1'004)));
  EXPECT_FALSE(HoldsRemovals(Removing(201, 1'005)));
}

TEST(Judge, CountsWhatEarlierRunsRemovedWithinTheWindow) {
  // 10,000 contacts at first, 1,500 of them already gone: 500 more are the limit.
  EXPECT_FALSE(HoldsRemovals(Removing(500, 8'500, 1'500)));
  EXPECT_TRUE(HoldsRemovals(Removing(501, 8'500, 1'500)));
  EXPECT_TRUE(HoldsRemovals(Removing(1, 8'000, 2'000)));
  EXPECT_FALSE(HoldsRemovals(Removing(1, 80, 24)));
  EXPECT_TRUE(HoldsRemovals(Removing(2, 80, 24)));
}

TEST(Judge, PassesARunWithoutRemovalsHoweverManyWentBefore) {
  const GuardVerdict verdict = JudgeUnapproved(Removing(0, 100, 1'000'000));
  EXPECT_FALSE(verdict.hold_removals);
  EXPECT_EQ(verdict.removals_reason, "");
}

TEST(Judge, ReportsTheLimitOfTheWindow) {
  EXPECT_EQ(JudgeUnapproved(Removing(0, 10'000)).removal_limit, 2'000);
  EXPECT_EQ(JudgeUnapproved(Removing(0, 10)).removal_limit, 25);
  EXPECT_EQ(JudgeUnapproved(Removing(0, 8'500, 1'500)).removal_limit, 2'000);
}

TEST(Judge, AlwaysHoldsAnEmptySnapshot) {
  GuardInput input = Removing(1, 1);
  EXPECT_TRUE(HoldsRemovals(input));
  GuardLimits generous;
  generous.max_removal_percent = 100;
  generous.min_removals = 1'000'000;
  const GuardVerdict verdict = JudgeUnapproved(input, generous);
  EXPECT_TRUE(verdict.hold_removals);
  EXPECT_EQ(verdict.removals_reason,
            "removals held: the snapshot is empty and 1 contact would leave the list; check the "
            "cohort in Amplitude, then run 'cohort-sync sync 9apg8e8f --approve 1'");
}

TEST(Judge, PassesAnEmptySnapshotOfAnEmptyList) {
  const GuardVerdict verdict = JudgeUnapproved(Removing(0, 0));
  EXPECT_FALSE(verdict.hold_removals);
  EXPECT_FALSE(verdict.hold_adds);
}

TEST(Judge, APercentageOfAHundredHoldsNothingButAnEmptySnapshot) {
  GuardLimits limits;
  limits.max_removal_percent = 100;
  EXPECT_FALSE(JudgeUnapproved(Removing(999, 1'000), limits).hold_removals);
  EXPECT_TRUE(JudgeUnapproved(Removing(1'000, 1'000), limits).hold_removals);
}

TEST(Judge, APercentageOfZeroHoldsWhatExceedsTheNumber) {
  GuardLimits limits;
  limits.max_removal_percent = 0;
  limits.min_removals = 0;
  EXPECT_TRUE(JudgeUnapproved(Removing(1, 1'000'000), limits).hold_removals);
}

TEST(Judge, ApprovalPassesUpToItsNumber) {
  const auto judge = [](std::int64_t approved) {
    return Judge(Removing(60, 100), kLimits, {approved, std::nullopt}, "9apg8e8f");
  };
  EXPECT_TRUE(judge(59).hold_removals);
  EXPECT_FALSE(judge(59).removals_approved);
  EXPECT_FALSE(judge(60).hold_removals);
  EXPECT_TRUE(judge(60).removals_approved);
  EXPECT_EQ(judge(60).removals_reason, "");
  EXPECT_FALSE(judge(61).hold_removals);
}

TEST(Judge, ApprovalThatWasNotNeededIsNotUsed) {
  const GuardVerdict verdict = Judge(Removing(25, 100), kLimits, {100, 100}, "9apg8e8f");
  EXPECT_FALSE(verdict.hold_removals);
  EXPECT_FALSE(verdict.removals_approved);
}

TEST(Judge, ApprovalPassesAnEmptySnapshotToo) {
  EXPECT_FALSE(Judge(Removing(40, 40), kLimits, {40, std::nullopt}, "x").hold_removals);
  EXPECT_TRUE(Judge(Removing(40, 40), kLimits, {39, std::nullopt}, "x").hold_removals);
}

TEST(Judge, ApprovalOfAddsDoesNotPassRemovals) {
  EXPECT_TRUE(Judge(Removing(60, 100), kLimits, {std::nullopt, 60}, "x").hold_removals);
}

TEST(Judge, SaysHowManyRemovalsAreTooManyAndWhatToDo) {
  EXPECT_EQ(JudgeUnapproved(Removing(2'001, 10'000)).removals_reason,
            "removals held: too many removals (2,001 of 10,000 contacts; limit 2,000: 20 % and at "
            "least 25); check the cohort in Amplitude, then run 'cohort-sync sync 9apg8e8f "
            "--approve 2001'");
}

TEST(Judge, SaysWhatEarlierRunsRemoved) {
  EXPECT_EQ(JudgeUnapproved(Removing(501, 8'500, 1'500)).removals_reason,
            "removals held: too many removals (501 of 8,500 contacts, after 1,500 in the last 1 d; "
            "limit 2,000: 20 % and at least 25); check the cohort in Amplitude, then run "
            "'cohort-sync sync 9apg8e8f --approve 501'");
}

TEST(Judge, SaysWhichApprovalDoesNotCover) {
  EXPECT_EQ(
      Judge(Removing(1'260, 1'500), kLimits, {1'259, std::nullopt}, "9apg8e8f").removals_reason,
      "removals held: too many removals (1,260 of 1,500 contacts; limit 300: 20 % and at "
      "least 25); the approval of 1,259 does not cover 1,260; check the cohort in Amplitude, "
      "then run 'cohort-sync sync 9apg8e8f --approve 1260'");
}

TEST(Judge, NeverHoldsTheAddsOfAFirstSnapshot) {
  GuardInput input = Adding(2'000'000, 0);
  EXPECT_TRUE(HoldsAdds(input));
  input.first_snapshot = true;
  EXPECT_FALSE(HoldsAdds(input));
}

TEST(Judge, HoldsAddsAboveBothLimitsOnly) {
  EXPECT_FALSE(HoldsAdds(Adding(100'000, 10)));
  EXPECT_TRUE(HoldsAdds(Adding(100'001, 10)));
  EXPECT_FALSE(HoldsAdds(Adding(500'000, 100'000)));
  EXPECT_TRUE(HoldsAdds(Adding(500'001, 100'000)));
}

TEST(Judge, ApprovalOfAddsPassesUpToItsNumber) {
  const auto holds = [](std::int64_t approved) {
    return Judge(Adding(100'001, 10), kLimits, {std::nullopt, approved}, "x").hold_adds;
  };
  EXPECT_TRUE(holds(100'000));
  EXPECT_FALSE(holds(100'001));
  EXPECT_FALSE(holds(100'002));
  EXPECT_TRUE(Judge(Adding(100'001, 10), kLimits, {100'001, std::nullopt}, "x").hold_adds);
}

TEST(Judge, SaysHowManyAddsAreTooManyAndWhatToDo) {
  EXPECT_EQ(JudgeUnapproved(Adding(100'001, 1)).adds_reason,
            "adds held: too many adds (100,001 to 1 contact; limit 500 % and at least 100,000); "
            "check the cohort in Amplitude, then run 'cohort-sync sync 9apg8e8f --approve-adds "
            "100001'");
  EXPECT_EQ(Judge(Adding(100'001, 1), kLimits, {std::nullopt, 5}, "9apg8e8f").adds_reason,
            "adds held: too many adds (100,001 to 1 contact; limit 500 % and at least 100,000); "
            "the approval of 5 does not cover 100,001; check the cohort in Amplitude, then run "
            "'cohort-sync sync 9apg8e8f --approve-adds 100001'");
}

TEST(Judge, HoldsOneSideWithoutTheOther) {
  GuardInput input = Removing(60, 100);
  input.adds = 7;
  input.members = 47;
  const GuardVerdict verdict = JudgeUnapproved(input);
  EXPECT_TRUE(verdict.hold_removals);
  EXPECT_FALSE(verdict.hold_adds);
  EXPECT_EQ(verdict.adds_reason, "");
}

// Removing in slices within one window gets no further than removing at once.
RC_GTEST_PROP(Judge, SlicesWithinTheWindowNeverExceedTheLimitOfTheFirst, ()) {
  const std::int64_t at_first = *rc::gen::inRange(1, 20'000);
  std::int64_t desired = at_first;
  std::int64_t removed = 0;
  for (const int slice : *rc::gen::container<std::vector<int>>(rc::gen::inRange(1, 2'000))) {
    if (slice >= desired) continue;
    if (HoldsRemovals(Removing(slice, desired, removed))) continue;
    desired -= slice;
    removed += slice;
  }
  RC_ASSERT(removed <= std::max<std::int64_t>(25, at_first / 5));
}

RC_GTEST_PROP(Judge, FewerRemovalsAreNeverHeldWhenMoreAreNot, ()) {
  const std::int64_t desired = *rc::gen::inRange(2, 5'000);
  const std::int64_t in_window = *rc::gen::inRange(0, 2'000);
  const std::int64_t removals = *rc::gen::inRange<std::int64_t>(1, desired);
  RC_ASSERT(HoldsRemovals(Removing(removals, desired, in_window)) ||
            !HoldsRemovals(Removing(removals - 1, desired, in_window)));
}

}  // namespace
}  // namespace cohort_sync
