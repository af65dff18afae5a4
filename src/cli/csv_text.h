// CSV that a spreadsheet may open (design/faults.md H3).
#ifndef COHORT_SYNC_CLI_CSV_TEXT_H_
#define COHORT_SYNC_CLI_CSV_TEXT_H_

#include <string>
#include <vector>

namespace cohort_sync {

// One line with its newline; every field is quoted. A field that a spreadsheet would run as a
// formula begins with an apostrophe: its first character, or the first behind spaces, is = + - or
// @, or it begins with a tab or a carriage return.
[[nodiscard]] std::string CsvLine(const std::vector<std::string>& fields);

}  // namespace cohort_sync

#endif  // COHORT_SYNC_CLI_CSV_TEXT_H_
