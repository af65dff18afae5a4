// Rows of a CSV or TSV file as an import reads them.
#ifndef COHORT_SYNC_SIMULATOR_DELIMITED_TEXT_H_
#define COHORT_SYNC_SIMULATOR_DELIMITED_TEXT_H_

#include <string>
#include <string_view>
#include <vector>

namespace cohort_sync::simulator {

// Fields may stand in double quotes, with "" for one of them; rows end with LF or CRLF. Empty rows
// are left out.
[[nodiscard]] std::vector<std::vector<std::string>> ReadDelimited(std::string_view text,
                                                                  char delimiter);

}  // namespace cohort_sync::simulator

#endif  // COHORT_SYNC_SIMULATOR_DELIMITED_TEXT_H_
