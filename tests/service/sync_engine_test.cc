#include "service/sync_engine.h"

#include <atomic>
#include <deque>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/database_error.h"
#include "base/format.h"
#include "storage/sqlite_history.h"
#include "storage/sqlite_inbox.h"
#include "storage/sqlite_sync_store.h"
#include "support/fake_clock.h"
#include "support/fake_list_destination.h"
#include "support/fake_push_format.h"
#include "support/fake_random.h"
#include "support/fake_snapshot_source.h"
#include "support/temp_dir.h"

namespace cohort_sync {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class SyncEngineTest : public testing::Test {
 protected:
  // One configured sync: cohort "a" goes to the list "a" with the contact a@x.org.
  struct Sync {
    explicit Sync(const Clock& clock) : source(clock) {}
    FakeSnapshotSource source;
    SyncTarget target;
  };

  SyncEngineTest() {
    store_ = std::move(SqliteSyncStore::Open(dir_.File("state.db"), clock_, random_).value());
    shared_store_ = std::make_unique<SharedStore>(*store_, tasks_);
    MakeEngine();
  }

  void MakeEngine() {
    engine_ = std::make_unique<SyncEngine>(SyncEngine::Parts{
        *store_, *shared_store_, tasks_, wakeup_, clock_, shared_random_, stop_.get_token()});
  }

  Sync& Configure(const std::string& cohort) {
    Sync& sync = syncs_.emplace_back(clock_);
    sync.source.cohort_name = cohort;
    sync.source.values = {cohort + "@x.org"};
    sync.target.key = {ProjectName("web"), CohortId(cohort), DestinationName("cordial")};
    sync.target.identifier = {"email", "email"};
    sync.target.account = DestinationName("cordial");
    sync.target.delivery.requests_per_second = 0;
    sync.target.source = &sync.source;
    sync.target.destination = &destination_;
    return sync;
  }

  void Enqueue(const Sync& sync, RunRequest::Kind kind = RunRequest::Kind::kSync) {
    RunRequest request;
    request.kind = kind;
    request.target = &sync.target;
    Enqueue(std::move(request));
  }
  void Enqueue(RunRequest request) {
    const std::string cohort = request.target->key.cohort.value();
    request.done = [this, cohort](auto report) {
      ended_.push_back(cohort);
      reports_[cohort] = std::move(report);
    };
    engine_->Enqueue(std::move(request));
  }
  void Run() {
    while (!engine_->idle())
      engine_->Turn(1min);
  }
  [[nodiscard]] const RunReport& ReportOf(const std::string& cohort) {
    return reports_.at(cohort).value().value();
  }

  TempDir dir_;
  FakeClock clock_;
  FakeRandom random_;
  LockedRandom shared_random_{random_};
  std::shared_ptr<Wakeup> wakeup_ = std::make_shared<Wakeup>();
  TaskQueue tasks_{wakeup_};
  std::unique_ptr<SqliteSyncStore> store_;
  std::unique_ptr<SharedStore> shared_store_;
  FakeListDestination destination_{clock_};
  std::stop_source stop_;
  std::deque<Sync> syncs_;
  std::vector<std::string> ended_;
  std::map<std::string, std::optional<Result<RunReport>>> reports_;
  std::unique_ptr<SyncEngine> engine_;
};

// A pushed cohort "a" beside a real inbox.
class PushedEngineTest : public SyncEngineTest {
 protected:
  PushedEngineTest() {
    inbox_ = std::move(SqliteInbox::Open(dir_.File("inbox"), clock_, random_).value());
    sync_.target.push = PushInput{inbox_.get(), &format_};
  }

  // "u1 a1@x.org" enters, or "u1" leaves.
  void Put(ChangeDirection direction, const std::string& body) {
    ReceivedBatch received;
    received.head.cohort = sync_.target.key.cohort;
    received.head.cohort_name = "a";
    received.head.direction = direction;
    received.head.members = 1;
    received.received_at = clock_.Now();
    received.body = body;
    std::promise<void> stored;
    inbox_->Store(std::move(received), [&](const auto&) { stored.set_value(); });
    stored.get_future().wait();
    clock_.Advance(1s);
  }
  void Push() { Enqueue(sync_, RunRequest::Kind::kPush); }
  // Until its batches are planned.
  void Plan() {
    Push();
    while (engine_->TakesBatches(sync_.target.key))
      engine_->Turn(1min);
  }

