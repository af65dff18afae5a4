#include "sync/journal_rules.h"

#include <optional>

#include <gtest/gtest.h>

namespace cohort_sync {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint kNow = FromMillis(1'795'240'800'000);
constexpr UnknownAttempt kUnknownAdd{OperationKind::kAdd, kNow};
constexpr UnknownAttempt kUnknownRemoval{OperationKind::kRemove, kNow};

NewestOperation Newest(OperationKind kind,
                       OperationState state,
                       Membership before = Membership::kOff,
                       std::optional<UnknownAttempt> unknown = std::nullopt) {
  return {OperationId(1), kind, before, state, unknown};
}

// ---- Append: R1, R4 ----

TEST(Append, R1WithoutARowTheCheckpointSpeaks) {
  EXPECT_EQ(Append(std::nullopt, true).before, Membership::kOn);
  EXPECT_EQ(Append(std::nullopt, false).before, Membership::kOff);
  for (const bool in_checkpoint : {true, false}) {
    EXPECT_FALSE(Append(std::nullopt, in_checkpoint).supersedes_newest);
    EXPECT_EQ(Append(std::nullopt, in_checkpoint).unknown, std::nullopt);
  }
}

TEST(Append, R1ARowSpeaksEvenAgainstTheCheckpoint) {
  EXPECT_EQ(Append(Newest(OperationKind::kRemove, OperationState::kDelivered), true).before,
            Membership::kOff);
}

TEST(Append, R1AfterAClosedOperationItsKindIsTrue) {
  for (const OperationState state : {OperationState::kDelivered, OperationState::kUnneeded}) {
    const Appended after_add = Append(Newest(OperationKind::kAdd, state), false);
    EXPECT_EQ(after_add.before, Membership::kOn);
    EXPECT_FALSE(after_add.supersedes_newest);
    EXPECT_EQ(Append(Newest(OperationKind::kRemove, state), false).before, Membership::kOff);
  }
}

TEST(Append, R5AfterADeliveredRepeatTheUnknownAttemptIsStillKnown) {
  const Appended appended = Append(
      Newest(OperationKind::kAdd, OperationState::kDelivered, Membership::kOn, kUnknownAdd), false);
  EXPECT_EQ(appended.unknown, kUnknownAdd);
}

TEST(Append, R4BehindAnOperationInFlightNothingIsKnownYet) {
  const Appended appended = Append(
      Newest(OperationKind::kAdd, OperationState::kInFlight, Membership::kOff, kUnknownAdd), false);
  EXPECT_EQ(appended.before, Membership::kUnknown);
  EXPECT_EQ(appended.unknown, kUnknownAdd);
  EXPECT_FALSE(appended.supersedes_newest);
}

TEST(Append, R4AWaitingOperationGivesWayAndPassesOnWhatItKnew) {
  for (const OperationState state : {OperationState::kPending, OperationState::kParked}) {
    for (const Membership before : {Membership::kOff, Membership::kOn, Membership::kUnknown}) {
      const Appended appended =
          Append(Newest(OperationKind::kRemove, state, before, kUnknownRemoval), true);
      EXPECT_TRUE(appended.supersedes_newest);
      EXPECT_EQ(appended.before, before);
      EXPECT_EQ(appended.unknown, kUnknownRemoval);
    }
  }
}

TEST(AppendDeathTest, R4ASupersededOperationIsNeverTheNewest) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_DEATH(
      static_cast<void>(Append(Newest(OperationKind::kAdd, OperationState::kSuperseded), false)),
      "kSuperseded");
}

// ---- Owned: R3 ----

TEST(Owned, R3AnAcknowledgedAddIsOursAndAnAcknowledgedRemovalIsNot) {
  for (const OperationState state : {OperationState::kDelivered, OperationState::kUnneeded}) {
    EXPECT_TRUE(Owned(Newest(OperationKind::kAdd, state)));
    EXPECT_FALSE(Owned(Newest(OperationKind::kRemove, state, Membership::kOn)));
  }
}

TEST(Owned, R3WhatIsInFlightIsOurs) {
  EXPECT_TRUE(Owned(Newest(OperationKind::kAdd, OperationState::kInFlight)));
  EXPECT_TRUE(Owned(Newest(OperationKind::kRemove, OperationState::kInFlight, Membership::kOn)));
}

TEST(Owned, R3WhatWaitsIsOursUnlessItWasKnownToBeOff) {
  for (const OperationState state : {OperationState::kPending, OperationState::kParked}) {
    for (const OperationKind kind : {OperationKind::kAdd, OperationKind::kRemove}) {
      EXPECT_FALSE(Owned(Newest(kind, state, Membership::kOff)));
      EXPECT_TRUE(Owned(Newest(kind, state, Membership::kOn)));
      EXPECT_TRUE(Owned(Newest(kind, state, Membership::kUnknown)));
    }
  }
}

