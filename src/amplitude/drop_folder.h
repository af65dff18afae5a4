// A folder that somebody else puts files into. What is in it is not trusted (design/faults.md H4).
#ifndef COHORT_SYNC_AMPLITUDE_DROP_FOLDER_H_
#define COHORT_SYNC_AMPLITUDE_DROP_FOLDER_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"

namespace cohort_sync::amplitude {

inline constexpr const char* kDoneFolder = "done";
inline constexpr const char* kFailedFolder = "failed";

struct FolderFile {
  std::string name;
  struct stat state = {};
};

struct FolderListing {
  std::vector<FolderFile> files;     // In no order.
  std::vector<std::string> skipped;  // "'NAME' is a symbolic link": what matched and is not taken.
  std::int64_t odd_names = 0;        // Matched, but no plain names (snapshot_name.h).
};

// What is in the folder, matches and is not taken; empty when there is none.
[[nodiscard]] std::string SkippedText(const std::vector<std::string>& skipped,
                                      std::int64_t odd_names);

// Opened once: whatever happens to its path later, files are read from and moved within the folder
// that was checked. A file is taken only when it is a regular one with a single link that belongs
// to this user or to root. Errors name neither the folder nor the file. One thread.
class DropFolder {
 public:
  // The path itself is the operator's and may go through links. kConfiguration when there is no
  // such folder, when anybody may write to it or this user may not, or when that is so for
  // "done" in it.
  [[nodiscard]] static Result<DropFolder> Open(const std::string& path);

  // The files whose names match `pattern` (MatchesPattern). Unfinished ones, "done" and "failed"
  // are left out without a word.
  [[nodiscard]] Result<FolderListing> List(std::string_view pattern) const;

  // Opens a listed file without following a link or waiting for a pipe, and brings `file.state` up
  // to date. kIncomplete when something else stands there by now.
  [[nodiscard]] Result<UniqueFd> Open(FolderFile& file) const;

  // Moves the file into the folder `subfolder` of this one, which is made when it is missing, and
  // returns its new name, relative to this folder. A name that is taken gets a number behind it. A
  // `reason` is written to "NAME.reason.txt" beside it. kIncomplete when the file is no longer as
  // in `file.state`: what stands there now was not read. After a failure it was not moved.
  [[nodiscard]] Result<std::string> Move(const FolderFile& file,
                                         const char* subfolder,
                                         std::string_view reason = {}) const;

  [[nodiscard]] int fd() const { return fd_.get(); }

 private:
  explicit DropFolder(UniqueFd fd) : fd_(std::move(fd)) {}
  [[nodiscard]] Result<UniqueFd> OpenSubfolder(const char* name) const;

  UniqueFd fd_;
};

}  // namespace cohort_sync::amplitude

#endif  // COHORT_SYNC_AMPLITUDE_DROP_FOLDER_H_
