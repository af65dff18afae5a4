// What the dispatcher makes of answers that are not "delivered".
#include <set>
#include <string>
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

TEST_F(DispatcherTest, AnOutageIsToldWithItsCauseAndOnlyWhileItLasts) {
  std::set<std::string> told;
  std::string last;
  observer_ = [&](const DeliveryProgress& progress) {
    told.insert(progress.limit.reason);
    last = progress.limit.reason;
  };
  Commit(Contacts(20));
  world_.destination.FailNext(12, {Verdict::kNotSent, "no connection", {}, {}});
  static_cast<void>(Deliver());
  EXPECT_THAT(told, ElementsAre("", "no connection"));
  EXPECT_EQ(last, "");
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
  EXPECT_GE(CallTimes().back(), 1'500s);
}

}  // namespace
}  // namespace cohort_sync
