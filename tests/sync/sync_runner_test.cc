#include "sync/sync_runner.h"

#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/format.h"
#include "base/redaction.h"
#include "sync/sync_runner_fixture.h"

namespace cohort_sync {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

// ---- The straight way ----

TEST_F(SyncRunnerTest, TheFirstSyncMakesTheListAndPutsEveryoneOnIt) {
  const RunReport report = world_.Sync(Contacts(30));
  EXPECT_EQ(report.state, RunState::kSucceeded);
  EXPECT_EQ(report.error, "");
  EXPECT_EQ(world_.OnList(), SetOf(Contacts(30)));
  EXPECT_EQ(world_.destination.lists_made, 1U);
  EXPECT_EQ(report.cohort, "9apg8e8f");
  EXPECT_EQ(report.cohort_name, "Active Users");
  EXPECT_EQ(report.list, "ActiveUsers");
  EXPECT_EQ(report.trigger, RunTrigger::kManual);
  EXPECT_EQ(report.origin, "amplitude export Sf7M9j");
  EXPECT_EQ(report.snapshot_as_of, FakeClock::kStart);
  EXPECT_EQ(report.counts.added, 30);
  EXPECT_EQ(report.delivery.delivered, 30);
  EXPECT_EQ(report.delivery.calls, 30);
  EXPECT_THAT(world_.source.accepted, ElementsAre(CohortId("9apg8e8f")));
}

TEST_F(SyncRunnerTest, TheFirstSyncPinsWhatItUsed) {
  world_.Sync(Contacts(1));
  const std::optional<Binding> binding = world_.store().FindBinding(world_.target.key);
  ASSERT_TRUE(binding.has_value());
  EXPECT_EQ(binding->pins.endpoint, "https://api.cordial.io/v2");
  EXPECT_EQ(binding->pins.list_name, ListName("ActiveUsers"));
  EXPECT_EQ(binding->pins.list_id, ListId(100));
  EXPECT_EQ(binding->pins.identifier, (IdentifierMapping{"email", "email"}));
  EXPECT_EQ(binding->pins.identifier_rules_version, kIdentifierRulesVersion);
  EXPECT_EQ(binding->accepted_as_of, FakeClock::kStart);
}

TEST_F(SyncRunnerTest, TheSecondSyncMakesExactlyTheDifferenceAndTheThirdNothing) {
  world_.Sync(Contacts(30));
  world_.destination.ForgetCalls();
  const RunReport second = world_.Sync(Contacts(30, 2));
  EXPECT_THAT(
      world_.destination.lines(),
      UnorderedElementsAre("remove c0@x.org", "remove c1@x.org", "add c30@x.org", "add c31@x.org"));
  EXPECT_EQ(second.counts.unchanged, 28);
  EXPECT_EQ(world_.OnList(), SetOf(Contacts(30, 2)));

  world_.destination.ForgetCalls();
  const RunReport third = world_.Sync();
  EXPECT_THAT(world_.destination.calls(), IsEmpty());
  EXPECT_EQ(third.state, RunState::kSucceeded);
  EXPECT_EQ(third.counts.added + third.counts.removed, 0);
  EXPECT_EQ(world_.destination.lists_made, 1U);
}

TEST_F(SyncRunnerTest, TheRecordedRunIsTheReportedOne) {
  world_.Sync(Contacts(30));
  world_.source.values = Contacts(31);
  world_.source.values.insert(world_.source.values.end(), {"", "nobody"});
  world_.destination.Always("c30@x.org", ScriptedVerdict{Verdict::kRefused, "blocked", {}, {}});
  const RunReport report = world_.Sync();
  EXPECT_EQ(report.state, RunState::kParked);
  const std::optional<RunReport> stored = world_.history()->FindRun(report.id);
  ASSERT_TRUE(stored.has_value());
  EXPECT_EQ(stored->state, report.state);
  EXPECT_EQ(stored->finished_at, report.finished_at);
  EXPECT_EQ(stored->counts.rows, 33);
  EXPECT_EQ(stored->counts.members, 31);
  EXPECT_EQ(stored->counts.rejected, report.counts.rejected);
  EXPECT_EQ(stored->counts.added, 1);
  EXPECT_EQ(stored->counts.unchanged, 30);
  EXPECT_EQ(stored->delivery.refused, 1);
  EXPECT_EQ(stored->delivery.parked, 1);
}

TEST_F(SyncRunnerTest, ListsTheRowsThatGaveNoContact) {
  world_.source.values = {"a@x.org", "", "nobody", "A@X.org", "b c@x.org", "a@x.org"};
  const RunReport report = world_.Sync();
  EXPECT_EQ(report.counts.rejected, (RejectCounts{1, 1, 1, 2}));
  const std::vector<RejectedRow> rows = world_.history()->RejectedRows(report.id);
  ASSERT_THAT(rows, SizeIs(5));
  EXPECT_EQ(rows[0].reason, RejectReason::kMissing);
  EXPECT_EQ(rows[0].row, 2);
  EXPECT_EQ(rows[1].reason, RejectReason::kMalformed);
  EXPECT_EQ(rows[1].value, "nobody");
  EXPECT_EQ(rows[2].reason, RejectReason::kUnsafe);
  EXPECT_EQ(rows[2].row, 5);
  EXPECT_EQ(rows[3].reason, RejectReason::kDuplicate);
  EXPECT_EQ(rows[3].value, "a@x.org");
  EXPECT_EQ(rows[4].reason, RejectReason::kDuplicate);
}

TEST_F(SyncRunnerTest, ShowsItsPhasesInOrder) {
  class Recorder final : public RunObserver {
   public:
    void Fetching(const SyncTarget& /*target*/) override { phases.emplace_back("fetching"); }
    void Planned(const SyncTarget& /*target*/, const PreparedRun& plan) override {
      phases.push_back(Format("planned {}", plan.calls));
    }
    void Delivering(const RunReport& /*run*/, const DeliveryProgress& progress) override {
      const std::string phase = Format("delivered {}", progress.done);
      if (phases.back() != phase) phases.push_back(phase);
    }
    std::vector<std::string> phases;
  };
  world_.source.values = Contacts(1);
  Recorder recorder;
  static_cast<void>(world_.runner().Run(world_.target, {}, recorder));
  EXPECT_THAT(recorder.phases, ElementsAre("fetching", "planned 1", "delivered 0", "delivered 1"));
}

// ---- Failures before the commit ----

TEST_F(SyncRunnerTest, AFailedFetchLeavesTheStateUntouched) {
  world_.Sync(Contacts(30));
  world_.destination.ForgetCalls();
  world_.source.error = Error(ErrorCode::kIncomplete, "cohort '9apg8e8f': the file is cut off");
  world_.source.values = {};
  const RunReport report = world_.Sync();
  EXPECT_EQ(report.state, RunState::kFailed);
  EXPECT_EQ(report.error, "cohort '9apg8e8f': the file is cut off");
  EXPECT_THAT(world_.destination.calls(), IsEmpty());
  EXPECT_EQ(Status().desired, 30);
  EXPECT_EQ(Status().pending, 0);
  EXPECT_THAT(world_.source.accepted, SizeIs(1));
  const std::optional<RunReport> stored = world_.history()->FindRun(report.id);
  EXPECT_EQ(stored->state, RunState::kFailed);
  EXPECT_EQ(stored->error, report.error);
}

TEST_F(SyncRunnerTest, AFailedFirstFetchIsRecordedWithoutABinding) {
  world_.source.error = Error(ErrorCode::kUnavailable, "cohort '9apg8e8f': http 503");
  const RunReport report = world_.Sync();
  EXPECT_EQ(report.state, RunState::kFailed);
  EXPECT_EQ(world_.store().FindBinding(world_.target.key), std::nullopt);
  EXPECT_EQ(world_.destination.lists_made, 0U);
  ASSERT_THAT(world_.history()->Runs(10, std::nullopt), SizeIs(1));
}

TEST_F(SyncRunnerTest, AFailedFetchStillDeliversWhatEarlierRunsLeft) {
  GoAway();
  EXPECT_EQ(world_.Sync(Contacts(30)).delivery.pending, 30);
  Return();
  world_.source.error = Error(ErrorCode::kUnavailable, "cohort '9apg8e8f': http 503");
  const RunReport report = world_.Sync();
  EXPECT_EQ(report.state, RunState::kFailed);
  EXPECT_EQ(report.error, "cohort '9apg8e8f': http 503");
  EXPECT_EQ(report.delivery.delivered, 30);
  EXPECT_EQ(world_.OnList(), SetOf(Contacts(30)));
  const std::optional<RunReport> stored = world_.history()->FindRun(report.id);
  EXPECT_EQ(stored->state, RunState::kFailed);
  EXPECT_EQ(stored->delivery.delivered, 30);
}

TEST_F(SyncRunnerTest, AnInterruptedFetchDeliversNothing) {
  GoAway();
  world_.Sync(Contacts(5));
  Return();
  world_.destination.ForgetCalls();
  std::stop_source stop;
  world_.source.on_fetch = [&stop] { stop.request_stop(); };
  RunObserver observer;
  const RunReport report = world_.runner().Run(world_.target, {}, observer, stop.get_token());
  EXPECT_EQ(report.state, RunState::kInterrupted);
  EXPECT_THAT(world_.destination.calls(), IsEmpty());
}

TEST_F(SyncRunnerTest, AStopAfterThePlanChangesNothing) {
  class Stopper final : public RunObserver {
   public:
    void Planned(const SyncTarget& /*target*/, const PreparedRun& /*plan*/) override {
      stop.request_stop();
    }
    std::stop_source stop;
  };
  world_.source.values = Contacts(5);
  Stopper stopper;
  const RunReport report =
      world_.runner().Run(world_.target, {}, stopper, stopper.stop.get_token());
  EXPECT_EQ(report.state, RunState::kInterrupted);
  EXPECT_EQ(report.error, "stopped before anything was changed");
  EXPECT_EQ(world_.destination.lists_made, 0U);
  EXPECT_EQ(world_.store().FindBinding(world_.target.key), std::nullopt);
}

TEST_F(SyncRunnerTest, AListThatCannotBeMadeFailsTheRunBeforeTheCommit) {
  class Breaker final : public RunObserver {
   public:
    explicit Breaker(FakeListDestination& destination) : destination_(destination) {}
    void Planned(const SyncTarget& /*target*/, const PreparedRun& /*plan*/) override {
      destination_.blocking_error = Error(ErrorCode::kRejected, "list 'ActiveUsers': name taken");
    }

   private:
    FakeListDestination& destination_;
  };
  world_.source.values = Contacts(5);
  Breaker breaker(world_.destination);
  const RunReport report = world_.runner().Run(world_.target, {}, breaker);
  EXPECT_EQ(report.state, RunState::kFailed);
  EXPECT_EQ(report.error, "cohort '9apg8e8f': list 'ActiveUsers': name taken");
  EXPECT_EQ(world_.store().FindBinding(world_.target.key), std::nullopt);
  EXPECT_THAT(world_.source.accepted, IsEmpty());
}

TEST_F(SyncRunnerTest, NoSecretGetsIntoTheReport) {
  RegisterForRedaction("hunter2-hunter2");
  world_.source.error = Error(ErrorCode::kUnauthorized, "key hunter2-hunter2 refused");
  const RunReport report = world_.Sync();
  EXPECT_EQ(report.error, "key *** refused");
  EXPECT_EQ(world_.history()->FindRun(report.id)->error, "key *** refused");
}

// ---- Holds ----

TEST_F(SyncRunnerTest, TooManyRemovalsAreHeldWhileAddsGoOn) {
  world_.Sync(Contacts(100));
  std::vector<std::string> values = Contacts(40);
  values.emplace_back("new@x.org");
  const RunReport report = world_.Sync(values);
  EXPECT_EQ(report.state, RunState::kHeld);
  EXPECT_EQ(report.counts.held_removals, 60);
  EXPECT_EQ(report.counts.removed, 0);
  EXPECT_EQ(report.delivery.delivered, 1);
  EXPECT_THAT(world_.OnList(), SizeIs(101));
  ASSERT_TRUE(Status().hold.has_value());
  EXPECT_EQ(Status().hold->run, report.id);
  EXPECT_EQ(Status().hold->removals, 60);
  EXPECT_EQ(Status().desired, 101);
}

TEST_F(SyncRunnerTest, ApprovalOfTheirNumberRemovesThem) {
  world_.Sync(Contacts(100));
  world_.Sync(Contacts(40));
  const RunReport held_again = Approve(59);
  EXPECT_EQ(held_again.state, RunState::kHeld);
  EXPECT_EQ(held_again.counts.held_removals, 60);
  EXPECT_FALSE(held_again.removals_approved);
  EXPECT_THAT(world_.OnList(), SizeIs(100));

  const RunReport approved = Approve(60);
  EXPECT_EQ(approved.state, RunState::kSucceeded);
  EXPECT_TRUE(approved.removals_approved);
  EXPECT_EQ(approved.counts.removed, 60);
  EXPECT_EQ(world_.OnList(), SetOf(Contacts(40)));
  EXPECT_FALSE(Status().hold.has_value());
}

TEST_F(SyncRunnerTest, ApprovedRemovalsDoNotCountInTheWindow) {
  world_.Sync(Contacts(200));
  world_.Sync(Contacts(100));
  EXPECT_EQ(Approve(100).state, RunState::kSucceeded);
  EXPECT_EQ(world_.Sync(Contacts(75)).state, RunState::kSucceeded);
  EXPECT_EQ(world_.Sync(Contacts(74)).state, RunState::kHeld);
}

TEST_F(SyncRunnerTest, TheNextSnapshotReplacesAHold) {
  world_.Sync(Contacts(100));
  world_.Sync(Contacts(40));
  const RunReport still_held = world_.Sync(Contacts(50));
  EXPECT_EQ(Status().hold->run, still_held.id);
  EXPECT_EQ(Status().hold->removals, 50);
  world_.Sync(Contacts(100));
  EXPECT_FALSE(Status().hold.has_value());
  EXPECT_THAT(world_.OnList(), SizeIs(100));
}

TEST_F(SyncRunnerTest, AnEmptySnapshotRemovesNobody) {
  world_.Sync(Contacts(3));
  const RunReport report = world_.Sync(std::vector<std::string>());
  EXPECT_EQ(report.state, RunState::kHeld);
  EXPECT_EQ(world_.OnList(), SetOf(Contacts(3)));
}

TEST_F(SyncRunnerTest, HeldAddsAreNotSentUntilApproved) {
  world_.Sync(Contacts(1));
  world_.target.limits.min_added = 10;
  EXPECT_EQ(world_.Sync(Contacts(20)).state, RunState::kHeld);
  EXPECT_THAT(world_.OnList(), SizeIs(1));
  EXPECT_EQ(Status().hold->adds, 19);
  RunOptions options;
  options.approval.adds = 19;
  EXPECT_EQ(world_.Sync(options).state, RunState::kSucceeded);
  EXPECT_THAT(world_.OnList(), SizeIs(20));
}

}  // namespace
}  // namespace cohort_sync
