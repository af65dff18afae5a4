// Snapshots of a pushed cohort, over a real state and a real inbox.
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sync/push_fixture.h"

namespace cohort_sync {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class ReconcileTest : public PushTest {
 protected:
  ReconcileTest() { Reconciles(); }
  RunReport Reconcile(std::vector<std::string> users, std::vector<std::string> values) {
    world_.source.users = std::move(users);
    return world_.Sync(std::move(values));
  }
};

TEST_F(ReconcileTest, RewritesTheRowsOfTheMembers) {
  Enter(0, "u1 anna@x.com\nu2 bob@x.com");
  ASSERT_TRUE(Push());
  world_.clock.Advance(std::chrono::minutes(1));
  const RunReport run = Reconcile({"u2", "u3"}, {"bob-new@x.com", "carol@x.com"});
  EXPECT_EQ(run.state, RunState::kSucceeded) << run.error;
  EXPECT_THAT(world_.OnList(), UnorderedElementsAre("bob-new@x.com", "carol@x.com"));
  Leave(120, "u2");
  ASSERT_TRUE(Push());
  EXPECT_THAT(world_.OnList(), UnorderedElementsAre("carol@x.com"));
}

TEST_F(ReconcileTest, AChangeNewerThanTheSnapshotStaysOutOfItsDiff) {
  Enter(0, "u1 anna@x.com\nu2 bob@x.com\nu3 carol@x.com");
  ASSERT_TRUE(Push());
  world_.source.as_of = At(60);
  Leave(90, "u1");
  Enter(90, "u2 bob-new@x.com\nu4 dora@x.com");
  ASSERT_TRUE(Push());
  world_.clock.Advance(std::chrono::minutes(2));
  const RunReport run = Reconcile({"u1", "u2", "u3"}, {"anna@x.com", "bob@x.com", "carol@x.com"});
  EXPECT_EQ(run.counts.added, 0);
  EXPECT_EQ(run.counts.removed, 0);
  EXPECT_THAT(
      run.notes,
      ElementsAre(
          "3 members changed by a push after the snapshot was asked for; they stay as they are"));
  EXPECT_THAT(world_.OnList(), UnorderedElementsAre("bob-new@x.com", "carol@x.com", "dora@x.com"));
}

TEST_F(ReconcileTest, AChangeOlderThanTheSnapshotDoesNothingWhenItComesLate) {
  Enter(0, "u1 anna@x.com");
  ASSERT_TRUE(Push());
  world_.clock.Advance(std::chrono::minutes(2));
  Reconcile({"u1", "u2"}, {"anna@x.com", "bob@x.com"});
  Leave(60, "u1\nu2");
  Enter(60, "u3 carol@x.com");
  const RunReport run = *Push();
  EXPECT_THAT(run.notes,
              ElementsAre("passed over 3 changes older than what is known of the member"));
  EXPECT_THAT(world_.OnList(), UnorderedElementsAre("anna@x.com", "bob@x.com"));
}

TEST_F(ReconcileTest, ASnapshotWithoutUserIdsIsAboutContacts) {
  AddToList("anna@x.com");
  ASSERT_TRUE(Push());
  world_.clock.Advance(std::chrono::minutes(2));
  Reconcile({}, {"bob@x.com"});
  EXPECT_THAT(world_.OnList(), UnorderedElementsAre("bob@x.com"));
  RemoveFromList("bob@x.com");
  ASSERT_TRUE(Push());
  EXPECT_THAT(world_.OnList(), IsEmpty());
}

TEST_F(ReconcileTest, WhoHasNoUserIdInASnapshotLeavesByContact) {
  Enter(0, "u1 anna@x.com");
  ASSERT_TRUE(Push());
  world_.clock.Advance(std::chrono::minutes(2));
  Reconcile({"u1", "", ""}, {"anna@x.com", "bob@x.com", "carol@x.com"});
  EXPECT_THAT(world_.OnList(), UnorderedElementsAre("anna@x.com", "bob@x.com", "carol@x.com"));
  Leave(180, " bob@x.com");
  ASSERT_TRUE(Push());
  EXPECT_THAT(world_.OnList(), UnorderedElementsAre("anna@x.com", "carol@x.com"));
  RemoveFromList("carol@x.com");
  ASSERT_TRUE(Push());
  EXPECT_THAT(world_.OnList(), UnorderedElementsAre("anna@x.com"));
}

TEST_F(ReconcileTest, AChangeWithoutAUserIdThatIsNewerThanTheSnapshotStaysOutOfItsDiff) {
  Enter(0, " anna@x.com\n bob@x.com");
  ASSERT_TRUE(Push());
  world_.source.as_of = At(60);
  Leave(90, " anna@x.com");
  ASSERT_TRUE(Push());
  world_.clock.Advance(std::chrono::minutes(2));
  const RunReport run = Reconcile({"", ""}, {"anna@x.com", "bob@x.com"});
  EXPECT_EQ(run.counts.added, 0);
  EXPECT_EQ(run.counts.removed, 0);
  EXPECT_THAT(world_.OnList(), UnorderedElementsAre("bob@x.com"));
}

TEST_F(ReconcileTest, AUserWhoseIdReadsLikeAContactOverrulesNobodyElse) {
  Enter(0, "anna@x.com bob@x.com");
  ASSERT_TRUE(Push());
  world_.source.as_of = At(60);
  Leave(90, "anna@x.com");
  ASSERT_TRUE(Push());
  world_.clock.Advance(std::chrono::minutes(2));
  Reconcile({"", "anna@x.com"}, {"anna@x.com", "bob@x.com"});
  EXPECT_THAT(world_.OnList(), UnorderedElementsAre("anna@x.com"));
}

}  // namespace
}  // namespace cohort_sync