  Sync& sync_ = Configure("a");
  FakePushFormat format_;
  std::unique_ptr<SqliteInbox> inbox_;
};

TEST_F(PushedEngineTest, APushIsPlannedWhileItsListIsDelivered) {
  destination_.Hang("a1@x.org");
  Put(ChangeDirection::kEnter, "u1 a1@x.org");
  Plan();
  Put(ChangeDirection::kEnter, "u2 a2@x.org");
  Plan();
  Put(ChangeDirection::kEnter, "u3 a3@x.org");
  Plan();
  while (destination_.ContactsOf("a").size() < 3)
    engine_->Turn(1min);
  EXPECT_THAT(ended_, IsEmpty());  // The first call still hangs.
  destination_.AnswerHanging(1);
  Run();
  EXPECT_THAT(ended_, SizeIs(3));
  for (const RunReport& run :
       (*SqliteHistory::Open(dir_.File("state.db")))->Runs(9, std::nullopt)) {
    EXPECT_EQ(run.state, RunState::kSucceeded);
    EXPECT_EQ(run.counts.added, 1);
  }
}

TEST_F(PushedEngineTest, WhoLeavesDuringADeliveryIsOffAtItsEnd) {
  destination_.Hang("a1@x.org");
  Put(ChangeDirection::kEnter, "u1 a1@x.org");
  Plan();
  engine_->Turn(1ms);
  Put(ChangeDirection::kLeave, "u1");
  Plan();
  destination_.AnswerHanging(2);
  Run();
  EXPECT_THAT(destination_.ContactsOf("a"), IsEmpty());
}

TEST_F(PushedEngineTest, APushWaitsForTheReadOfItsSnapshot) {
  std::promise<void> read;
  sync_.source.on_fetch = [done = read.get_future().share()] { done.wait(); };
  Put(ChangeDirection::kEnter, "u1 a1@x.org");
  Enqueue(sync_);
  engine_->Turn(1ms);
  Push();
  engine_->Turn(1ms);
  EXPECT_TRUE(engine_->TakesBatches(sync_.target.key));
  read.set_value();
  Run();
  EXPECT_THAT(ended_, SizeIs(2));
}

TEST_F(PushedEngineTest, NothingPushedEndsWithoutARun) {
  Push();
  Run();
  EXPECT_THAT(ended_, ElementsAre("a"));
  EXPECT_FALSE(reports_.at("a").has_value());
  Push();  // The next may follow.
  Run();
}

TEST_F(SyncEngineTest, EveryRunEndsWithItsList) {
  for (const char* cohort : {"a", "b", "c"})
    Enqueue(Configure(cohort));
  Run();
  for (const char* cohort : {"a", "b", "c"}) {
    EXPECT_EQ(ReportOf(cohort).state, RunState::kSucceeded) << cohort;
    EXPECT_THAT(destination_.ContactsOf(cohort), ElementsAre(std::string(cohort) + "@x.org"));
  }
}

TEST_F(SyncEngineTest, ACohortIsReadAndDeliveredWhileAnotherListHangs) {
  destination_.Hang("a@x.org");
  Enqueue(Configure("a"));
  Enqueue(Configure("b"));
  while (!reports_.contains("b"))
    engine_->Turn(1min);
  EXPECT_THAT(ended_, ElementsAre("b"));
  EXPECT_TRUE(engine_->Runs(syncs_[0].target.key));
  EXPECT_FALSE(engine_->Runs(syncs_[1].target.key));
  destination_.AnswerHanging(1);
  Run();
  EXPECT_THAT(ended_, ElementsAre("b", "a"));
  EXPECT_EQ(ReportOf("a").state, RunState::kSucceeded);
}

TEST_F(SyncEngineTest, DeliveryGoesOnWhileAnotherCohortIsRead) {
  std::promise<void> delivered;
  Configure("a").source.values = {"a1@x.org", "a2@x.org", "a3@x.org"};
  Configure("b").source.on_fetch = [done = delivered.get_future().share()] { done.wait(); };
  for (const Sync& sync : syncs_)
    Enqueue(sync);
  while (!reports_.contains("a"))
    engine_->Turn(1min);
  EXPECT_EQ(ReportOf("a").delivery.delivered, 3);
  delivered.set_value();
  Run();
  EXPECT_EQ(ReportOf("b").delivery.delivered, 1);
}

TEST_F(SyncEngineTest, AStopEndsWhatIsReadAndDropsWhatWaits) {
  Configure("a").source.on_fetch = [this] { stop_.request_stop(); };
  Configure("b");
  for (const Sync& sync : syncs_)
    Enqueue(sync);
  Run();
  EXPECT_EQ(ReportOf("a").state, RunState::kInterrupted);
  EXPECT_FALSE(reports_.at("b").has_value());
  EXPECT_THAT(syncs_[1].source.requests, IsEmpty());
}

TEST_F(SyncEngineTest, AStopWaitsForCallsInFlight) {
  destination_.Hang("a@x.org");
  Enqueue(Configure("a"));
  while (destination_.calls().empty())
    engine_->Turn(1ms);
  stop_.request_stop();
  engine_->Turn(1ms);
  EXPECT_FALSE(engine_->idle());
  destination_.AnswerHanging(1);
  Run();
  EXPECT_EQ(ReportOf("a").state, RunState::kInterrupted);
  EXPECT_EQ(ReportOf("a").delivery.delivered, 1);
}

TEST_F(SyncEngineTest, AfterARefusedCredentialNothingIsReadOrSentForAQuarterOfAnHour) {
  destination_.blocking_error = Error(ErrorCode::kUnauthorized, "401: wrong key");
  Enqueue(Configure("a"));
  Enqueue(Configure("b"));
  Run();
  EXPECT_EQ(ReportOf("a").error, "401: wrong key");
  EXPECT_EQ(ReportOf("b").error,
            "nothing was read or sent: destination 'cordial' refused lately: 401: wrong key");
  EXPECT_THAT(syncs_[1].source.requests, IsEmpty());
  destination_.blocking_error.reset();
  clock_.Advance(14min);
  Enqueue(syncs_[1]);
  Run();
  EXPECT_EQ(ReportOf("b").state, RunState::kFailed);
  clock_.Advance(1min);
  Enqueue(syncs_[1]);
  Run();
  EXPECT_EQ(ReportOf("b").state, RunState::kSucceeded);
}

TEST_F(SyncEngineTest, OneOfSeveralPendingListsFindsOutWhetherTheCredentialIsTakenAgain) {
  const ScriptedVerdict refused{Verdict::kDestinationRefused, "401", {}, {}};
  for (const char* cohort : {"a", "b", "c"})
    Configure(cohort);
  destination_.FailNext(100, refused);
  for (const Sync& sync : syncs_)
    Enqueue(sync);
  Run();
  destination_.ForgetCalls();
  clock_.Advance(15min);
  for (const Sync& sync : syncs_)
    Enqueue(sync, RunRequest::Kind::kPending);
  Run();
  EXPECT_THAT(destination_.calls(), SizeIs(1));
  destination_.ForgetScript();
  clock_.Advance(15min);
  for (const Sync& sync : syncs_)
    Enqueue(sync, RunRequest::Kind::kPending);
  Run();
  EXPECT_THAT(destination_.ContactsOf("a"), ElementsAre("a@x.org"));
}

// A binding "a" whose second snapshot lost so many that the removals are held.
class HeldEngineTest : public SyncEngineTest {
 protected:
  HeldEngineTest() {
    sync_.source.values = Numbered(0, 100);
    Sync();
    sync_.source.values = Numbered(60, 101);
    Sync();
    hold_ = ReportOf("a").id;
  }

