// The commands' description in the forms that other programs read.
#ifndef COHORT_SYNC_CLI_REFERENCE_TEXT_H_
#define COHORT_SYNC_CLI_REFERENCE_TEXT_H_

#include <string>

namespace cohort_sync {

// Scripts that complete commands and, behind a command, its options; values are left to the shell.
[[nodiscard]] std::string BashCompletion();
[[nodiscard]] std::string ZshCompletion();
// For man(1), section 1.
[[nodiscard]] std::string ManPage();

}  // namespace cohort_sync

#endif  // COHORT_SYNC_CLI_REFERENCE_TEXT_H_
