// Text from values: `Format("{} of {}", done, total)`. The format string is checked at compile
// time.
#ifndef COHORT_SYNC_BASE_FORMAT_H_
#define COHORT_SYNC_BASE_FORMAT_H_

#include <string>
#include <utility>

#include <fmt/core.h>

namespace cohort_sync {

template <typename... Args>
[[nodiscard]] std::string Format(fmt::format_string<Args...> format, Args&&... args) {
  return fmt::format(format, std::forward<Args>(args)...);
}

}  // namespace cohort_sync

#endif  // COHORT_SYNC_BASE_FORMAT_H_
