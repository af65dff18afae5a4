#include "sync/operation.h"

#include <gtest/gtest.h>

namespace cohort_sync {
namespace {

TEST(OperationKind, TextAndBack) {
  EXPECT_EQ(ToString(OperationKind::kAdd), "add");
  EXPECT_EQ(ToString(OperationKind::kRemove), "remove");
  for (const OperationKind kind : {OperationKind::kAdd, OperationKind::kRemove})
    EXPECT_EQ(ParseOperationKind(ToString(kind)), kind);
}

TEST(Membership, TextAndBack) {
  EXPECT_EQ(ToString(Membership::kOff), "off");
  EXPECT_EQ(ToString(Membership::kOn), "on");
  EXPECT_EQ(ToString(Membership::kUnknown), "unknown");
  for (const Membership value : {Membership::kOff, Membership::kOn, Membership::kUnknown})
    EXPECT_EQ(ParseMembership(ToString(value)), value);
}

TEST(OperationState, TextAndBack) {
  EXPECT_EQ(ToString(OperationState::kPending), "pending");
  EXPECT_EQ(ToString(OperationState::kInFlight), "in_flight");
  EXPECT_EQ(ToString(OperationState::kDelivered), "delivered");
  EXPECT_EQ(ToString(OperationState::kParked), "parked");
  EXPECT_EQ(ToString(OperationState::kUnneeded), "unneeded");
  EXPECT_EQ(ToString(OperationState::kSuperseded), "superseded");
  for (const OperationState state : {OperationState::kPending,
                                     OperationState::kInFlight,
                                     OperationState::kDelivered,
                                     OperationState::kParked,
                                     OperationState::kUnneeded,
                                     OperationState::kSuperseded})
    EXPECT_EQ(ParseOperationState(ToString(state)), state);
}

TEST(ParkReason, TextAndBack) {
  EXPECT_EQ(ToString(ParkReason::kRefused), "refused");
  EXPECT_EQ(ToString(ParkReason::kExhausted), "exhausted");
  EXPECT_EQ(ToString(ParkReason::kUnknownContact), "unknown_contact");
  for (const ParkReason reason :
       {ParkReason::kRefused, ParkReason::kExhausted, ParkReason::kUnknownContact})
    EXPECT_EQ(ParseParkReason(ToString(reason)), reason);
}

TEST(OperationTexts, AnythingElseIsRefused) {
  for (const char* text : {"", "Add", "add ", "in flight", "unknown-contact", "onoff"}) {
    EXPECT_EQ(ParseOperationKind(text), std::nullopt) << text;
    EXPECT_EQ(ParseMembership(text), std::nullopt) << text;
    EXPECT_EQ(ParseOperationState(text), std::nullopt) << text;
    EXPECT_EQ(ParseParkReason(text), std::nullopt) << text;
  }
}

TEST(Wanted, IsWhatTheKindMakesTrue) {
  static_assert(Wanted(OperationKind::kAdd) == Membership::kOn);
  static_assert(Wanted(OperationKind::kRemove) == Membership::kOff);
}

}  // namespace
}  // namespace cohort_sync
