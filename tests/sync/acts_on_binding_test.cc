// What a person does to one binding: empty its list and fill it again, pause it; and a source that
// has nothing new for it.
#include <limits>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sync/sync_runner_fixture.h"

namespace cohort_sync {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class ClearListTest : public SyncRunnerTest {
 protected:
  RunReport ResyncClearing(std::int64_t at_most) {
    RunOptions options;
    options.trigger = RunTrigger::kResync;
    options.clear_list_of = at_most;
    options.approval.removals = std::numeric_limits<std::int64_t>::max();
    return world_.Sync(options);
  }
};

TEST_F(ClearListTest, LeavesExactlyTheCohortOnTheList) {
  world_.destination.MakeList("ActiveUsers", {"stranger@x.org", "c1@x.org"});
  world_.Sync(Contacts(3));
  world_.source.values = Contacts(3, 1);
  const RunReport report = ResyncClearing(4);
  EXPECT_EQ(report.state, RunState::kSucceeded) << report.error;
  EXPECT_EQ(world_.OnList(), SetOf(Contacts(3, 1)));
  EXPECT_THAT(report.notes,
              testing::Contains("list 'ActiveUsers' was emptied first of 4 contacts"));
  world_.destination.ForgetCalls();
  EXPECT_EQ(world_.Sync().state, RunState::kSucceeded);
  EXPECT_THAT(world_.destination.calls(), IsEmpty());
}

TEST_F(ClearListTest, RefusesMoreContactsThanThePersonHasSeen) {
  world_.destination.MakeList("ActiveUsers", {"stranger@x.org"});
  world_.Sync(Contacts(3));
  const RunReport report = ResyncClearing(3);
  EXPECT_EQ(report.state, RunState::kFailed);
  EXPECT_EQ(report.error,
            "list 'ActiveUsers' was not emptied: it has 4 contacts; 'cohort-sync resync 9apg8e8f "
            "--clear 4' takes all of them off, and puts the cohort's members back");
  EXPECT_EQ(world_.OnList().size(), 4U);
}

TEST_F(ClearListTest, NeedsToKnowHowManyThereAre) {
  world_.Sync(Contacts(3));
  world_.destination.may_count_contacts = false;
  EXPECT_EQ(
      ResyncClearing(100).error,
      "list 'ActiveUsers' was not emptied: the key may not count its contacts; allow it 'Get a "
      "single list with count' in Cordial");
}

TEST_F(ClearListTest, OneThatDidNotFinishIsNotTakenForASyncedList) {
  world_.Sync(Contacts(3));
  // The list was emptied, and then the process ended, or the answer was lost.
  world_.destination.clear_error = Error(ErrorCode::kUnavailable, "connection lost");
  EXPECT_THAT(ResyncClearing(3).error, HasSubstr("run 'cohort-sync resync 9apg8e8f' again"));
  world_.destination.MakeList("ActiveUsers");
  world_.destination.clear_error.reset();

  EXPECT_EQ(world_.Sync().error,
            "list 'ActiveUsers' was to be emptied and filled again, and that did not finish; its "
            "operations wait; 'cohort-sync resync 9apg8e8f' fills it");
  EXPECT_EQ(Resync().state, RunState::kSucceeded);
  EXPECT_EQ(world_.OnList(), SetOf(Contacts(3)));
}

TEST_F(SyncRunnerTest, NothingNewToReadIsNoFailureAndDeliversWhatIsPending) {
  GoAway();
  world_.Sync(Contacts(3));
  Return();
  world_.source.error = Error(ErrorCode::kNothingNew, "folder 'in': no file matching '*' waits");
  const RunReport report = world_.Sync();
  EXPECT_EQ(report.state, RunState::kSucceeded) << report.error;
  EXPECT_THAT(report.notes, ElementsAre("folder 'in': no file matching '*' waits"));
  EXPECT_EQ(world_.OnList(), SetOf(Contacts(3)));
  EXPECT_EQ(world_.history()->FindRun(report.id)->notes, report.notes);
}

TEST_F(SyncRunnerTest, NothingToReadBeforeTheFirstSyncIsAFailure) {
  world_.source.error = Error(ErrorCode::kNothingNew, "folder 'in': no file matching '*' waits");
  const RunReport report = world_.Sync();
  EXPECT_EQ(report.state, RunState::kFailed);
  EXPECT_EQ(report.error, "folder 'in': no file matching '*' waits");
}

TEST_F(SyncRunnerTest, APausedBindingIsNeitherReadNorDelivered) {
  GoAway();
  world_.Sync(Contacts(3));
  Return();
  world_.destination.ForgetCalls();
  const BindingId binding = world_.store().FindBinding(world_.target.key)->id;
  world_.store().SetPaused(binding, FakeClock::kStart);
  world_.source.requests.clear();
  const RunReport report = world_.Sync();
  EXPECT_EQ(report.state, RunState::kFailed);
  EXPECT_THAT(report.error, HasSubstr("cohort '9apg8e8f' is paused since "));
  EXPECT_FALSE(DeliverPending().has_value());
  EXPECT_FALSE(Retry().has_value());
  EXPECT_THAT(world_.source.requests, IsEmpty());
  EXPECT_THAT(world_.destination.calls(), IsEmpty());

  world_.store().SetPaused(binding, std::nullopt);
  EXPECT_EQ(world_.Sync().state, RunState::kSucceeded);
  EXPECT_EQ(world_.OnList(), SetOf(Contacts(3)));
}

}  // namespace
}  // namespace cohort_sync
