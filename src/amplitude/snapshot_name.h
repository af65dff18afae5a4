// What the name of a file in a folder says: whether it is to be read, and Amplitude's S3 export.
#ifndef COHORT_SYNC_AMPLITUDE_SNAPSHOT_NAME_H_
#define COHORT_SYNC_AMPLITUDE_SNAPSHOT_NAME_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace cohort_sync::amplitude {

inline constexpr std::size_t kMaxFileNameBytes = 128;

// `pattern` against the whole of `name`: '*' is any number of characters, '?' is one; every other
// character is itself. Costs at most the product of the lengths.
[[nodiscard]] bool MatchesPattern(std::string_view pattern, std::string_view name);

// Letters, digits, '.', '_' and '-', 1 to kMaxFileNameBytes; a ':' only as Amplitude writes it in
// the time of an S3 name. So '/', white space and control characters never get further.
[[nodiscard]] bool IsPlainFileName(std::string_view name);

// A file that its writer has not finished: hidden, "*.tmp" or "*.part".
[[nodiscard]] bool IsUnfinishedName(std::string_view name);

// The three files of one S3 sync (contracts/amplitude.md 1.7).
enum class CohortPart { kExisting, kEntering, kExiting };
inline constexpr std::size_t kCohortParts = 3;
[[nodiscard]] std::string_view ToString(CohortPart part);  // "existing", ...

struct CohortPartName {
  CohortPart part = CohortPart::kExisting;
  TimePoint time;
  std::string owner;  // "<project>_<cohort>"
  std::string trio;   // The name with '*' for the part: the same for the three files of one sync.
};

// "<project>_<cohort>_YYYY-MM-DDTHH:SS_<part>_<routing key>.csv", also with '-' in the time, with a
// third pair of digits, and with ".csv.gz". The documentation's "SS" stands where minutes would; it
// is read as minutes, in UTC: both are inferred, and the order of the files does not depend on it.
//
// nullopt for a name that has no part in it: the file is a snapshot of its own. kInvalidInput for
// one that has a part and no such time: it must not pass for a whole snapshot.
[[nodiscard]] Result<std::optional<CohortPartName>> ParseCohortPartName(std::string_view name);

}  // namespace cohort_sync::amplitude

#endif  // COHORT_SYNC_AMPLITUDE_SNAPSHOT_NAME_H_
