// Scenarios: what a person does and what the program then prints, as text that a person can read
// and write. One file holds one or several, apart by a line of "---":
//
//   A cohort that lost most of its members waits for a person.    <- title, up to a blank line
//
//   cohort vip "VIP customers" = 90 members    <- arranged or asserted: language.h has every form
//   $ cohort-sync sync vip                     <- a command; below it all that it prints:
//   ! reading cohort 'vip'                        on standard error, logs last
//     VIP customers (vip) → VIPcustomers          on standard output
//   exit 4                                     <- how it ended, unless with 0
//
// An empty line of standard output is an empty line. Lines that start with '#' are for the reader.
// A line that ends with ':' is followed by a block, indented by two spaces.
#ifndef COHORT_SYNC_TESTS_SCENARIOS_SCENARIO_H_
#define COHORT_SYNC_TESTS_SCENARIOS_SCENARIO_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cohort_sync {

struct Step {
  std::size_t line = 0;  // In the file, from 1.
  std::string text;      // Of a command: what stands behind "$ cohort-sync".
  bool is_command = false;
  // Of a command: the transcript as it is written, with "exit N". Else the block, not indented.
  std::vector<std::string> block;
  std::size_t block_lines = 0;  // How many lines of the file the block takes.
};

struct Scenario {
  std::size_t line = 0;  // Of the title.
  std::string title;
  std::vector<Step> steps;
};

// kInvalidInput, "line N: …", for a file that is not written like this.
[[nodiscard]] Result<std::vector<Scenario>> ParseScenarios(std::string_view text);

// The same text with the transcripts of commands replaced: `transcripts` has one for each command
// of the file, in order.
[[nodiscard]] std::string WithTranscripts(std::string_view text,
                                          const std::vector<Scenario>& scenarios,
                                          const std::vector<std::vector<std::string>>& transcripts);

// The words of a command line; '…' and "…" hold one together. kInvalidInput for an open quote.
[[nodiscard]] Result<std::vector<std::string>> SplitWords(std::string_view text);

}  // namespace cohort_sync

#endif  // COHORT_SYNC_TESTS_SCENARIOS_SCENARIO_H_
