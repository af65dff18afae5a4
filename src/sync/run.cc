#include "sync/run.h"

#include "sync/run_triggers.h"

namespace cohort_sync {

std::string_view ToString(RunTrigger trigger) {
  switch (trigger) {
    case RunTrigger::kManual:
      return "manual";
    case RunTrigger::kScheduled:
      return "scheduled";
    case RunTrigger::kResync:
      return "resync";
    case RunTrigger::kRetry:
      return "retry";
    case RunTrigger::kPush:
      return "push";
    case RunTrigger::kApproval:
      return "approval";
  }
  return "manual";
}

std::string_view ToString(RunState state) {
  switch (state) {
    case RunState::kDelivering:
      return "delivering";
    case RunState::kSucceeded:
      return "succeeded";
    case RunState::kParked:
      return "parked";
    case RunState::kHeld:
      return "held";
    case RunState::kFailed:
      return "failed";
    case RunState::kInterrupted:
      return "interrupted";
  }
  return "failed";
}

std::optional<RunTrigger> ParseRunTrigger(std::string_view text) {
  for (const RunTrigger trigger : kRunTriggers) {
    if (ToString(trigger) == text) return trigger;
  }
  return std::nullopt;
}

std::optional<RunState> ParseRunState(std::string_view text) {
  for (const RunState state : {RunState::kDelivering,
                               RunState::kSucceeded,
                               RunState::kParked,
                               RunState::kHeld,
                               RunState::kFailed,
                               RunState::kInterrupted}) {
    if (ToString(state) == text) return state;
  }
  return std::nullopt;
}

std::string_view ToString(Side side) {
  return side == Side::kSource ? "source" : "destination";
}

std::optional<Side> ParseSide(std::string_view text) {
  for (const Side side : {Side::kSource, Side::kDestination}) {
    if (ToString(side) == text) return side;
  }
  return std::nullopt;
}

}  // namespace cohort_sync
