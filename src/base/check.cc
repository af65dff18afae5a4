#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace cohort_sync {

void CheckFailed(const char* expression, const char* file, int line) {
  // stderr is the last resort here: nothing to do when even that fails.
  static_cast<void>(std::fprintf(stderr, "%s:%d: check failed: %s\n", file, line, expression));
  std::abort();
}

}  // namespace cohort_sync
