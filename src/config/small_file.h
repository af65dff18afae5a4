// Reads a small file whole, together with who may touch it: for the configuration and for secrets.
#ifndef COHORT_SYNC_CONFIG_SMALL_FILE_H_
#define COHORT_SYNC_CONFIG_SMALL_FILE_H_

#include <cstddef>
#include <filesystem>
#include <string>

#include "base/result.h"

namespace cohort_sync {

struct SmallFile {
  std::string content;
  unsigned mode = 0;   // Permission bits only.
  unsigned owner = 0;  // User id.
};

// Mode and owner are those of the very file that was read. Symbolic links are followed. Never waits
// on a pipe. kNotFound when there is no such file; kConfiguration when it cannot be opened, is not
// a regular file or is larger than `max_bytes`. Messages name the file.
[[nodiscard]] Result<SmallFile> ReadSmallFile(const std::filesystem::path& file,
                                              std::size_t max_bytes);

}  // namespace cohort_sync

#endif  // COHORT_SYNC_CONFIG_SMALL_FILE_H_