// ---- TurnOf: R4, R5 ----

Turn TurnAfter(OperationKind kind,
               Membership before,
               const std::optional<UnknownAttempt>& unknown,
               Duration passed) {
  return TurnOf(kind, before, unknown, kNow + passed, 60s);
}

TEST(TurnOf, R4WhatIsAlreadyTrueIsUnneeded) {
  EXPECT_EQ(TurnAfter(OperationKind::kAdd, Membership::kOn, {}, 0s), Turn::kUnneeded);
  EXPECT_EQ(TurnAfter(OperationKind::kRemove, Membership::kOff, {}, 0s), Turn::kUnneeded);
}

TEST(TurnOf, WhatIsNotTrueOrNotKnownIsSent) {
  for (const Membership before : {Membership::kOff, Membership::kUnknown})
    EXPECT_EQ(TurnAfter(OperationKind::kAdd, before, {}, 0s), Turn::kSend);
  for (const Membership before : {Membership::kOn, Membership::kUnknown})
    EXPECT_EQ(TurnAfter(OperationKind::kRemove, before, {}, 0s), Turn::kSend);
}

TEST(TurnOf, R5WaitsUntilAnOppositeUnknownAttemptCanNoLongerArrive) {
  for (const Membership before : {Membership::kOn, Membership::kUnknown}) {
    EXPECT_EQ(TurnAfter(OperationKind::kRemove, before, kUnknownAdd, 0s), Turn::kWait);
    EXPECT_EQ(TurnAfter(OperationKind::kRemove, before, kUnknownAdd, 60s - 1ms), Turn::kWait);
    EXPECT_EQ(TurnAfter(OperationKind::kRemove, before, kUnknownAdd, 60s), Turn::kSend);
  }
  for (const Membership before : {Membership::kOff, Membership::kUnknown}) {
    EXPECT_EQ(TurnAfter(OperationKind::kAdd, before, kUnknownRemoval, 0s), Turn::kWait);
    EXPECT_EQ(TurnAfter(OperationKind::kAdd, before, kUnknownRemoval, 60s), Turn::kSend);
  }
}

TEST(TurnOf, R5AnUnknownAttemptOfTheSameKindIsRepeatedAtOnce) {
  EXPECT_EQ(TurnAfter(OperationKind::kAdd, Membership::kUnknown, kUnknownAdd, 0s), Turn::kSend);
  EXPECT_EQ(TurnAfter(OperationKind::kRemove, Membership::kUnknown, kUnknownRemoval, 0s),
            Turn::kSend);
}

// ---- Settle: R3, R4, R5 ----

Operation InFlight(OperationKind kind,
                   Membership before,
                   std::optional<UnknownAttempt> unknown = std::nullopt) {
  Operation operation;
  operation.id = OperationId(1);
  operation.kind = kind;
  operation.before = before;
  operation.unknown = unknown;
  return operation;
}

Settlement Answered(Outcome outcome, std::optional<TimePoint> retry_at = std::nullopt) {
  Settlement settlement;
  settlement.outcome = outcome;
  settlement.at = kNow + 7s;
  settlement.retry_at = retry_at;
  return settlement;
}

TEST(Settle, R4DeliveredIsDeliveredAndTellsTheWaitingOne) {
  for (const bool has_waiting : {false, true}) {
    const Settled add = Settle(InFlight(OperationKind::kAdd, Membership::kOff),
                               Answered(Outcome::kDelivered),
                               has_waiting);
    EXPECT_EQ(add.state, OperationState::kDelivered);
    EXPECT_EQ(add.waiting_before, Membership::kOn);
    EXPECT_EQ(add.before, Membership::kOn);
    const Settled removal = Settle(InFlight(OperationKind::kRemove, Membership::kOn),
                                   Answered(Outcome::kDelivered),
                                   has_waiting);
    EXPECT_EQ(removal.state, OperationState::kDelivered);
    EXPECT_EQ(removal.waiting_before, Membership::kOff);
  }
}

TEST(Settle, R5ADeliveredRepeatKeepsTheUnknownAttemptBeforeIt) {
  const Settled settled = Settle(InFlight(OperationKind::kAdd, Membership::kUnknown, kUnknownAdd),
                                 Answered(Outcome::kDelivered),
                                 true);
  EXPECT_EQ(settled.unknown, kUnknownAdd);
}

TEST(Settle, R3ARefusedFirstAddIsParkedAndNotOurs) {
  const Settled settled =
      Settle(InFlight(OperationKind::kAdd, Membership::kOff), Answered(Outcome::kRefused), false);
  EXPECT_EQ(settled.state, OperationState::kParked);
  EXPECT_EQ(settled.park_reason, ParkReason::kRefused);
  EXPECT_EQ(settled.before, Membership::kOff);
  EXPECT_EQ(settled.unknown, std::nullopt);
}

