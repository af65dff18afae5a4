#include "cli/exit_code.h"

#include <algorithm>
#include <array>

namespace cohort_sync {

ExitCode ExitCodeOf(ErrorCode code) {
  switch (code) {
    case ErrorCode::kConfiguration:
      return ExitCode::kUsage;
    case ErrorCode::kLocked:
      return ExitCode::kLocked;
    case ErrorCode::kInterrupted:
      return ExitCode::kInterrupted;
    case ErrorCode::kNothingNew:
      return ExitCode::kDone;
    case ErrorCode::kInvalidInput:
    case ErrorCode::kNotFound:
    case ErrorCode::kUnauthorized:
    case ErrorCode::kUnavailable:
    case ErrorCode::kRejected:
    case ErrorCode::kIncomplete:
    case ErrorCode::kInternal:
      break;
  }
  return ExitCode::kFailed;
}

ExitCode ExitCodeOf(RunState state) {
  switch (state) {
    case RunState::kSucceeded:
      return ExitCode::kDone;
    case RunState::kParked:
      return ExitCode::kParked;
    case RunState::kHeld:
      return ExitCode::kHeld;
    case RunState::kInterrupted:
      return ExitCode::kInterrupted;
    case RunState::kDelivering:
    case RunState::kFailed:
      break;
  }
  return ExitCode::kFailed;
}

ExitCode Worse(ExitCode a, ExitCode b) {
  constexpr std::array kFromWorst{ExitCode::kInterrupted,
                                  ExitCode::kLocked,
                                  ExitCode::kUsage,
                                  ExitCode::kFailed,
                                  ExitCode::kHeld,
                                  ExitCode::kParked,
                                  ExitCode::kDone};
  const auto rank = [&](ExitCode code) {
    return std::find(kFromWorst.begin(), kFromWorst.end(), code);
  };
  return rank(a) < rank(b) ? a : b;
}

}  // namespace cohort_sync
