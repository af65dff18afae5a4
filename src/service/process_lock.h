// One process owns the state (design brief, section 4).
#ifndef COHORT_SYNC_SERVICE_PROCESS_LOCK_H_
#define COHORT_SYNC_SERVICE_PROCESS_LOCK_H_

#include <filesystem>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "base/result.h"
#include "base/unique_fd.h"

namespace cohort_sync {

// Holds an exclusive flock on "<state>.lock" until destroyed; the kernel lets go of it when the
// process dies. The lock is a file of its own, because closing any descriptor of the database file
// would drop SQLite's locks (faults.md B5), and it is never deleted, because a deleted lock file
// can be held twice. A child made by fork keeps the lock until it ends or calls exec.
class ProcessLock {
 public:
  // Never waits. `command` is what others are told, as in "serve"; `now` is since when. Symbolic
  // links to the state lead to one lock.
  // kLocked: another process has it; the message names its id, command and start when they can be
  // read. kConfiguration: the lock file cannot be opened, with the reason.
  [[nodiscard]] static Result<ProcessLock> Acquire(const std::filesystem::path& state,
                                                   std::string_view command,
                                                   TimePoint now);

 private:
  explicit ProcessLock(UniqueFd fd) : fd_(std::move(fd)) {}

  UniqueFd fd_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SERVICE_PROCESS_LOCK_H_
