// From a config file to validated values; every problem is reported at once (design brief, section
// 5). schema/config.schema.json says the same for editors.
#ifndef COHORT_SYNC_CONFIG_CONFIG_READER_H_
#define COHORT_SYNC_CONFIG_CONFIG_READER_H_

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "config/config.h"
#include "config/config_problem.h"

namespace cohort_sync {

// Does the time zone database of this machine know the name? (service/schedule.h; passed in because
// this folder may not include that one.)
using TimeZoneCheck = std::function<bool(const std::string& name)>;

// `text` is JSON with comments; relative paths in it start from `directory`. Reads nothing else:
// secrets stay references, cohort files need not exist yet. Problems come section by section, in
// the order of design brief section 5.
[[nodiscard]] tl::expected<Config, ConfigProblems> ParseConfig(
    std::string_view text,
    const std::filesystem::path& directory,
    const TimeZoneCheck& is_known_time_zone);

// The same from a file of at most 1 MiB. A file that its group or everybody may write is refused:
// who can change it can send contacts and keys elsewhere (faults.md H11). Problems of the file
// itself have an empty path and name the file.
[[nodiscard]] tl::expected<Config, ConfigProblems> ReadConfig(
    const std::filesystem::path& file, const TimeZoneCheck& is_known_time_zone);

}  // namespace cohort_sync

#endif  // COHORT_SYNC_CONFIG_CONFIG_READER_H_
