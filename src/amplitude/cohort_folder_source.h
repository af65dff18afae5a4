// Snapshots from a folder that somebody puts files into, one after the other.
#ifndef COHORT_SYNC_AMPLITUDE_COHORT_FOLDER_SOURCE_H_
#define COHORT_SYNC_AMPLITUDE_COHORT_FOLDER_SOURCE_H_

#include <optional>
#include <string>
#include <vector>

#include "amplitude/cohort_csv.h"
#include "amplitude/drop_folder.h"
#include "amplitude/waiting_snapshots.h"
#include "sync/snapshot_source.h"

namespace cohort_sync::amplitude {

// Every Fetch takes the oldest complete snapshot that waits in the folder: one file whose name
// matches, or the three files of one S3 sync (waiting_snapshots.h). Its time is that of the S3
// name, else the file's last change; of equal times the name that sorts first is taken.
//
// Accepted moves its files to "done" in the folder. A file that is no cohort, or older than the
// last accepted snapshot, is moved to "failed", with its error in "NAME.reason.txt" beside it. A
// file that is cut off or changes while it is read stays, and so does a trio that lacks a part: the
// next snapshot is tried, and theirs is the error when none is complete.
class CohortFolderSource final : public SnapshotSource {
 public:
  // `cohort_name` comes from the configuration. `path` is shown in messages as it is given.
  CohortFolderSource(std::string path,
                     std::string pattern,
                     std::optional<std::string> cohort_name,
                     CohortCsvOptions options = {});

  // Errors begin with "folder 'PATH': ". kNothingNew when nothing waits; kInvalidInput for a file
  // that was refused, and when nothing waits but entries that may not be taken (drop_folder.h);
  // kConfiguration for the folder itself; kIncomplete as above.
  [[nodiscard]] Result<Snapshot> Fetch(const FetchRequest& request,
                                       const std::stop_token& stop) override;
  // Files that were replaced since they were read stay and are read by the next Fetch. A move that
  // fails is logged.
  void Accepted(const CohortId& cohort) override;

 private:
  // The last snapshot that was read: what Accepted moves.
  struct Taken {
    DropFolder folder;
    std::vector<FolderFile> files;
  };

  [[nodiscard]] Result<Snapshot> Take(DropFolder& folder,
                                      WaitingSnapshot& waiting,
                                      const FetchRequest& request,
                                      const std::stop_token& stop) const;
  [[nodiscard]] Result<CohortRows> ReadFile(const DropFolder& folder,
                                            FolderFile& file,
                                            const FetchRequest& request,
                                            FetchProgress& progress,
                                            const std::stop_token& stop) const;
  [[nodiscard]] Error Refuse(const DropFolder& folder,
                             const WaitingSnapshot& waiting,
                             const FetchRequest& request,
                             const Error& error) const;
  [[nodiscard]] Error NothingWaits(const WaitingSnapshots& waiting) const;

  std::string path_;
  std::string pattern_;
  std::optional<std::string> cohort_name_;
  CohortCsvOptions options_;
  std::optional<Taken> taken_;
};

}  // namespace cohort_sync::amplitude

#endif  // COHORT_SYNC_AMPLITUDE_COHORT_FOLDER_SOURCE_H_
