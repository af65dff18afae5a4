// Where the repository is, for tests that read its own files.
#ifndef COHORT_SYNC_TESTS_SUPPORT_SOURCE_DIR_H_
#define COHORT_SYNC_TESTS_SUPPORT_SOURCE_DIR_H_

#include <string>

namespace cohort_sync {

[[nodiscard]] std::string SourceDir();

}  // namespace cohort_sync

#endif  // COHORT_SYNC_TESTS_SUPPORT_SOURCE_DIR_H_
