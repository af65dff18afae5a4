// Runs that go on with what earlier ones left: pending, parked, stopped, or a list that is not as
// we left it.
#include <optional>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/format.h"
#include "sync/sync_runner_fixture.h"

namespace cohort_sync {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;
using testing::SizeIs;

// ---- What is left from earlier runs ----

TEST_F(SyncRunnerTest, JoiningAndLeavingBeforeDeliveryCostsNoCall) {
  world_.Sync(Contacts(30));
  GoAway();
  world_.Sync(Contacts(31));
  Return();
  world_.destination.ForgetCalls();
  const RunReport report = world_.Sync(Contacts(30));
  EXPECT_EQ(report.counts.removed, 1);
  EXPECT_EQ(report.delivery.unneeded, 1);
  EXPECT_EQ(report.delivery.calls, 0);
  EXPECT_EQ(world_.OnList(), SetOf(Contacts(30)));
}

TEST_F(SyncRunnerTest, GivingUpSaysWhyWhatIsLeftAndHowToGoOn) {
  GoAway();
  const RunReport report = world_.Sync(Contacts(30));
  EXPECT_EQ(report.state, RunState::kFailed);
  EXPECT_EQ(report.error,
            "delivery gave up: nothing could be delivered for 15 min: connection refused; 30 "
            "operations stay pending; 'cohort-sync sync 9apg8e8f' goes on");
  Return();
  EXPECT_EQ(world_.Sync().delivery.delivered, 30);
  EXPECT_EQ(world_.OnList(), SetOf(Contacts(30)));
}

TEST_F(SyncRunnerTest, AnInterruptedDeliveryGoesOnWithTheNextRun) {
  std::stop_source stop;
  world_.source.values = Contacts(30);
  world_.destination.on_deliver = [&](const Delivery&) {
    if (world_.destination.calls().size() == 9) stop.request_stop();
  };
  RunObserver observer;
  const RunReport report = world_.runner().Run(world_.target, {}, observer, stop.get_token());
  EXPECT_EQ(report.state, RunState::kInterrupted);
  EXPECT_EQ(report.error, "");
  EXPECT_EQ(report.delivery.delivered + report.delivery.pending, 30);
  EXPECT_GT(report.delivery.pending, 0);
  EXPECT_EQ(world_.Sync().delivery.delivered, report.delivery.pending);
  EXPECT_THAT(world_.destination.calls(), SizeIs(30));
}

TEST_F(SyncRunnerTest, ExhaustedOperationsAreTriedAgainByTheNextRun) {
  world_.destination.Always("c0@x.org", ScriptedVerdict{Verdict::kNotSent, "reset", {}, {}});
  EXPECT_EQ(world_.Sync(Contacts(30)).state, RunState::kParked);
  world_.destination.Always("c0@x.org", std::nullopt);
  const RunReport report = world_.Sync();
  EXPECT_EQ(report.counts.reopened, 1);
  EXPECT_EQ(report.state, RunState::kSucceeded);
  EXPECT_EQ(world_.OnList(), SetOf(Contacts(30)));
}

TEST_F(SyncRunnerTest, RefusedOperationsWaitForAPerson) {
  world_.destination.Always("c0@x.org", ScriptedVerdict{Verdict::kRefused, "blocked", {}, {}});
  EXPECT_EQ(world_.Sync(Contacts(30)).state, RunState::kParked);
  world_.destination.Always("c0@x.org", std::nullopt);
  world_.clock.Advance(48h);
  const RunReport report = world_.Sync();
  EXPECT_EQ(report.counts.reopened, 0);
  EXPECT_EQ(report.state, RunState::kParked);
  EXPECT_THAT(world_.OnList(), SizeIs(29));
}

TEST_F(SyncRunnerTest, UnknownContactsAreTriedAgainOnceADayAndAreNoFailure) {
  world_.destination.Always("c0@x.org",
                            ScriptedVerdict{Verdict::kUnknownContact, "not found", {}, {}});
  const RunReport first = world_.Sync(Contacts(30));
  EXPECT_EQ(first.state, RunState::kSucceeded);
  EXPECT_EQ(first.delivery.unknown_contacts, 1);
  world_.clock.Advance(24h);
  EXPECT_EQ(world_.Sync().delivery.calls, 0);
  world_.clock.Advance(1ms);
  const RunReport next_day = world_.Sync();
  EXPECT_EQ(next_day.counts.reopened, 1);
  EXPECT_EQ(next_day.delivery.calls, 1);
}

// ---- A binding or destination that stops ----

TEST_F(SyncRunnerTest, ARefusedListStopsTheBindingUntilAPersonRetries) {
  world_.destination.Always("c9@x.org",
                            ScriptedVerdict{Verdict::kListRefused, "no key ActiveUsers", {}, {}});
  const RunReport report = world_.Sync(Contacts(30));
  EXPECT_EQ(report.state, RunState::kFailed);
  EXPECT_EQ(report.error,
            Format("delivery to list 'ActiveUsers' stopped: no key ActiveUsers; {} operations stay "
                   "pending; mend it, then run 'cohort-sync retry 9apg8e8f'",
                   report.delivery.pending));
  EXPECT_EQ(Status().binding.stopped_reason, "no key ActiveUsers");

  world_.destination.ForgetCalls();
  EXPECT_EQ(world_.Sync().error,
            "cohort '9apg8e8f' is stopped: no key ActiveUsers; mend it, then run 'cohort-sync "
            "retry 9apg8e8f'");
  EXPECT_EQ(DeliverPending(), std::nullopt);
  EXPECT_THAT(world_.destination.calls(), IsEmpty());

  world_.destination.Always("c9@x.org", std::nullopt);
  const Result<RunReport> retried = Retry();
  ASSERT_TRUE(retried.has_value());
  EXPECT_EQ(retried->state, RunState::kSucceeded);
  EXPECT_EQ(Status().binding.stopped_reason, "");
  EXPECT_EQ(world_.OnList(), SetOf(Contacts(30)));
}

TEST_F(SyncRunnerTest, ARefusedCredentialFailsTheRunButDoesNotStopTheBinding) {
  world_.destination.FailNext(1, {Verdict::kDestinationRefused, "http 401", {}, {}});
  const RunReport report = world_.Sync(Contacts(1));
  EXPECT_EQ(report.state, RunState::kFailed);
  EXPECT_EQ(report.error,
            "delivery stopped: http 401; 1 operation stays pending; 'cohort-sync sync 9apg8e8f' "
            "goes on");
  EXPECT_EQ(world_.Sync().state, RunState::kSucceeded);
  EXPECT_EQ(world_.OnList(), SetOf(Contacts(1)));
}

// ---- Retry and pending deliveries ----

TEST_F(SyncRunnerTest, RetryOpensParkedOperationsAgain) {
  for (const std::string& contact : Contacts(3))
    world_.destination.Always(contact, ScriptedVerdict{Verdict::kRefused, "blocked", {}, {}});
  world_.Sync(Contacts(30));
  for (const std::string& contact : Contacts(3))
    world_.destination.Always(contact, std::nullopt);
  world_.destination.ForgetCalls();
  const std::size_t fetched = world_.source.requests.size();
  const Result<RunReport> report = Retry();
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->trigger, RunTrigger::kRetry);
  EXPECT_EQ(report->state, RunState::kSucceeded);
  EXPECT_EQ(report->counts.reopened, 3);
  EXPECT_EQ(report->delivery.calls, 3);
  EXPECT_EQ(world_.OnList(), SetOf(Contacts(30)));
  EXPECT_THAT(world_.source.requests, SizeIs(fetched));
  EXPECT_EQ(world_.history()->FindRun(report->id)->counts.reopened, 3);
}

