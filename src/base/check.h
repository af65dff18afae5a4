// Assertions that stay on in every build: a broken promise of our own ends the process before it
// can do harm; the journal makes the next start safe.
#ifndef COHORT_SYNC_BASE_CHECK_H_
#define COHORT_SYNC_BASE_CHECK_H_

namespace cohort_sync {

// Prints `file:line: check failed: expression` to standard error and aborts.
[[noreturn]] void CheckFailed(const char* expression, const char* file, int line);

}  // namespace cohort_sync

#define CHECK(expression)              \
  ((expression) ? static_cast<void>(0) \
                : ::cohort_sync::CheckFailed(#expression, __FILE__, __LINE__))

#endif  // COHORT_SYNC_BASE_CHECK_H_
