#include "amplitude/waiting_snapshots.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "support/named_members.h"

namespace cohort_sync::amplitude {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const CohortId kCohort("c1");

FolderListing ListingOf(const std::vector<std::pair<std::string, std::int64_t>>& files) {
  FolderListing listing;
  for (const auto& [name, seconds] : files) {
    FolderFile file;
    file.name = name;
    file.state.st_mtim.tv_sec = seconds;
    listing.files.push_back(file);
  }
  return listing;
}

std::vector<std::string> NamesOf(const WaitingSnapshots& waiting) {
  std::vector<std::string> names;
  for (const WaitingSnapshot& snapshot : waiting.snapshots)
    names.push_back(snapshot.name);
  return names;
}

TEST(FindWaiting, OrdersFilesByTimeThenName) {
  EXPECT_THAT(
      NamesOf(FindWaiting(ListingOf({{"a", 30}, {"d", 10}, {"c", 20}, {"b", 20}}), kCohort)),
      ElementsAre("d", "b", "c", "a"));
}

TEST(FindWaiting, TimeInAnS3NameCountsMoreThanTheFilesOwn) {
  const auto waiting = FindWaiting(ListingOf({{"1_c1_2026-11-21T07:00_existing_k.csv", 1},
                                              {"1_c1_2026-11-21T06:00_existing_k.csv", 2},
                                              {"between.csv", 1'795'242'600}}),  // 06:30
                                   kCohort);
  EXPECT_THAT(
      NamesOf(waiting),
      ElementsAre("1_c1_2026-11-21T06:00_*_k.csv", "between.csv", "1_c1_2026-11-21T07:00_*_k.csv"));
}

TEST(FindWaiting, PutsTheThreeFilesOfOneSyncTogether) {
  const auto waiting = FindWaiting(ListingOf({{"1_c1_2026-11-21T06:00_exiting_k.csv", 1},
                                              {"1_c1_2026-11-21T06:00_existing_k.csv", 2},
                                              {"1_c1_2026-11-21T06:00_entering_k.csv", 3},
                                              {"1_c1_2026-11-21T06:00_entering_other.csv", 3}}),
                                   kCohort);
  ASSERT_EQ(waiting.snapshots.size(), 2U);
  const WaitingSnapshot& trio = waiting.snapshots[0];
  EXPECT_TRUE(trio.is_trio);
  EXPECT_THAT(trio.missing, IsEmpty());
  EXPECT_THAT(trio.parts,
              ElementsAre(CohortPart::kEntering, CohortPart::kExisting, CohortPart::kExiting));
  ASSERT_EQ(trio.files.size(), 3U);
  EXPECT_EQ(trio.files[0].name, "1_c1_2026-11-21T06:00_entering_k.csv");
  EXPECT_THAT(waiting.snapshots[1].missing,
              ElementsAre(CohortPart::kExisting, CohortPart::kExiting));
}

TEST(FindWaiting, LeavesTheFilesOfOtherCohorts) {
  const auto waiting = FindWaiting(ListingOf({{"1_c2_2026-11-21T06:00_existing_k.csv", 1},
                                              {"1_xc1_2026-11-21T06:00_existing_k.csv", 1},
                                              {"1_c1_2026-11-21T06:00_existing_k.csv", 1}}),
                                   kCohort);
  EXPECT_THAT(NamesOf(waiting), ElementsAre("1_c1_2026-11-21T06:00_*_k.csv"));
  EXPECT_EQ(waiting.of_other_cohorts, 2);
  EXPECT_THAT(waiting.skipped, IsEmpty());
}

TEST(FindWaiting, SkipsNamesThatCouldBeAPart) {
  const auto waiting = FindWaiting(ListingOf({{"1_c1_today_exiting_k.csv", 1}}), kCohort);
  EXPECT_THAT(waiting.snapshots, IsEmpty());
  ASSERT_EQ(waiting.skipped.size(), 1U);
  EXPECT_THAT(waiting.skipped[0],
              ::testing::StartsWith("'1_c1_today_exiting_k.csv': its name has '_exiting_' in it"));
}

CohortRows RowsOf(const std::vector<std::string>& values) {
  CohortRows rows;
  MemberRowsBuilder builder(42);
  for (const std::string& value : values)
    builder.Add(value);
  rows.rows = static_cast<std::int64_t>(values.size());
  rows.members = builder.Finish();
  return rows;
}

const std::vector<CohortPart> kParts = {
    CohortPart::kEntering, CohortPart::kExisting, CohortPart::kExiting};

CohortRows Join(const std::vector<std::string>& existing,
                const std::vector<std::string>& entering,
                const std::vector<std::string>& exiting) {
  std::vector<CohortRows> rows;
  rows.push_back(RowsOf(entering));
  rows.push_back(RowsOf(existing));
  rows.push_back(RowsOf(exiting));
  return JoinParts(kParts, std::move(rows), 42);
}

std::vector<std::string> Members(const CohortRows& rows) {
  std::vector<std::string> members;
  rows.members.VisitRange(HashRange{},
                          [&](const MemberRef& member) { members.emplace_back(member.value); });
  std::sort(members.begin(), members.end());
  return members;
}

TEST(JoinParts, ExitingMembersWinOverBothOthers) {
  const CohortRows rows = Join({"a", "b", "c"}, {"c", "d", "e"}, {"b", "e", "x"});
  EXPECT_THAT(Members(rows), ElementsAre("a", "c", "d"));
  EXPECT_EQ(rows.rows, 9);
}

TEST(JoinParts, KeepsRepetitionsWithinOnePart) {
  EXPECT_THAT(Members(Join({"a", "a"}, {"a", "b", "b"}, {})), ElementsAre("a", "a", "b", "b"));
}

RC_GTEST_PROP(JoinParts, IsExistingAndEnteringWithoutExiting, ()) {
  const auto part = rc::gen::container<std::vector<std::string>>(
      rc::gen::map(rc::gen::inRange(0, 40), [](int i) { return "u" + std::to_string(i); }));
  const auto existing = *part;
  const auto entering = *part;
  const auto exiting = *part;
  std::set<std::string> expected(existing.begin(), existing.end());
  expected.insert(entering.begin(), entering.end());
  for (const std::string& value : exiting)
    expected.erase(value);
  const std::vector<std::string> members = Members(Join(existing, entering, exiting));
  RC_ASSERT(std::set<std::string>(members.begin(), members.end()) == expected);
}

// Each member a user id, maybe empty, and a contact, maybe empty.
using Named = std::vector<std::pair<std::string, std::string>>;

CohortRows NamedRowsOf(const Named& members, MemberNaming naming = MemberNaming::kUser) {
  CohortRows rows;
  MemberRowsBuilder builder(42);
  rows.who.naming = naming;
  for (const auto& [user, contact] : members) {
    rows.who.Add(user, contact);
    if (!contact.empty()) builder.Add(contact);
  }
  rows.members = builder.Finish();
  return rows;
}

CohortRows JoinNamed(CohortRows existing, CohortRows entering, CohortRows exiting) {
  std::vector<CohortRows> rows;
  rows.push_back(std::move(entering));
  rows.push_back(std::move(existing));
  rows.push_back(std::move(exiting));
  return JoinParts(kParts, std::move(rows), 42);
}

TEST(JoinNamedParts, AContactOfTwoMembersStaysWithTheOneThatDoesNotExit) {
  const CohortRows rows = JoinNamed(NamedRowsOf({{"u1", "a"}, {"u2", "a"}, {"u3", "b"}}),
                                    NamedRowsOf({}),
                                    NamedRowsOf({{"u1", "a"}}));
  EXPECT_THAT(NamedMembers(rows.who), ElementsAre("u2=a", "u3=b"));
  EXPECT_THAT(Members(rows), ElementsAre("a", "b"));
}

TEST(JoinNamedParts, AMemberExitsWithWhateverContactItHas) {
  const CohortRows rows = JoinNamed(NamedRowsOf({{"u1", "a"}, {"u2", "b"}}),
                                    NamedRowsOf({{"u3", "c"}}),
                                    NamedRowsOf({{"u1", "new"}, {"u3", ""}}));
  EXPECT_THAT(NamedMembers(rows.who), ElementsAre("u2=b"));
  EXPECT_THAT(Members(rows), ElementsAre("b"));
}

TEST(JoinNamedParts, WhoExitsWithoutAUserIdTakesTheContactFromEverybody) {
  const CohortRows rows = JoinNamed(NamedRowsOf({{"u1", "a"}, {"", "a"}, {"", "b"}}),
                                    NamedRowsOf({{"u2", ""}}),
                                    NamedRowsOf({{"", "a"}}));
  EXPECT_THAT(NamedMembers(rows.who), ElementsAre("u2=", "b"));
  EXPECT_THAT(Members(rows), ElementsAre("b"));
}

TEST(JoinNamedParts, AnEnteringMemberHasTheNewerContact) {
  const CohortRows rows =
      JoinNamed(NamedRowsOf({{"u1", "old"}}), NamedRowsOf({{"u1", "new"}}), NamedRowsOf({}));
  EXPECT_THAT(NamedMembers(rows.who), ElementsAre("u1=new"));
  EXPECT_THAT(Members(rows), ElementsAre("new"));
}

TEST(JoinNamedParts, AreAboutContactsWhenOneOfThemHasNoUserIds) {
  const CohortRows rows = JoinNamed(NamedRowsOf({{"u1", "a"}, {"u2", "b"}, {"u3", ""}}),
                                    NamedRowsOf({}),
                                    NamedRowsOf({{"", "b"}}, MemberNaming::kContact));
  EXPECT_EQ(rows.who.naming, MemberNaming::kContact);
  EXPECT_THAT(NamedMembers(rows.who), ElementsAre("a"));
  EXPECT_THAT(Members(rows), ElementsAre("a"));
}

RC_GTEST_PROP(JoinNamedParts, HaveTheContactsOfTheirMembers, ()) {
  const auto text = [](char letter, int count) {
    return rc::gen::map(rc::gen::inRange(0, count),
                        [letter](int i) { return i == 0 ? "" : letter + std::to_string(i); });
  };
  const auto part = rc::gen::suchThat(
      rc::gen::container<Named>(rc::gen::pair(text('u', 12), text('c', 12))),
      [](const Named& members) {
        return std::all_of(members.begin(), members.end(), [](const auto& member) {
          return !member.first.empty() || !member.second.empty();
        });
      });
  const CohortRows rows = JoinNamed(NamedRowsOf(*part), NamedRowsOf(*part), NamedRowsOf(*part));
  std::multiset<std::string> contacts;
  for (std::size_t i = 0; i < rows.who.size(); ++i) {
    if (!rows.who.At(i).contact.empty()) contacts.emplace(rows.who.At(i).contact);
  }
  const std::vector<std::string> members = Members(rows);
  RC_ASSERT(std::multiset<std::string>(members.begin(), members.end()) == contacts);
}

TEST(JoinParts, ListsTheFirstRejectedRowsOfAllPartsTogether) {
  std::vector<CohortRows> rows(3);
  for (CohortRows& part : rows) {
    const std::size_t count = kMaxListedRejectedRows / 2;
    part.rejected[static_cast<std::size_t>(RejectReason::kMalformed)] =
        static_cast<std::int64_t>(count);
    for (std::size_t i = 0; i < count; ++i)
      part.rejected_rows.push_back({1, RejectReason::kMalformed, "nobody", {}});
    part.rejected[static_cast<std::size_t>(RejectReason::kMissing)] = 1;
    part.rejected_rows.push_back({2, RejectReason::kMissing, {}, {}});
  }
  const CohortRows joined = JoinParts(kParts, std::move(rows), 42);
  EXPECT_EQ(joined.rejected[static_cast<std::size_t>(RejectReason::kMalformed)],
            static_cast<std::int64_t>(kMaxListedRejectedRows / 2 * 3));
  EXPECT_EQ(joined.rejected[static_cast<std::size_t>(RejectReason::kMissing)], 3);
  EXPECT_EQ(joined.rejected_rows.size(), kMaxListedRejectedRows + 3);
}

}  // namespace
}  // namespace cohort_sync::amplitude