TEST_F(SyncRunnerTest, RetryBeforeTheFirstSyncSaysSo) {
  const Result<RunReport> report = Retry();
  ASSERT_FALSE(report.has_value());
  EXPECT_EQ(report.error(),
            Error(ErrorCode::kNotFound,
                  "cohort '9apg8e8f' was never synced; run 'cohort-sync sync 9apg8e8f'"));
}

TEST_F(SyncRunnerTest, RetryWithAnotherConfigurationIsRefused) {
  world_.Sync(Contacts(1));
  world_.target.list_name = "vip";
  const Result<RunReport> report = Retry();
  ASSERT_FALSE(report.has_value());
  EXPECT_EQ(report.error().code(), ErrorCode::kConfiguration);
}

TEST_F(SyncRunnerTest, DeliverPendingMakesNoRunWhenNothingIsPending) {
  EXPECT_EQ(DeliverPending(), std::nullopt);
  world_.Sync(Contacts(3));
  EXPECT_EQ(DeliverPending(), std::nullopt);
  EXPECT_THAT(world_.history()->Runs(10, std::nullopt), SizeIs(1));
}

TEST_F(SyncRunnerTest, DeliverPendingDeliversWithoutFetching) {
  GoAway();
  world_.Sync(Contacts(3));
  Return();
  const std::optional<RunReport> report = DeliverPending();
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->trigger, RunTrigger::kScheduled);
  EXPECT_EQ(report->state, RunState::kSucceeded);
  EXPECT_EQ(report->delivery.delivered, 3);
  EXPECT_THAT(world_.source.requests, SizeIs(1));
}

