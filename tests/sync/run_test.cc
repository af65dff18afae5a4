#include "sync/run.h"

#include <gtest/gtest.h>

namespace cohort_sync {
namespace {

TEST(RunTrigger, TextAndBack) {
  EXPECT_EQ(ToString(RunTrigger::kManual), "manual");
  EXPECT_EQ(ToString(RunTrigger::kScheduled), "scheduled");
  EXPECT_EQ(ToString(RunTrigger::kResync), "resync");
  EXPECT_EQ(ToString(RunTrigger::kRetry), "retry");
  for (const RunTrigger trigger :
       {RunTrigger::kManual, RunTrigger::kScheduled, RunTrigger::kResync, RunTrigger::kRetry})
    EXPECT_EQ(ParseRunTrigger(ToString(trigger)), trigger);
  EXPECT_EQ(ParseRunTrigger("Manual"), std::nullopt);
  EXPECT_EQ(ParseRunTrigger(""), std::nullopt);
}

TEST(RunState, TextAndBack) {
  EXPECT_EQ(ToString(RunState::kDelivering), "delivering");
  EXPECT_EQ(ToString(RunState::kSucceeded), "succeeded");
  EXPECT_EQ(ToString(RunState::kParked), "parked");
  EXPECT_EQ(ToString(RunState::kHeld), "held");
  EXPECT_EQ(ToString(RunState::kFailed), "failed");
  EXPECT_EQ(ToString(RunState::kInterrupted), "interrupted");
  for (const RunState state : {RunState::kDelivering,
                               RunState::kSucceeded,
                               RunState::kParked,
                               RunState::kHeld,
                               RunState::kFailed,
                               RunState::kInterrupted})
    EXPECT_EQ(ParseRunState(ToString(state)), state);
  EXPECT_EQ(ParseRunState("running"), std::nullopt);
}

}  // namespace
}  // namespace cohort_sync
