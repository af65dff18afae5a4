#include "sync/member_rules.h"

#include <gtest/gtest.h>

namespace cohort_sync {
namespace {

constexpr TimePoint kThen = FromMillis(1'700'000'000'000);
constexpr TimePoint kLater = kThen + std::chrono::seconds(1);

MemberRow Present(const std::string& contact, TimePoint at = kThen) {
  return {true, contact, at};
}
MemberRow Absent(const std::string& contact, TimePoint at = kThen) {
  return {false, contact, at};
}
MemberEntry Enters(const std::string& contact, TimePoint at = kLater) {
  return {ChangeDirection::kEnter, at, contact};
}
MemberEntry Leaves(const std::string& contact, TimePoint at = kLater) {
  return {ChangeDirection::kLeave, at, contact};
}

TEST(MemberRules, WhoEntersIsPresentWithItsContact) {
  EXPECT_EQ(Apply(std::nullopt, Enters("anna")).row, Present("anna", kLater));
  EXPECT_EQ(Apply(Absent("anna"), Enters("bob")).row, Present("bob", kLater));
}

TEST(MemberRules, WhoEntersWithoutAContactKeepsTheOneItIsPresentWith) {
  EXPECT_EQ(Apply(Present("anna"), Enters("")).row, Present("anna", kLater));
  EXPECT_EQ(Apply(Absent("anna"), Enters("")).row, Present("", kLater));
}

TEST(MemberRules, WhoLeavesKeepsTheContactItEnteredWithWhateverTheBatchSays) {
  EXPECT_EQ(Apply(Present("anna"), Leaves("")).row, Absent("anna", kLater));
  EXPECT_EQ(Apply(Present("anna"), Leaves("new-address")).row, Absent("anna", kLater));
}

TEST(MemberRules, WhoLeavesUnseenIsRememberedByItsAge) {
  EXPECT_EQ(Apply(std::nullopt, Leaves("anna")).row, Absent("anna", kLater));
  EXPECT_EQ(Apply(Absent("anna", kLater), Enters("anna", kThen)).effect, EntryEffect::kStale);
}

TEST(MemberRules, OlderChangesDoNothing) {
  const AppliedEntry applied = Apply(Present("anna", kLater), Leaves("", kThen));
  EXPECT_EQ(applied.effect, EntryEffect::kStale);
  EXPECT_EQ(applied.row, Present("anna", kLater));
}

TEST(MemberRules, OppositesOfOneSecondAreAConflictThatTheLaterArrivalWins) {
  const AppliedEntry applied = Apply(Present("anna", kLater), Leaves("", kLater));
  EXPECT_EQ(applied.effect, EntryEffect::kConflict);
  EXPECT_EQ(applied.row, Absent("anna", kLater));
}

TEST(MemberRules, TheSameChangeAgainChangesNothing) {
  const AppliedEntry once = Apply(std::nullopt, Enters("anna"));
  const AppliedEntry twice = Apply(once.row, Enters("anna"));
  EXPECT_EQ(twice.row, once.row);
  EXPECT_EQ(twice.effect, EntryEffect::kApplied);
}

TEST(MemberRules, AChangeOfTheSecondOfASnapshotMayBeMissingInIt) {
  EXPECT_TRUE(IsNewer(Present("anna", kThen), kThen + Duration(999)));
  EXPECT_FALSE(IsNewer(Present("anna", kThen), kLater));
}

TEST(MemberRules, NamingsHaveTheirWords) {
  for (const MemberNaming naming : {MemberNaming::kUser, MemberNaming::kContact})
    EXPECT_EQ(ParseMemberNaming(ToString(naming)), naming);
  EXPECT_EQ(ParseMemberNaming("list"), std::nullopt);
}

}  // namespace
}  // namespace cohort_sync