// ---- Resync ----

TEST_F(SyncRunnerTest, AResyncAssertsEveryMemberAndRemovesWhoLeft) {
  world_.Sync(Contacts(30));
  world_.destination.MakeList("ActiveUsers", {"c0@x.org", "c29@x.org", "foreign@x.org"});
  // The same list, emptied by hand.
  world_.destination.SetListId("ActiveUsers", ListId(100));
  world_.destination.ForgetCalls();
  world_.source.values = Contacts(29);
  const RunReport report = Resync();
  EXPECT_EQ(report.state, RunState::kSucceeded);
  EXPECT_EQ(report.trigger, RunTrigger::kResync);
  EXPECT_EQ(report.delivery.calls, 30);
  std::set<std::string> expected = SetOf(Contacts(29));
  expected.insert("foreign@x.org");
  EXPECT_EQ(world_.OnList(), expected);
  world_.destination.ForgetCalls();
  EXPECT_EQ(world_.Sync().delivery.calls, 0);
}

TEST_F(SyncRunnerTest, AResyncHoldsTooManyRemovalsAndStillAssertsTheOthers) {
  world_.Sync(Contacts(100));
  world_.destination.MakeList("ActiveUsers");
  world_.destination.SetListId("ActiveUsers", ListId(100));
  world_.source.values = Contacts(50);
  const RunReport report = Resync();
  EXPECT_EQ(report.state, RunState::kHeld);
  EXPECT_EQ(report.counts.held_removals, 50);
  EXPECT_EQ(world_.OnList(), SetOf(Contacts(50)));
}

TEST_F(SyncRunnerTest, AResyncOpensRefusedOperationsOfBothKindsAgain) {
  world_.Sync(Contacts(30));
  const ScriptedVerdict refused{Verdict::kRefused, "blocked", {}, {}};
  world_.destination.Always("c0@x.org", refused);
  world_.destination.Always("c30@x.org", refused);
  EXPECT_EQ(world_.Sync(Contacts(30, 1)).delivery.parked, 2);
  world_.destination.Always("c0@x.org", std::nullopt);
  world_.destination.Always("c30@x.org", std::nullopt);
  const RunReport report = Resync();
  EXPECT_EQ(report.counts.reopened, 2);
  EXPECT_EQ(report.state, RunState::kSucceeded);
  EXPECT_EQ(world_.OnList(), SetOf(Contacts(30, 1)));
}

TEST_F(SyncRunnerTest, AResyncFillsAListThatWasDeletedAndRemovesNobodyFromTheNewOne) {
  world_.Sync(Contacts(30));
  world_.destination.DropList("ActiveUsers");
  const RunReport failed = world_.Sync();
  EXPECT_EQ(failed.state, RunState::kFailed);
  world_.destination.ForgetCalls();
  world_.source.values = Contacts(30, 5);
  const RunReport report = Resync();
  EXPECT_EQ(report.state, RunState::kSucceeded);
  EXPECT_EQ(world_.OnList(), SetOf(Contacts(30, 5)));
  EXPECT_EQ(report.delivery.calls, 30);  // Those who left were never on the new list.
  EXPECT_EQ(report.delivery.unneeded, 5);
  EXPECT_EQ(world_.store().FindBinding(world_.target.key)->pins.list_id, ListId(101));
  EXPECT_EQ(world_.Sync().state, RunState::kSucceeded);
}

TEST_F(SyncRunnerTest, AResyncStartsAStoppedBindingAgain) {
  world_.destination.FailNext(1, {Verdict::kListRefused, "no key ActiveUsers", {}, {}});
  world_.Sync(Contacts(10));
  EXPECT_EQ(Resync().state, RunState::kSucceeded);
  EXPECT_EQ(Status().binding.stopped_reason, "");
  EXPECT_EQ(world_.OnList(), SetOf(Contacts(10)));
}

}  // namespace
}  // namespace cohort_sync
