// The file that an export of a cohort consists of (contracts/amplitude.md 1.7).
#ifndef COHORT_SYNC_SIMULATOR_COHORT_CSV_H_
#define COHORT_SYNC_SIMULATOR_COHORT_CSV_H_

#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "simulator/cohort.h"

namespace cohort_sync::simulator {

// The defaults are the documented form: every field in quotes, LF, a missing value as "".
struct CsvFormat {
  bool quote_all = true;                // false: quotes only where the content needs them.
  bool duplicate_amplitude_id = false;  // A second amplitude_id column after the two ids (P10).
  bool gp_headers = false;              // Property headers as gp:NAME (unknown which).
  bool leading_tabs = false;            // A tab before every header and value.
  bool random_order = false;            // Rows shuffled; the order is unspecified.
  bool missing_as_none = false;         // A missing property as (none) (unknown).
  bool drop_unused_columns = false;     // No column for a property that nobody has (unknown).
};

// The file: amplitude_id, user_id, then one column per name in `properties`, in that order. For a
// group cohort the one column group_value with a tab before every text (1.7, "Tabs"). `random` is
// used for random_order only.
[[nodiscard]] std::string WriteCohortCsv(const std::vector<Member>& members,
                                         const std::vector<std::string>& properties,
                                         bool group_cohort,
                                         const CsvFormat& format,
                                         Random& random);

// `bytes` as one gzip member. Aborts when zlib has no memory.
[[nodiscard]] std::string Gzip(std::string_view bytes);

}  // namespace cohort_sync::simulator

#endif  // COHORT_SYNC_SIMULATOR_COHORT_CSV_H_
