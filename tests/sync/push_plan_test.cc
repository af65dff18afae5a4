// What a plan says of pushed batches, and that it takes none of them.
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/format.h"
#include "sync/push_fixture.h"

namespace cohort_sync {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class PushPlanTest : public PushTest {
 protected:
  Result<PreparedRun> Plan(RunOptions options = {}) {
    options.plan_only = true;
    return world_.runner().Plan(world_.target, options);
  }
  void Wait(std::int64_t batches) {
    while (inbox_->Depth(world_.target.key.cohort, std::nullopt).batches < batches)
      std::this_thread::yield();
  }
};

TEST_F(PushPlanTest, SaysWhatWaitsAndTakesNothing) {
  Enter(1, "u1 anna@x.com\nu2 bob@x.com\nu3");
  Wait(1);
  const auto plan = Plan();
  ASSERT_TRUE(plan) << plan.error().message();
  EXPECT_FALSE(plan->nothing_pushed());
  EXPECT_EQ(plan->counts.batches, 1);
  EXPECT_EQ(plan->counts.rows, 3);
  EXPECT_EQ(plan->counts.added, 2);
  EXPECT_EQ(plan->calls, 2);
  EXPECT_EQ(plan->list.value(), "ActiveUsers");
  EXPECT_THAT(world_.history()->Runs(10, std::nullopt), IsEmpty());
  EXPECT_THAT(world_.OnList(), IsEmpty());
  EXPECT_EQ(Push()->counts.added, 2);  // It is all still there.
}

TEST_F(PushPlanTest, IsAboutWhatTheLastRunLeft) {
  Enter(1, "u1 anna@x.com\nu2 bob@x.com");
  ASSERT_TRUE(Push());
  EXPECT_TRUE(Plan()->nothing_pushed());
  Leave(2, "u1");
  Wait(2);
  const auto plan = Plan();
  ASSERT_TRUE(plan) << plan.error().message();
  EXPECT_EQ(plan->counts.removed, 1);
  EXPECT_EQ(plan->counts.added, 0);
  EXPECT_EQ(Plan()->counts.removed, 1);
  EXPECT_THAT(world_.OnList(), UnorderedElementsAre("anna@x.com", "bob@x.com"));
}

TEST_F(PushPlanTest, NothingPushedIsNoPlanButNoErrorEither) {
  const auto plan = Plan();
  ASSERT_TRUE(plan) << plan.error().message();
  EXPECT_TRUE(plan->nothing_pushed());
  EXPECT_EQ(plan->calls, 0);
  EXPECT_THAT(world_.destination.calls(), IsEmpty());
}

TEST_F(PushPlanTest, NotesNoGapOfABatchThatCannotBeRead) {
  Enter(1, "u1 anna@x.com");
  ASSERT_TRUE(Push());
  Enter(2, "broken");
  Wait(2);
  const auto plan = Plan();
  ASSERT_TRUE(plan) << plan.error().message();
  EXPECT_THAT(plan->notes, ElementsAre(HasSubstr("could not be read: no such body")));
  EXPECT_FALSE(inbox_->FindGap(world_.target.key.cohort));
  ASSERT_TRUE(Push());
  inbox_->SetAlive(world_.clock.Now());
  Open();  // What was noted is written by then.
  EXPECT_TRUE(inbox_->FindGap(world_.target.key.cohort));
}

TEST_F(PushPlanTest, SaysWhatTheGuardWouldHold) {
  std::string everybody;
  std::string leaving;
  for (int i = 0; i < 100; ++i) {
    everybody += Format("u{0} p{0}@x.com\n", i);
    if (i < 40) leaving += Format("u{}\n", i);
  }
  Enter(1, everybody);
  ASSERT_TRUE(Push());
  Leave(2, leaving);
  Wait(2);
  const auto plan = Plan();
  ASSERT_TRUE(plan) << plan.error().message();
  EXPECT_TRUE(plan->verdict.hold_removals);
  EXPECT_EQ(plan->counts.held_removals, 40);
  EXPECT_EQ(plan->calls, 0);
  RunOptions approving;
  approving.approval.removals = 40;
  EXPECT_EQ(Plan(approving)->counts.removed, 40);
  EXPECT_EQ(Push()->counts.held_removals, 40);
  EXPECT_EQ(Plan(approving)->counts.removed, 40);  // Also of a hold alone.
  EXPECT_TRUE(Plan()->nothing_pushed());
}

TEST_F(PushPlanTest, SaysWhereMembersAreNotCounted) {
  Enter(1, "u1 anna@x.com");
  AddToList("bob@x.com");
  AddToList("carl@x.com");
  Wait(3);
  EXPECT_THAT(
      Plan()->notes,
      ElementsAre("2 batches came by calls to lists, which name no user ids: members not counted"));
}

TEST_F(PushPlanTest, SaysWhatOneRunLeavesToTheNext) {
  for (int batch = 0; batch < 3; ++batch) {
    ReceivedBatch received;
    received.head.cohort = world_.target.key.cohort;
    received.head.cohort_name = "Active Users";
    received.head.members = kMostMembersOfAPush;
    received.body = Format("u{0} p{0}@x.com", batch);
    inbox_->Store(std::move(received), [](const Result<InboxOutcome>&) {});
  }
  Wait(3);
  const auto plan = Plan();
  ASSERT_TRUE(plan) << plan.error().message();
  EXPECT_EQ(plan->counts.batches, 1);
  EXPECT_THAT(plan->notes,
              ElementsAre("2 batches wait with 100,000 members behind these; the run after this "
                          "one takes them"));
}

TEST_F(PushPlanTest, OfACohortThatIsReadAsAWholeIsASnapshots) {
  Reconciles();
  world_.source.values = {"anna@x.com"};
  Enter(1, "u2 bob@x.com");
  Wait(1);
  const auto plan = Plan();
  ASSERT_TRUE(plan) << plan.error().message();
  EXPECT_FALSE(plan->push);
  EXPECT_EQ(plan->counts.added, 1);
}

}  // namespace
}  // namespace cohort_sync
