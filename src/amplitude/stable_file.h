// Reading a file of somebody else's that may change under our hands.
#ifndef COHORT_SYNC_AMPLITUDE_STABLE_FILE_H_
#define COHORT_SYNC_AMPLITUDE_STABLE_FILE_H_

#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/result.h"

namespace cohort_sync::amplitude {

// Opens `path` once and passes its bytes to `sink` in pieces of at most 1 MiB. Returns the time of
// its last change.
//
// Succeeds only when nobody wrote to the file or put another one in its place meanwhile: size,
// times and inode are the same before and after. Errors, none of which names the file: kNotFound;
// kConfiguration for what is no regular file (a symbolic link too) or may not be read; kIncomplete
// when it changed, whatever the sink said of it; kInterrupted on `stop`; else the sink's own error.
[[nodiscard]] Result<TimePoint> ReadStableFile(const std::string& path,
                                               const std::function<Status(std::string_view)>& sink,
                                               const std::stop_token& stop);

// The same for a file that is open already: `name` in the folder `directory` has to be it before
// and after. REQUIRES: `file` is a regular file, open for reading at its start.
[[nodiscard]] Result<TimePoint> ReadStableFile(int file,
                                               int directory,
                                               const std::string& name,
                                               const std::function<Status(std::string_view)>& sink,
                                               const std::stop_token& stop);

// Whether nobody wrote to the file, renamed it or put another one in its place between the two.
[[nodiscard]] bool IsSameFile(const struct stat& before, const struct stat& after);

[[nodiscard]] TimePoint TimeOfChange(const struct stat& file);

}  // namespace cohort_sync::amplitude

#endif  // COHORT_SYNC_AMPLITUDE_STABLE_FILE_H_
