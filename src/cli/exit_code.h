// How the process ends: a contract with scripts (design brief, section 6).
#ifndef COHORT_SYNC_CLI_EXIT_CODE_H_
#define COHORT_SYNC_CLI_EXIT_CODE_H_

#include "base/result.h"
#include "sync/run.h"

namespace cohort_sync {

enum class ExitCode {
  kDone = 0,
  kFailed = 1,
  kUsage = 2,   // The command line or the configuration has to change.
  kParked = 3,  // Finished, with parked operations.
  kHeld = 4,    // Finished, removals or adds wait for approval.
  kLocked = 5,  // Another process owns the state.
  kInterrupted = 130,
};

[[nodiscard]] ExitCode ExitCodeOf(ErrorCode code);
[[nodiscard]] ExitCode ExitCodeOf(RunState state);
// Of several results: the first that applies of interrupted, failed (and what else ends a command),
// held, parked, done.
[[nodiscard]] ExitCode Worse(ExitCode a, ExitCode b);

}  // namespace cohort_sync

#endif  // COHORT_SYNC_CLI_EXIT_CODE_H_
