#include "sync/dispatcher.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sync/sync_world.h"

namespace cohort_sync {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class DispatcherTest : public testing::Test {
 protected:
  DispatcherTest() {
    settings_.concurrency = 4;
    settings_.requests_per_second = 0;
  }

  void Commit(const std::vector<std::string>& add, const std::vector<std::string>& remove = {}) {
    binding_ = world_.Commit(add, remove).binding;
  }

  DeliveryReport Deliver(const std::stop_token& stop = {}) {
    Dispatcher dispatcher(
        world_.store(), world_.destination, world_.clock, world_.random, settings_);
    return dispatcher.Deliver(binding_, ListName("ActiveUsers"), observer_, stop);
  }

  // When the calls left, counted from the first.
  [[nodiscard]] std::vector<Duration> CallTimes() const {
    std::vector<Duration> times;
    const std::vector<RecordedCall> calls = world_.destination.calls();
    for (const RecordedCall& call : calls)
      times.push_back(call.at - calls.front().at);
    return times;
  }

  [[nodiscard]] std::size_t CountStored(const std::vector<std::string>& contacts,
                                        const std::string& stored) const {
    return static_cast<std::size_t>(
        std::count_if(contacts.begin(), contacts.end(), [&](const std::string& contact) {
          return world_.StoredOperation(contact) == stored;
        }));
  }

