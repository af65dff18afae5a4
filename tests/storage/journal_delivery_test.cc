#include "storage/journal_delivery.h"

#include <gmock/gmock.h>

#include "storage/store_fixture.h"

namespace cohort_sync {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<std::string> ContactsOf(const Claimed& claimed) {
  std::vector<std::string> contacts;
  for (const Operation& operation : claimed.operations)
    contacts.push_back(operation.contact);
  return contacts;
}

class JournalDeliveryTest : public StoreTest {
 protected:
  Settlement Retry(OperationId id, cohort_sync::Outcome outcome, Duration after) {
    Settlement settlement = Outcome(id, outcome);
    settlement.retry_at = clock.Now() + after;
    settlement.reason = "http 503";
    settlement.http_status = 503;
    return settlement;
  }
};

TEST_F(JournalDeliveryTest, R2AClaimIsDurableBeforeTheRequestLeaves) {
  Commit({"a"});
  ASSERT_EQ(ContactsOf(Claim()), std::vector<std::string>{"a"});
  EXPECT_THAT(Journal(), ElementsAre("add a in_flight off"));
}

TEST_F(JournalDeliveryTest, R2WhatWasInFlightAtStartIsAnUnknownAttempt) {
  Commit({"a"});
  ASSERT_THAT(Claim().operations, SizeIs(1));
  Reopen();
  clock.Advance(Duration(5));
  store().Recover(clock.Now());
  EXPECT_THAT(Journal(), ElementsAre("add a pending unknown"));
  const Claimed again = Claim();
  ASSERT_THAT(again.operations, SizeIs(1));
  EXPECT_EQ(again.operations[0].attempts, 0);
  EXPECT_EQ(again.operations[0].unknown, (UnknownAttempt{OperationKind::kAdd, clock.Now()}));
}

TEST_F(JournalDeliveryTest, R2BehindALostRequestTheWaitingOperationTakesOver) {
  Commit({"a"});
  ASSERT_THAT(Claim().operations, SizeIs(1));
  Commit({}, {"a"});
  Reopen();
  store().Recover(clock.Now());
  EXPECT_THAT(Journal(), ElementsAre("add a superseded unknown", "remove a pending unknown"));
}

TEST_F(JournalDeliveryTest, R3ADefinitelyRefusedAddFollowedByALeaveSendsNothing) {
  Commit({"a"});
  Deliver(Outcome::kRefused);
  Commit({}, {"a"});
  const Claimed claimed = Claim();
  EXPECT_THAT(claimed.operations, IsEmpty());
  EXPECT_EQ(claimed.unneeded, 1);
  EXPECT_EQ(claimed.open, 0);
}

TEST_F(JournalDeliveryTest, R4TheWaitingOperationHasNoTurnBeforeTheSentOneIsSettled) {
  Commit({"a"});
  const Claimed sent = Claim();
  Commit({}, {"a"});
  EXPECT_THAT(Claim().operations, IsEmpty());
  const Claimed next = Settle({Outcome(sent.operations.at(0).id, Outcome::kDelivered)}, 10);
  ASSERT_THAT(next.operations, SizeIs(1));
  EXPECT_EQ(next.operations[0].kind, OperationKind::kRemove);
  EXPECT_EQ(next.operations[0].before, Membership::kOn);
}

TEST_F(JournalDeliveryTest, R4AnOperationThatIsAlreadyTrueClosesWithoutACall) {
  Commit({"a"});
  Deliver();
  Commit({}, {"a"});
  Commit({"a"});
  const Claimed claimed = Claim();
  EXPECT_THAT(claimed.operations, IsEmpty());
  EXPECT_EQ(claimed.unneeded, 1);
  EXPECT_THAT(Journal(),
              ElementsAre("add a delivered on", "remove a superseded on", "add a unneeded on"));
}

TEST_F(JournalDeliveryTest, R5TheOppositeOfAnUnknownAttemptWaits) {
  Commit({"a"});
  const OperationId lost = Claim().operations.at(0).id;
  Settle({Retry(lost, Outcome::kUnknown, Duration(1000))});
  const TimePoint earliest = clock.Now() + kSettleAfter;
  Commit({}, {"a"});

  Claimed claimed = Claim();
  EXPECT_THAT(claimed.operations, IsEmpty());
  EXPECT_EQ(claimed.next_turn, earliest);
  EXPECT_EQ(claimed.open, 1);
  clock.Advance(kSettleAfter - Duration(1));
  EXPECT_THAT(Claim().operations, IsEmpty());
  clock.Advance(Duration(1));
  EXPECT_THAT(ContactsOf(Claim()), ElementsAre("a"));
}

TEST_F(JournalDeliveryTest, R5AlsoWhenARepeatWasAcknowledged) {
  Commit({"a"});
  Settle({Retry(Claim().operations.at(0).id, Outcome::kUnknown, Duration(1000))});
  clock.Advance(Duration(1000));
  Deliver();
  Commit({}, {"a"});
  EXPECT_THAT(Claim().operations, IsEmpty());
  clock.Advance(kSettleAfter);
  EXPECT_THAT(ContactsOf(Claim()), ElementsAre("a"));
}

TEST_F(JournalDeliveryTest, R5WhileTheOppositeWaitsTheUnknownOneIsNotRepeated) {
  Commit({"a"});
  const OperationId sent = Claim().operations.at(0).id;
  Commit({}, {"a"});
  Settle({Retry(sent, Outcome::kUnknown, Duration(1000))});
  EXPECT_THAT(Journal(), ElementsAre("add a superseded unknown", "remove a pending unknown"));
}

TEST_F(JournalDeliveryTest, ClaimsRemovalsFirstThenAddsEachInOrder) {
  Commit({"a", "b"});
  Deliver();
  Commit({"c", "d"}, {"a", "b"});
  EXPECT_THAT(ContactsOf(Claim()), ElementsAre("a", "b", "c", "d"));
}

TEST_F(JournalDeliveryTest, DueRepeatsGoBeforeWhatWasNeverTried) {
  Commit({"a"});
  Settle({Retry(Claim().operations.at(0).id, Outcome::kNotSent, Duration(1000))});
  Commit({"b"});
  Commit({"c"});
  EXPECT_THAT(ContactsOf(Claim(1)), ElementsAre("b")) << "the repeat is not due yet";
  clock.Advance(Duration(1000));
  EXPECT_THAT(ContactsOf(Claim()), ElementsAre("a", "c"));
}

TEST_F(JournalDeliveryTest, ClaimsNoMoreThanTheLimit) {
  Commit({"a", "b", "c"});
  const Claimed claimed = Claim(2);
  EXPECT_THAT(ContactsOf(claimed), ElementsAre("a", "b"));
  EXPECT_EQ(claimed.open, 3);
  EXPECT_EQ(claimed.next_turn, std::nullopt);
  EXPECT_THAT(ContactsOf(Claim(0)), IsEmpty());
}

TEST_F(JournalDeliveryTest, NextTurnIsTheEarliestRepeat) {
  Commit({"a", "b"});
  const Claimed claimed = Claim();
  const Claimed after =
      Settle({Retry(claimed.operations.at(0).id, Outcome::kNotSent, Duration(9000)),
              Retry(claimed.operations.at(1).id, Outcome::kNotSent, Duration(4000))},
             10);
  EXPECT_EQ(after.next_turn, clock.Now() + Duration(4000));
  EXPECT_EQ(after.open, 2);
}

TEST_F(JournalDeliveryTest, OnlyAttemptsThatAreToBeSpentAreCounted) {
  Commit({"a"});
  Settlement first = Retry(Claim().operations.at(0).id, Outcome::kNotSent, Duration(1));
  first.spends_attempt = false;
  Settle({first});
  clock.Advance(Duration(1));
  const Operation second = Claim().operations.at(0);
  EXPECT_EQ(second.attempts, 0);
  Settle({Retry(second.id, Outcome::kNotSent, Duration(1))});
  clock.Advance(Duration(1));
  EXPECT_EQ(Claim().operations.at(0).attempts, 1);
}

TEST_F(JournalDeliveryTest, AnExhaustedOperationIsParkedAndTheNextRunOpensItAgain) {
  Commit({"a", "b"});
  const Claimed claimed = Claim();
  Settlement exhausted = Outcome(claimed.operations.at(0).id, Outcome::kNotSent);
  exhausted.reason = "no connection";
  Settle({exhausted, Outcome(claimed.operations.at(1).id, Outcome::kRefused)});
  OpenCounts open = store().CountOpen(binding);
  EXPECT_EQ(open.pending, 0);
  EXPECT_EQ(open.parked, 2);

  EXPECT_EQ(store().ReopenForRun(binding, clock.Now()), 1) << "a refusal waits for a person";
  open = store().CountOpen(binding);
  EXPECT_EQ(open.pending, 1);
  EXPECT_EQ(open.parked, 1);
  EXPECT_THAT(ContactsOf(Claim()), ElementsAre("a"));
}

TEST_F(JournalDeliveryTest, UnknownContactsAreOpenedAgainOnlyAfterTheirPause) {
  Commit({"a"});
  Deliver(Outcome::kUnknownContact);
  EXPECT_EQ(store().CountOpen(binding).unknown_contacts, 1);
  EXPECT_EQ(store().ReopenForRun(binding, clock.Now()), 0);
  EXPECT_EQ(store().ReopenForRun(binding, clock.Now() + Duration(1)), 1);
}

TEST_F(JournalDeliveryTest, APersonOpensEverythingParked) {
  Commit({"a", "b"});
  const Claimed claimed = Claim();
  Settle({Outcome(claimed.operations.at(0).id, Outcome::kUnknownContact),
          Outcome(claimed.operations.at(1).id, Outcome::kRefused)});
  EXPECT_EQ(store().ReopenParked(binding), 2);
  EXPECT_THAT(Claim().operations, SizeIs(2));
}

TEST_F(JournalDeliveryTest, TheOpenCountFollowsEveryChangeAndAReopen) {
  Commit({"a", "b", "c"});
  const Claimed claimed = Claim(2);
  EXPECT_EQ(claimed.open, 3);
  EXPECT_EQ(Settle({Outcome(claimed.operations.at(0).id, Outcome::kDelivered)}).open, 2);
  Commit({"d"});
  EXPECT_EQ(Settle({Outcome(claimed.operations.at(1).id, Outcome::kRefused)}).open, 2);
  Reopen();
  EXPECT_EQ(Claim(0).open, 2);
}

TEST_F(JournalDeliveryTest, SettlingTwiceIsRefusedAndChangesNothing) {
  Commit({"a", "b"});
  const Claimed claimed = Claim();
  const Settlement delivered = Outcome(claimed.operations.at(0).id, Outcome::kDelivered);
  Settle({delivered});
  const Settlement other = Outcome(claimed.operations.at(1).id, Outcome::kDelivered);
  try {
    Settle({other, delivered});
    FAIL() << "an operation was settled twice";
  } catch (const DatabaseError& error) {
    EXPECT_EQ(std::string(error.what()),
              "state '" + path() + "': settle operation 1: it is not in flight");
  }
  EXPECT_THAT(Journal(), ElementsAre("add a delivered on", "add b in_flight off"));
}

TEST_F(JournalDeliveryTest, SettlingTwiceAtOnceIsRefusedAndChangesNothing) {
  Commit({"a", "b"});
  const Claimed claimed = Claim();
  const Settlement delivered = Outcome(claimed.operations.at(0).id, Outcome::kDelivered);
  const Settlement other = Outcome(claimed.operations.at(1).id, Outcome::kDelivered);
  try {
    Settle({delivered, other, delivered});
    FAIL() << "an operation was settled twice";
  } catch (const DatabaseError& error) {
    EXPECT_EQ(std::string(error.what()),
              "state '" + path() + "': settle operations: 2 of 3 are in flight");
  }
  EXPECT_THAT(Journal(), ElementsAre("add a in_flight off", "add b in_flight off"));
}

TEST_F(JournalDeliveryTest, EachOfManySettledAtOnceBecomesWhatItsOwnAnswerSays) {
  std::vector<std::string> contacts;
  for (int i = 10; i < 60; ++i)
    contacts.push_back("c" + std::to_string(i));
  Commit(contacts);
  std::vector<Settlement> settlements;
  std::vector<std::string> expected;
  for (const Operation& operation : Claim().operations) {
    // Long rows of one answer with others between them.
    const std::size_t number = settlements.size();
    if (number % 20 == 7) {
      settlements.push_back(Retry(operation.id, Outcome::kUnknown, Duration(500)));
      expected.push_back("add " + operation.contact + " pending unknown");
    } else if (number % 20 == 13) {
      settlements.push_back(Outcome(operation.id, Outcome::kRefused));
      expected.push_back("add " + operation.contact + " parked off");
    } else {
      settlements.push_back(Outcome(operation.id, Outcome::kDelivered));
      expected.push_back("add " + operation.contact + " delivered on");
    }
  }
  ASSERT_THAT(settlements, SizeIs(50));
  Settle(settlements);
  EXPECT_EQ(Journal(), expected);
}

TEST_F(JournalDeliveryTest, WritesNothingWhenNothingChanged) {
  Commit({"a"});
  Deliver();
  store().Recover(clock.Now());  // Ends the run.
  SQLite::Database observer(path(), SQLite::OPEN_READONLY);
  const int before = observer.execAndGet("PRAGMA data_version").getInt();
  EXPECT_THAT(Claim().operations, IsEmpty());
  store().Recover(clock.Now());
  EXPECT_EQ(store().ReopenForRun(binding, clock.Now()), 0);
  EXPECT_EQ(store().ReopenParked(binding), 0);
  store().SetStopped(binding, "");
  store().FoldIfGrown(binding);
  EXPECT_EQ(observer.execAndGet("PRAGMA data_version").getInt(), before);
  Commit({"b"});
  EXPECT_NE(observer.execAndGet("PRAGMA data_version").getInt(), before)
      << "the observer sees nothing at all";
}

}  // namespace
}  // namespace cohort_sync