TEST(Settle, R3ARefusedAddAfterAnUnknownOneStaysOurs) {
  const Settled settled = Settle(InFlight(OperationKind::kAdd, Membership::kUnknown, kUnknownAdd),
                                 Answered(Outcome::kRefused),
                                 false);
  EXPECT_EQ(settled.before, Membership::kUnknown);
  EXPECT_EQ(settled.unknown, kUnknownAdd);
}

TEST(Settle, R3AnUnknownContactIsParkedAsSuch) {
  const Settled settled = Settle(
      InFlight(OperationKind::kAdd, Membership::kOff), Answered(Outcome::kUnknownContact), false);
  EXPECT_EQ(settled.state, OperationState::kParked);
  EXPECT_EQ(settled.park_reason, ParkReason::kUnknownContact);
  EXPECT_EQ(settled.before, Membership::kOff);
}

TEST(Settle, R4ARefusalGivesWayToAWaitingOneWhichLearnsWhatWasTrueBefore) {
  for (const Outcome outcome : {Outcome::kRefused, Outcome::kUnknownContact}) {
    for (const Membership before : {Membership::kOff, Membership::kUnknown}) {
      const Settled settled =
          Settle(InFlight(OperationKind::kAdd, before), Answered(outcome), true);
      EXPECT_EQ(settled.state, OperationState::kSuperseded);
      EXPECT_EQ(settled.park_reason, std::nullopt);
      EXPECT_EQ(settled.waiting_before, before);
    }
  }
}

TEST(Settle, NotSentIsPendingAgainAndChangesNothing) {
  const Settled settled = Settle(InFlight(OperationKind::kAdd, Membership::kOff, kUnknownRemoval),
                                 Answered(Outcome::kNotSent, kNow + 9s),
                                 false);
  EXPECT_EQ(settled.state, OperationState::kPending);
  EXPECT_EQ(settled.before, Membership::kOff);
  EXPECT_EQ(settled.unknown, kUnknownRemoval);
}

TEST(Settle, NotSentWithoutAnotherAttemptIsExhausted) {
  const Settled settled =
      Settle(InFlight(OperationKind::kAdd, Membership::kOff), Answered(Outcome::kNotSent), false);
  EXPECT_EQ(settled.state, OperationState::kParked);
  EXPECT_EQ(settled.park_reason, ParkReason::kExhausted);
  EXPECT_EQ(settled.before, Membership::kOff);
}

TEST(Settle, R4NotSentGivesWayToAWaitingOne) {
  const Settled settled = Settle(InFlight(OperationKind::kAdd, Membership::kOff),
                                 Answered(Outcome::kNotSent, kNow + 9s),
                                 true);
  EXPECT_EQ(settled.state, OperationState::kSuperseded);
  EXPECT_EQ(settled.waiting_before, Membership::kOff);
}

TEST(Settle, R5AnUnknownAttemptIsRememberedWithKindAndTime) {
  for (const OperationKind kind : {OperationKind::kAdd, OperationKind::kRemove}) {
    const Settled settled =
        Settle(InFlight(kind, Membership::kOff), Answered(Outcome::kUnknown, kNow + 9s), false);
    EXPECT_EQ(settled.state, OperationState::kPending);
    EXPECT_EQ(settled.before, Membership::kUnknown);
    EXPECT_EQ(settled.unknown, (UnknownAttempt{kind, kNow + 7s}));
  }
}

TEST(Settle, R5TheLatestUnknownAttemptReplacesAnEarlierOne) {
  const Settled settled = Settle(InFlight(OperationKind::kAdd, Membership::kUnknown, kUnknownAdd),
                                 Answered(Outcome::kUnknown, kNow + 9s),
                                 false);
  EXPECT_EQ(settled.unknown, (UnknownAttempt{OperationKind::kAdd, kNow + 7s}));
}

TEST(Settle, R3AnUnknownAttemptWithoutAnotherIsExhaustedAndStaysOurs) {
  const Settled settled =
      Settle(InFlight(OperationKind::kAdd, Membership::kOff), Answered(Outcome::kUnknown), false);
  EXPECT_EQ(settled.state, OperationState::kParked);
  EXPECT_EQ(settled.park_reason, ParkReason::kExhausted);
  EXPECT_EQ(settled.before, Membership::kUnknown);
}

TEST(Settle, R5AnUnknownAttemptIsNotRepeatedWhileAnotherWaits) {
  const Settled settled = Settle(InFlight(OperationKind::kAdd, Membership::kOff),
                                 Answered(Outcome::kUnknown, kNow + 9s),
                                 true);
  EXPECT_EQ(settled.state, OperationState::kSuperseded);
  EXPECT_EQ(settled.waiting_before, Membership::kUnknown);
  EXPECT_EQ(settled.unknown, (UnknownAttempt{OperationKind::kAdd, kNow + 7s}));
}

}  // namespace
}  // namespace cohort_sync