  static std::vector<std::string> Numbered(int first, int end) {
    std::vector<std::string> values;
    for (int i = first; i < end; ++i)
      values.push_back(Format("c{}@x.org", i));
    return values;
  }
  void Sync() {
    Enqueue(sync_);
    Run();
  }
  // How the approval ended.
  const Result<RunReport>& Approve(RunId hold) {
    RunRequest request;
    request.kind = RunRequest::Kind::kApproval;
    request.target = &sync_.target;
    request.hold = hold;
    Enqueue(std::move(request));
    Run();
    return *reports_.at("a");
  }

  SyncEngineTest::Sync& sync_ = Configure("a");
  RunId hold_;
};

TEST_F(HeldEngineTest, ApprovalRemovesWhatTheRunHeld) {
  EXPECT_THAT(destination_.ContactsOf("a"), SizeIs(101));
  const RunReport approved = Approve(hold_).value();
  EXPECT_EQ(approved.state, RunState::kSucceeded);
  EXPECT_EQ(approved.trigger, RunTrigger::kApproval);
  EXPECT_EQ(approved.counts.removed, 60);
  EXPECT_THAT(destination_.ContactsOf("a"), SizeIs(41));
  const RunReport stored =
      (*SqliteHistory::Open(dir_.File("state.db")))->FindRun(approved.id).value();
  EXPECT_EQ(stored.trigger, RunTrigger::kApproval);
  EXPECT_EQ(stored.approves, hold_);
  EXPECT_TRUE(stored.removals_approved);
}

TEST_F(HeldEngineTest, ApprovedRemovalsLeaveTheWindowFree) {
  ASSERT_TRUE(Approve(hold_).has_value());
  sync_.source.values = Numbered(80, 101);
  Sync();
  EXPECT_EQ(ReportOf("a").state, RunState::kSucceeded);
}

TEST_F(HeldEngineTest, ASecondApprovalIsRefused) {
  ASSERT_TRUE(Approve(hold_).has_value());
  EXPECT_EQ(Approve(hold_).error().message(),
            Format("what run {} held was approved already", hold_.value()));
}

TEST_F(HeldEngineTest, ApprovalOfAReplacedHoldNamesTheNewOne) {
  sync_.source.values = Numbered(70, 101);
  Sync();
  const RunId newer = ReportOf("a").id;
  EXPECT_EQ(Approve(hold_).error().message(),
            Format("what run {0} held was replaced by run {1}, which holds 70 removals and 0 adds; "
                   "'cohort-sync approve {1}' lets them through, 'cohort-sync discard {1}' drops "
                   "them",
                   hold_.value(),
                   newer.value()));
  EXPECT_THAT(destination_.ContactsOf("a"), SizeIs(101));
}

TEST_F(HeldEngineTest, ADiscardedHoldRemovesNobodyAndTheNextSnapshotIsJudgedAfresh) {
  store_->DiscardHold(hold_);
  EXPECT_EQ(
      Approve(hold_).error().message(),
      Format("what run {} held was discarded; the next snapshot is judged afresh", hold_.value()));
  Sync();
  EXPECT_EQ(ReportOf("a").state, RunState::kHeld);
  EXPECT_EQ(ReportOf("a").counts.held_removals, 60);
  EXPECT_THAT(destination_.ContactsOf("a"), SizeIs(101));
}

TEST_F(HeldEngineTest, ARunThatHeldNothingCannotBeApproved) {
  EXPECT_EQ(Approve(RunId(1)).error().message(),
            "run 1 holds nothing; 'cohort-sync status' names the runs that do");
}

TEST_F(HeldEngineTest, AnApprovalThatARefusedCredentialEndsLeavesTheWayFree) {
  destination_.blocking_error = Error(ErrorCode::kUnauthorized, "401: wrong key");
  Enqueue(Configure("b"));
  Run();
  const RunReport failed = Approve(hold_).value();
  EXPECT_EQ(failed.state, RunState::kFailed);
  EXPECT_EQ(failed.trigger, RunTrigger::kApproval);
  const RunReport stored =
      (*SqliteHistory::Open(dir_.File("state.db")))->FindRun(failed.id).value();
  EXPECT_EQ(stored.trigger, RunTrigger::kApproval);
  EXPECT_EQ(stored.approves, hold_);
  EXPECT_FALSE(engine_->TakesBatches(sync_.target.key));
  destination_.blocking_error.reset();
  clock_.Advance(15min);
  EXPECT_EQ(Approve(hold_).value().state, RunState::kSucceeded);
  EXPECT_THAT(destination_.ContactsOf("a"), SizeIs(41));
}

TEST_F(HeldEngineTest, ApprovalJoinsADeliveryOfItsBinding) {
  sync_.source.values = Numbered(60, 102);
  destination_.Hang("c101@x.org");
  Enqueue(sync_);
  while (destination_.calls().size() < 102)
    engine_->Turn(1ms);
  const RunId held = (*SqliteHistory::Open(dir_.File("state.db")))->Bindings().at(0).hold->run;
  RunRequest request;
  request.kind = RunRequest::Kind::kApproval;
  request.target = &sync_.target;
  request.hold = held;
  Enqueue(std::move(request));
  while (destination_.ContactsOf("a").size() > 42)
    engine_->Turn(1ms);
  destination_.AnswerHanging(1);
  Run();
  EXPECT_THAT(destination_.ContactsOf("a"), SizeIs(42));
}

TEST_F(SyncEngineTest, AStopOfOneBindingLeavesTheOthersAlone) {
  destination_.Hang("a@x.org");
  Enqueue(Configure("a"));
  Enqueue(Configure("b"));
  while (!reports_.contains("b"))
    engine_->Turn(1ms);
  syncs_[0].source.values.emplace_back("later@x.org");
  engine_->Stop(syncs_[0].target.key);
  engine_->Turn(1ms);
  destination_.AnswerHanging(1);
  Run();
  EXPECT_EQ(ReportOf("a").state, RunState::kInterrupted);
  EXPECT_EQ(ReportOf("b").state, RunState::kSucceeded);
  Enqueue(syncs_[0]);
  Run();
  EXPECT_EQ(ReportOf("a").state, RunState::kSucceeded);
  EXPECT_THAT(destination_.ContactsOf("a"), SizeIs(2));
}

TEST_F(SyncEngineTest, APlanIsMadeAndChangesNothing) {
  Configure("a");
  std::optional<Result<PreparedRun>> plan;
  RunRequest request;
  request.kind = RunRequest::Kind::kPlan;
  request.target = &syncs_[0].target;
  request.options.plan_only = true;
  request.planned = [&](Result<PreparedRun> made) { plan.emplace(std::move(made)); };
  engine_->Enqueue(std::move(request));
  Run();
  EXPECT_EQ(plan.value().value().counts.added, 1);
  EXPECT_THAT(destination_.calls(), IsEmpty());
  EXPECT_FALSE(store_->FindBinding(syncs_[0].target.key).has_value());
}

TEST_F(SyncEngineTest, NothingPendingIsNoRun) {
  Enqueue(Configure("a"), RunRequest::Kind::kPending);
  Run();
  EXPECT_FALSE(reports_.at("a").has_value());
}

TEST_F(SyncEngineTest, ARetryBeforeTheFirstSyncSaysSo) {
  Enqueue(Configure("a"), RunRequest::Kind::kRetry);
  Run();
  EXPECT_THAT(reports_.at("a").value().error().message(), HasSubstr("was never synced"));
}

TEST_F(SyncEngineTest, AFailedStateOnTheReadingThreadEndsTheTurn) {
  Configure("a").source.on_fetch = [] { throw DatabaseError("disk full"); };
  Enqueue(syncs_[0]);
  EXPECT_THROW(Run(), DatabaseError);
}

TEST_F(SyncEngineTest, EndsWhileTheReadingThreadWaitsForTheState) {
  std::promise<void> fetching;
  Configure("a").source.on_fetch = [&fetching] { fetching.set_value(); };
  Enqueue(syncs_[0]);
  engine_->Turn(0ms);
  // The fetch begins behind a look into the state, which this thread has to do.
  std::future<void> begun = fetching.get_future();
  while (begun.wait_for(0s) != std::future_status::ready)
    engine_->Turn(1ms);
  engine_.reset();  // Its plan is never committed: nobody runs what it asks for.
  EXPECT_THAT(destination_.calls(), IsEmpty());
}

}  // namespace
}  // namespace cohort_sync
