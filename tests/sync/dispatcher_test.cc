#include "sync/dispatcher.h"

#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sync/dispatcher_fixture.h"

namespace cohort_sync {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

// ---- The straight way ----

TEST_F(DispatcherTest, PutsEveryAddOnTheListWithOneCallEach) {
  const std::vector<std::string> contacts = Contacts(50);
  Commit(contacts);
  const DeliveryReport report = Deliver();
  EXPECT_EQ(report.end, DeliveryEnd::kDone);
  EXPECT_EQ(report.reason, "");
  EXPECT_EQ(report.counts.calls, 50);
  EXPECT_EQ(report.counts.delivered, 50);
  EXPECT_EQ(report.counts.pending, 0);
  EXPECT_EQ(world_.OnList(), SetOf(contacts));
  EXPECT_THAT(world_.destination.calls(), SizeIs(50));
}

TEST_F(DispatcherTest, WithNothingOpenMakesNoCall) {
  Commit({});
  EXPECT_EQ(Deliver().end, DeliveryEnd::kDone);
  EXPECT_THAT(world_.destination.calls(), IsEmpty());
}

TEST_F(DispatcherTest, SendsRemovalsBeforeAddsAndEachInOrder) {
  Commit({"a", "b"});
  EXPECT_EQ(Deliver().counts.delivered, 2);
  world_.destination.ForgetCalls();
  Commit({"c", "d"}, {"b", "a"});
  settings_.concurrency = 1;
  EXPECT_EQ(Deliver().counts.delivered, 4);
  EXPECT_THAT(world_.destination.lines(), ElementsAre("remove b", "remove a", "add c", "add d"));
}

TEST_F(DispatcherTest, KeepsAsManyCallsInFlightAsTheWindowHolds) {
  Commit(Contacts(40));
  world_.destination.HoldAnswers(4);
  std::size_t called = 0;
  world_.destination.on_deliver = [&](const Delivery&) {
    if (++called == 40) world_.destination.ReleaseAnswers();
  };
  EXPECT_EQ(Deliver().counts.delivered, 40);
  EXPECT_EQ(world_.destination.most_in_flight(), 4U);
}

TEST_F(DispatcherTest, StaysUnderTheConfiguredRate) {
  settings_.requests_per_second = 20;
  Commit(Contacts(100));
  EXPECT_EQ(Deliver().counts.delivered, 100);
  const std::vector<Duration> times = CallTimes();
  for (std::size_t i = 22; i < times.size(); ++i)  // 20 a second, and a depth of 2.
    EXPECT_GT(times[i] - times[i - 22], 1s) << i;
  EXPECT_LE(times.back(), 5s);
}

TEST_F(DispatcherTest, ReportsProgressUpToTheTotal) {
  std::vector<DeliveryProgress> seen;
  observer_ = [&seen](const DeliveryProgress& progress) { seen.push_back(progress); };
  Commit(Contacts(10));
  world_.destination.Always("c3@x.org", ScriptedVerdict{Verdict::kRefused, "no", {}, {}});
  static_cast<void>(Deliver());
  ASSERT_FALSE(seen.empty());
  EXPECT_EQ(seen.front().done, 0);
  EXPECT_EQ(seen.back().done, 10);
  for (std::size_t i = 1; i < seen.size(); ++i) {
    EXPECT_GE(seen[i].done, seen[i - 1].done);
    EXPECT_EQ(seen[i].total, 10);
  }
}

// ---- R2 ----

TEST_F(DispatcherTest, R2EveryClaimIsInTheStateBeforeItsCallLeaves) {
  Commit(Contacts(30));
  std::size_t seen = 0;
  world_.destination.on_deliver = [&](const Delivery& delivery) {
    EXPECT_EQ(world_.StoredOperation(delivery.contact), "add in_flight 0");
    ++seen;
  };
  EXPECT_EQ(Deliver().counts.delivered, 30);
  EXPECT_EQ(seen, 30U);
}

struct PowerCut {};

TEST_F(DispatcherTest, R2WhatWasInFlightWhenTheProcessEndedIsSentAgain) {
  Commit(Contacts(30));
  int calls = 0;
  world_.destination.on_deliver = [&calls](const Delivery&) {
    if (++calls == 12) throw PowerCut();
  };
  EXPECT_THROW(static_cast<void>(Deliver()), PowerCut);
  world_.destination.on_deliver = {};
  world_.Reopen();
  EXPECT_EQ(Deliver().end, DeliveryEnd::kDone);
  EXPECT_EQ(world_.OnList(), SetOf(Contacts(30)));
  EXPECT_EQ(CountStored(Contacts(30), "add delivered 1"), 30U);
}

TEST_F(DispatcherTest, R2ALeaveAfterACrashWaitsUntilTheLostAddCannotArrive) {
  Commit({"a"});
  world_.destination.on_deliver = [](const Delivery&) { throw PowerCut(); };
  EXPECT_THROW(static_cast<void>(Deliver()), PowerCut);
  world_.destination.on_deliver = {};
  world_.Reopen();
  Commit({}, {"a"});
  const TimePoint reopened_at = world_.clock.Now();
  EXPECT_EQ(Deliver().counts.delivered, 1);
  EXPECT_THAT(world_.destination.lines(), ElementsAre("remove a"));
  EXPECT_EQ(world_.clock.Now() - reopened_at, 60s);
}

// ---- R1, R4, R5 ----

TEST_F(DispatcherTest, R4JoiningAndLeavingBeforeDeliveryCostsNoCall) {
  Commit({"a", "b"});
  Commit({}, {"a"});
  const DeliveryReport report = Deliver();
  EXPECT_THAT(world_.destination.lines(), ElementsAre("add b"));
  EXPECT_EQ(report.counts.unneeded, 1);
  EXPECT_EQ(report.counts.delivered, 1);
  EXPECT_EQ(world_.StoredOperation("a"), "remove unneeded 0");
}

TEST_F(DispatcherTest, R4ALeaveDuringTheCallOfAnAddIsSentAfterIt) {
  Commit({"a"});
  bool left = false;
  world_.destination.on_deliver = [&](const Delivery&) {
    if (!std::exchange(left, true)) Commit({}, {"a"});
  };
  EXPECT_EQ(Deliver().counts.delivered, 2);
  EXPECT_THAT(world_.destination.lines(), ElementsAre("add a", "remove a"));
  EXPECT_THAT(world_.OnList(), IsEmpty());
}

TEST_F(DispatcherTest, R3ALeaveBehindARefusedAddSendsNothing) {
  Commit({"a"});
  world_.destination.MakeList("ActiveUsers", {"a"});  // Somebody else's.
  world_.destination.FailNext(1, {Verdict::kRefused, "blocked", {}, {}});
  EXPECT_EQ(Deliver().counts.refused, 1);
  Commit({}, {"a"});
  EXPECT_EQ(Deliver().counts.unneeded, 1);
  EXPECT_THAT(world_.destination.lines(), ElementsAre("add a"));
  EXPECT_THAT(world_.OnList(), ElementsAre("a"));
}

TEST_F(DispatcherTest, R5ALeaveWaitsUntilALateAddHasArrived) {
  Commit({"a"});
  bool left = false;
  world_.destination.on_deliver = [&](const Delivery&) {
    if (!std::exchange(left, true)) Commit({}, {"a"});
  };
  world_.destination.FailNext(1, {Verdict::kUnknown, "timed out", {}, 59s});
  EXPECT_EQ(Deliver().counts.delivered, 1);
  EXPECT_THAT(world_.destination.lines(), ElementsAre("add a", "remove a"));
  EXPECT_THAT(CallTimes(), ElementsAre(0s, 60s));
  world_.clock.Advance(10min);
  EXPECT_THAT(world_.OnList(), IsEmpty());
}

TEST_F(DispatcherTest, R5ALeaveWaitsEvenWhenARepeatOfTheLostAddWasAcknowledged) {
  Commit({"a"});
  world_.destination.FailNext(1, {Verdict::kUnknown, "timed out", {}, 55s});
  EXPECT_EQ(Deliver().counts.delivered, 1);
  EXPECT_THAT(CallTimes(), ElementsAre(0s, 500ms));
  Commit({}, {"a"});
  EXPECT_EQ(Deliver().counts.delivered, 1);
  EXPECT_THAT(CallTimes(), ElementsAre(0s, 500ms, 60s));
  world_.clock.Advance(10min);
  EXPECT_THAT(world_.OnList(), IsEmpty());
}

// ---- Interruption ----

TEST_F(DispatcherTest, AfterAStopNothingIsSentAndWhatWasClaimedIsPendingAgain) {
  std::stop_source stop;
  Commit(Contacts(20));
  settings_.concurrency = 3;
  int calls = 0;
  world_.destination.on_deliver = [&](const Delivery&) {
    if (++calls == 3) stop.request_stop();
  };
  const DeliveryReport report = Deliver(stop.get_token());
  EXPECT_EQ(report.end, DeliveryEnd::kInterrupted);
  EXPECT_EQ(report.reason, "");
  EXPECT_EQ(report.counts.delivered, 3);
  EXPECT_EQ(report.counts.pending, 17);
  EXPECT_EQ(CountStored(Contacts(20), "add pending 0"), 17U);
}

TEST_F(DispatcherTest, AfterAStopTheAnswersOfCallsInFlightAreAwaited) {
  std::stop_source stop;
  Commit(Contacts(20));
  world_.destination.HoldAnswers(1'000);
  int calls = 0;
  world_.destination.on_deliver = [&](const Delivery&) {
    if (++calls == 4) {
      stop.request_stop();
      world_.destination.ReleaseAnswers();
    }
  };
  const DeliveryReport report = Deliver(stop.get_token());
  EXPECT_EQ(report.end, DeliveryEnd::kInterrupted);
  EXPECT_EQ(world_.destination.in_flight(), 0U);
  EXPECT_EQ(report.counts.delivered, 4);
  EXPECT_EQ(CountStored(Contacts(20), "add delivered 1"), 4U);
  EXPECT_EQ(CountStored(Contacts(20), "add pending 0"), 16U);
}

// A person who pressed Ctrl-C has to see that it was heard, also while answers take long.
TEST_F(DispatcherTest, AStopIsToldBeforeTheAnswersOfCallsInFlight) {
  std::stop_source stop;
  Commit(Contacts(20));
  int calls = 0;
  world_.destination.on_deliver = [&](const Delivery&) {
    if (++calls == 9) world_.destination.HoldAnswers(1'000);
    if (calls == 12) stop.request_stop();
  };
  observer_ = [&](const DeliveryProgress& progress) {
    if (!stop.stop_requested() || progress.ended) return;
    EXPECT_LT(progress.done, 12);
    world_.destination.ReleaseAnswers();
  };
  EXPECT_EQ(Deliver(stop.get_token()).counts.delivered, 12);
}

TEST_F(DispatcherTest, AStopBeforeTheStartSendsNothing) {
  std::stop_source stop;
  stop.request_stop();
  Commit(Contacts(20));
  EXPECT_EQ(Deliver(stop.get_token()).end, DeliveryEnd::kInterrupted);
  EXPECT_THAT(world_.destination.calls(), IsEmpty());
  EXPECT_EQ(CountStored(Contacts(20), "add pending 0"), 20U);
}

TEST_F(DispatcherTest, AStopEndsAWaitForTheNextAttempt) {
  std::stop_source stop;
  Commit({"a"});
  world_.destination.Always("a", ScriptedVerdict{Verdict::kNotSent, "connection refused", {}, {}});
  observer_ = [&](const DeliveryProgress&) {
    if (world_.destination.calls().size() == 2) stop.request_stop();
  };
  EXPECT_EQ(Deliver(stop.get_token()).end, DeliveryEnd::kInterrupted);
  EXPECT_THAT(world_.destination.calls(), SizeIs(2));
  EXPECT_EQ(world_.StoredOperation("a"), "add pending 2");
}

}  // namespace
}  // namespace cohort_sync
