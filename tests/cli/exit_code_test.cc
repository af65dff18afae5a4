#include "cli/exit_code.h"

#include <gtest/gtest.h>

namespace cohort_sync {
namespace {

TEST(ExitCodeOf, FollowsTheContract) {
  EXPECT_EQ(static_cast<int>(ExitCodeOf(RunState::kSucceeded)), 0);
  EXPECT_EQ(static_cast<int>(ExitCodeOf(RunState::kFailed)), 1);
  EXPECT_EQ(static_cast<int>(ExitCodeOf(ErrorCode::kConfiguration)), 2);
  EXPECT_EQ(static_cast<int>(ExitCodeOf(RunState::kParked)), 3);
  EXPECT_EQ(static_cast<int>(ExitCodeOf(RunState::kHeld)), 4);
  EXPECT_EQ(static_cast<int>(ExitCodeOf(ErrorCode::kLocked)), 5);
  EXPECT_EQ(static_cast<int>(ExitCodeOf(RunState::kInterrupted)), 130);
  EXPECT_EQ(static_cast<int>(ExitCodeOf(ErrorCode::kUnauthorized)), 1);
}

TEST(Worse, PrefersFailedThenHeldThenParked) {
  EXPECT_EQ(Worse(ExitCode::kHeld, ExitCode::kFailed), ExitCode::kFailed);
  EXPECT_EQ(Worse(ExitCode::kHeld, ExitCode::kParked), ExitCode::kHeld);
  EXPECT_EQ(Worse(ExitCode::kDone, ExitCode::kParked), ExitCode::kParked);
  EXPECT_EQ(Worse(ExitCode::kFailed, ExitCode::kInterrupted), ExitCode::kInterrupted);
  EXPECT_EQ(Worse(ExitCode::kDone, ExitCode::kDone), ExitCode::kDone);
}

}  // namespace
}  // namespace cohort_sync