  SyncWorld world_;
  DeliverySettings settings_;
  BindingId binding_;
  DeliveryObserver observer_;
};

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

// ---- Repeating ----

TEST_F(DispatcherTest, RepeatsWhatFailedAfterGrowingWaitsAndParksItWhenAttemptsAreUsedUp) {
  Commit({"a"});
  world_.destination.Always("a", ScriptedVerdict{Verdict::kNotSent, "connection refused", {}, {}});
  const DeliveryReport report = Deliver();
  EXPECT_EQ(report.end, DeliveryEnd::kDone);
  EXPECT_THAT(CallTimes(),
              ElementsAre(0ms, 500ms, 1'500ms, 3'500ms, 7'500ms, 15'500ms, 31'500ms, 63'500ms));
  EXPECT_EQ(report.counts.exhausted, 1);
  EXPECT_EQ(report.counts.parked, 1);
  EXPECT_EQ(report.counts.pending, 0);
  EXPECT_EQ(world_.StoredOperation("a"), "add parked 8");
}

TEST_F(DispatcherTest, RepeatsNoSoonerThanTheDestinationAsked) {
  Commit({"a"});
  world_.destination.FailNext(1, {Verdict::kUnknown, "http 503", 30s, {}});
  EXPECT_EQ(Deliver().counts.delivered, 1);
  EXPECT_THAT(CallTimes(), ElementsAre(0s, 30s));
  EXPECT_EQ(world_.StoredOperation("a"), "add delivered 2");
}

TEST_F(DispatcherTest, OneContactThatFailsHoldsUpNobodyElse) {
  Commit(Contacts(40));
  world_.destination.Always("c0@x.org", ScriptedVerdict{Verdict::kUnknown, "http 500", {}, {}});
  const DeliveryReport report = Deliver();
  EXPECT_EQ(report.counts.delivered, 39);
  EXPECT_EQ(report.counts.exhausted, 1);
  const std::vector<RecordedCall> calls = world_.destination.calls();
  for (const RecordedCall& call : calls)
    EXPECT_TRUE(call.contact == "c0@x.org" || call.at == calls.front().at) << call.contact;
}

// ---- Throttling ----

TEST_F(DispatcherTest, ThrottlingPausesItsLaneAndSpendsNoAttempt) {
  Commit({"a"});
  EXPECT_EQ(Deliver().counts.delivered, 1);
  world_.destination.ForgetCalls();
  settings_.concurrency = 1;
  Commit({"b", "c"}, {"a"});
  world_.destination.FailNext(1, {Verdict::kThrottled, "http 429", 7s, {}});
  EXPECT_EQ(Deliver().counts.delivered, 3);
  // The adds have a lane of their own.
  EXPECT_THAT(world_.destination.lines(), ElementsAre("remove a", "add b", "add c", "remove a"));
  EXPECT_THAT(CallTimes(), ElementsAre(0s, 0s, 0s, 7s));
  EXPECT_EQ(world_.StoredOperation("a"), "remove delivered 1");
}

TEST_F(DispatcherTest, ThrottlingWithoutATimePausesLongerUpToTheCapAndNeverParks) {
  Commit({"a"});
  settings_.retry.cap = 8s;
  world_.destination.FailNext(12, {Verdict::kThrottled, "http 429", {}, {}});
  EXPECT_EQ(Deliver().counts.delivered, 1);
  const std::vector<Duration> times = CallTimes();
  ASSERT_THAT(times, SizeIs(13));
  EXPECT_EQ(times[1], 500ms);
  EXPECT_EQ(times[2], 1'500ms);
  EXPECT_EQ(times[3], 3'500ms);
  EXPECT_EQ(times[12] - times[11], 4s);
  EXPECT_EQ(world_.StoredOperation("a"), "add delivered 1");
}

TEST_F(DispatcherTest, GivesUpWhenTheDestinationOnlyAsksToWait) {
  Commit({"a"});
  world_.destination.Always("a", ScriptedVerdict{Verdict::kThrottled, "http 429", 60s, {}});
  const DeliveryReport report = Deliver();
  EXPECT_EQ(report.end, DeliveryEnd::kNoProgress);
  EXPECT_EQ(report.reason, "nothing could be delivered for 15 min: the destination asks to wait");
  EXPECT_EQ(world_.StoredOperation("a"), "add pending 0");
}

// ---- Refusals ----

TEST_F(DispatcherTest, ParksARefusedContactWithTheDestinationsWords) {
  Commit(Contacts(10));
  world_.destination.Always("c4@x.org",
                            ScriptedVerdict{Verdict::kRefused, "invalid channel", {}, {}});
  world_.destination.Always("c5@x.org",
                            ScriptedVerdict{Verdict::kUnknownContact, "no such contact", {}, {}});
  const DeliveryReport report = Deliver();
  EXPECT_EQ(report.end, DeliveryEnd::kDone);
  EXPECT_EQ(report.counts.refused, 1);
  EXPECT_EQ(report.counts.parked, 1);
  EXPECT_EQ(report.counts.unknown_contacts, 1);
  EXPECT_EQ(report.counts.delivered, 8);
  EXPECT_EQ(report.counts.calls, 10);
  const auto parked = world_.history()->ParkedOperations(RunId(1));
  ASSERT_THAT(parked, SizeIs(2));
  EXPECT_EQ(parked[0].contact, "c4@x.org");
  EXPECT_EQ(parked[0].park_reason, ParkReason::kRefused);
  EXPECT_EQ(parked[0].reason, "invalid channel");
  EXPECT_EQ(parked[1].park_reason, ParkReason::kUnknownContact);
}

class RefusalsTest : public DispatcherTest {
 protected:
  // Of `total` adds the first `refused` are refused.
  DeliveryReport Refuse(std::size_t refused, std::size_t total) {
    settings_.concurrency = 1;
    Commit(Contacts(total));
    for (const std::string& contact : Contacts(refused))
      world_.destination.Always(contact, ScriptedVerdict{Verdict::kRefused, "blocked", {}, {}});
    return Deliver();
  }
};

TEST_F(RefusalsTest, NineteenNeverStopTheBinding) {
  const DeliveryReport report = Refuse(19, 19);
  EXPECT_EQ(report.end, DeliveryEnd::kDone);
  EXPECT_EQ(report.counts.parked, 19);
}

TEST_F(RefusalsTest, TwentyOfFewStopItWithTheRestPending) {
  const DeliveryReport report = Refuse(50, 50);
  EXPECT_EQ(report.end, DeliveryEnd::kBindingStopped);
  EXPECT_EQ(report.reason, "20 of 50 operations were refused (more than 5 %), last: blocked");
  EXPECT_EQ(report.counts.parked, 20);
  EXPECT_EQ(report.counts.pending, 30);
  EXPECT_THAT(world_.destination.calls(), SizeIs(20));
  EXPECT_EQ(CountStored(Contacts(30, 20), "add pending 0"), 30U);
}

TEST_F(RefusalsTest, FivePercentPassAndOneMoreStops) {
  EXPECT_EQ(Refuse(21, 420).end, DeliveryEnd::kDone);
}

TEST_F(RefusalsTest, OneMoreThanFivePercentStops) {
  const DeliveryReport report = Refuse(21, 419);
  EXPECT_EQ(report.end, DeliveryEnd::kBindingStopped);
  EXPECT_EQ(report.counts.pending, 419 - 21);
}

class StoppingVerdictTest : public DispatcherTest {
 protected:
  void ExpectStop(Verdict verdict, DeliveryEnd end) {
    Commit(Contacts(20));
    settings_.concurrency = 3;
    world_.destination.Always("c4@x.org", ScriptedVerdict{verdict, "no list ActiveUsers", {}, {}});
    const DeliveryReport report = Deliver();
    EXPECT_EQ(report.end, end);
    EXPECT_EQ(report.reason, "no list ActiveUsers");
    EXPECT_EQ(report.counts.delivered + report.counts.pending, 20);
    EXPECT_EQ(report.counts.parked, 0);
    EXPECT_THAT(world_.destination.calls(), SizeIs(6));  // The windows that were already open.
    EXPECT_EQ(CountStored(Contacts(20), "add delivered 1"), 5U);
    EXPECT_EQ(CountStored(Contacts(20), "add pending 0"), 15U);
  }
};

TEST_F(StoppingVerdictTest, ARefusedListStopsTheBindingWithEverythingElsePending) {
  ExpectStop(Verdict::kListRefused, DeliveryEnd::kBindingStopped);
}

TEST_F(StoppingVerdictTest, ARefusedCredentialStopsTheDestinationWithEverythingElsePending) {
  ExpectStop(Verdict::kDestinationRefused, DeliveryEnd::kDestinationStopped);
}

// ---- Outages ----

TEST_F(DispatcherTest, AnOutageIsProbedByOneCallAtATimeWithGrowingPauses) {
  Commit(Contacts(20));
  world_.destination.FailNext(12, {Verdict::kNotSent, "connection refused", {}, {}});
  const DeliveryReport report = Deliver();
  EXPECT_EQ(report.end, DeliveryEnd::kDone);
  EXPECT_EQ(report.counts.delivered, 20);
  EXPECT_EQ(report.counts.parked, 0);
  // Two windows of four leave before the fifth failure in a row is known; then probes.
  const std::vector<Duration> times = CallTimes();
  ASSERT_GE(times.size(), 13U);
  EXPECT_EQ(times[7], 0s);
  EXPECT_EQ(times[8], 4s);  // Eight failures are four beyond: 0.5 s doubled three times.
  EXPECT_EQ(times[9], 12s);
  EXPECT_EQ(times[10], 28s);
  EXPECT_EQ(times[11], 60s);
  EXPECT_EQ(times[12], 124s);
}

TEST_F(DispatcherTest, AnOutageSpendsNoAttempts) {
  const std::vector<std::string> contacts = Contacts(4);
  Commit(contacts);
  settings_.concurrency = 1;
  world_.destination.FailNext(12, {Verdict::kUnknown, "http 503", {}, {}});
  EXPECT_EQ(Deliver().counts.delivered, 4);
  // Four failures were spent before it was an outage, and one for each delivery.
  int attempts = 0;
  for (const std::string& contact : contacts)
    attempts += std::stoi(world_.StoredOperation(contact).substr(sizeof("add delivered")));
  EXPECT_EQ(attempts, 4 + 4);
}

TEST_F(DispatcherTest, GivesUpAfterFifteenMinutesWithoutProgressAndKeepsEverythingPending) {
  const std::vector<std::string> contacts = Contacts(30);
  Commit(contacts);
  world_.destination.FailNext(1'000, {Verdict::kNotSent, "connection refused", {}, {}});
  const TimePoint start = world_.clock.Now();
  const DeliveryReport report = Deliver();
  EXPECT_EQ(report.end, DeliveryEnd::kNoProgress);
  EXPECT_EQ(report.reason, "nothing could be delivered for 15 min: connection refused");
  EXPECT_EQ(report.counts.pending, 30);
  EXPECT_EQ(report.counts.parked, 0);
  EXPECT_EQ(world_.clock.Now() - start, 15min);
}

TEST_F(DispatcherTest, ProgressStartsTheFifteenMinutesAgain) {
  settings_.concurrency = 1;
  settings_.retry.cap = 60s;
  settings_.requests_per_second = 0.002;  // A call every 500 s.
  Commit(Contacts(4));
  EXPECT_EQ(Deliver().end, DeliveryEnd::kDone);
  EXPECT_EQ(CallTimes().back(), 1'500s);
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
