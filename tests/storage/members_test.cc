// The rows of members, through the store that owns them.
#include "storage/members.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/store_fixture.h"

namespace cohort_sync {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr TimePoint kThen = FromMillis(1'700'000'000'000);
constexpr TimePoint kSnapshot = kThen + std::chrono::hours(1);
constexpr TimePoint kNewer = kSnapshot + std::chrono::seconds(1);

KnownMember User(const std::string& name, bool present, const std::string& contact, TimePoint at) {
  return {{MemberNaming::kUser, name}, {present, contact, at}};
}

class MembersTest : public testing::Test {
 protected:
  void Write(const std::vector<KnownMember>& members) {
    PlanCommit plan = world_.Plan();
    plan.member_rows = members;
    binding_ = world_.store().CommitPlan(plan).binding;
  }
  void Rewrite(const std::vector<std::pair<std::string, std::string>>& members,
               MemberNaming naming = MemberNaming::kUser) {
    SnapshotMembers snapshot;
    snapshot.naming = naming;
    for (const auto& [name, contact] : members)
      snapshot.Add(naming == MemberNaming::kUser ? name : "", contact);
    snapshot.Sort();
    PlanCommit plan = world_.Plan();
    plan.as_of = kSnapshot;
    plan.snapshot_members = &snapshot;
    binding_ = world_.store().CommitPlan(plan).binding;
  }
  // "u1 anna", with "-" before those that are gone.
  [[nodiscard]] std::vector<std::string> Rows() {
    std::vector<std::string> rows;
    for (const KnownMember& member : world_.store().MembersChangedSince(binding_, TimePoint()))
      rows.push_back((member.row.present ? "" : "-") + member.key.name + " " + member.row.contact);
    std::sort(rows.begin(), rows.end());
    return rows;
  }

  StoreWorld world_;
  BindingId binding_;
};

TEST_F(MembersTest, AreFoundByNameAndByContact) {
  Write({User("u1", true, "anna", kThen),
         User("u2", true, "anna", kThen),
         User("u3", false, "anna", kThen)});
  const std::vector<MemberKey> keys = {{MemberNaming::kUser, "u2"}, {MemberNaming::kContact, "u2"}};
  const auto found = world_.store().FindMembers(binding_, keys);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0], (MemberRow{true, "anna", kThen}));
  EXPECT_EQ(found[1], std::nullopt);
  EXPECT_EQ(world_.store().HoldersOf(binding_, std::vector<std::string>{"anna"}).size(), 2U);
  EXPECT_THAT(world_.store().HoldersOf(binding_, std::vector<std::string>{"bob"}), IsEmpty());
}

TEST_F(MembersTest, AreWrittenOver) {
  Write({User("u1", true, "anna", kThen)});
  Write({User("u1", false, "anna", kNewer)});
  EXPECT_THAT(Rows(), ElementsAre("-u1 anna"));
  EXPECT_EQ(world_.store().MembersChangedSince(binding_, kNewer).size(), 1U);
  EXPECT_THAT(world_.store().MembersChangedSince(binding_, kNewer + Duration(1)), IsEmpty());
}

TEST_F(MembersTest, ASnapshotMakesThemItsOwn) {
  Write({User("u1", true, "anna", kThen),
         User("u2", true, "bob", kThen),
         User("u3", true, "carol", kThen),
         User("u5", false, "emil", kThen)});
  Rewrite({{"u4", "dora"}, {"u2", "bob"}, {"u3", "carol-new"}, {"u5", ""}, {"u0", "zoe"}});
  EXPECT_THAT(Rows(),
              ElementsAre("-u1 anna", "u0 zoe", "u2 bob", "u3 carol-new", "u4 dora", "u5 "));
}

TEST_F(MembersTest, ASnapshotLeavesNewerRowsAlone) {
  Write({User("u1", true, "anna", kNewer), User("u2", false, "bob", kNewer)});
  Rewrite({{"u2", "bob"}, {"u3", "carol"}});
  EXPECT_THAT(Rows(), ElementsAre("-u2 bob", "u1 anna", "u3 carol"));
}

TEST_F(MembersTest, ASnapshotEndsRowsThatItCannotName) {
  Write({User("u1", true, "anna", kThen), User("u2", true, "bob", kNewer)});
  Rewrite({{"carol", "carol"}}, MemberNaming::kContact);
  EXPECT_THAT(Rows(), ElementsAre("-u1 anna", "carol carol", "u2 bob"));
}

TEST_F(MembersTest, ASnapshotKnowsWhoHasNoUserIdByContact) {
  Write({User("u1", true, "anna", kThen),
         {{MemberNaming::kContact, "bob"}, {true, "bob", kThen}},
         {{MemberNaming::kContact, "carol"}, {true, "carol", kThen}},
         {{MemberNaming::kContact, "dora"}, {false, "dora", kThen}}});
  Rewrite({{"u1", "anna"}, {"", "bob"}, {"", "dora"}, {"", "emil"}});
  EXPECT_THAT(Rows(), ElementsAre("-carol carol", "bob bob", "dora dora", "emil emil", "u1 anna"));
  EXPECT_EQ(world_.store().MembersChangedSince(binding_, kThen + Duration(1)).size(), 3U);
}

TEST_F(MembersTest, OfSeveralRowsOfOneMemberTheLastOneStays) {
  Rewrite({{"u1", "anna"}, {"u1", "anna-new"}});
  EXPECT_THAT(Rows(), ElementsAre("u1 anna-new"));
}

TEST_F(MembersTest, GoWithTheirBinding) {
  Write({User("u1", true, "anna", kThen)});
  world_.store().Forget(binding_);
  EXPECT_THAT(Rows(), IsEmpty());
}

}  // namespace
}  // namespace cohort_sync
