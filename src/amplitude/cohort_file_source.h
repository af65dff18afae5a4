// Snapshots from a file that somebody puts there.
#ifndef COHORT_SYNC_AMPLITUDE_COHORT_FILE_SOURCE_H_
#define COHORT_SYNC_AMPLITUDE_COHORT_FILE_SOURCE_H_

#include <optional>
#include <string>

#include "amplitude/cohort_csv.h"
#include "sync/snapshot_source.h"

namespace cohort_sync::amplitude {

// Reads the cohort anew from `path` at every Fetch: in a form of cohort_csv.h, plain or gzip. The
// snapshot is as of the file's last change. Its completeness is what stable_file.h and the file's
// own form can show (design brief, section 8, "Evidence of completeness").
class CohortFileSource final : public SnapshotSource {
 public:
  // `cohort_name` comes from the configuration, because a file does not know it. `path` is shown in
  // messages as it is given.
  CohortFileSource(std::string path,
                   std::optional<std::string> cohort_name,
                   CohortCsvOptions options = {});

  // Errors begin with "file 'PATH': ".
  [[nodiscard]] Result<Snapshot> Fetch(const FetchRequest& request,
                                       const std::stop_token& stop) override;
  // Nothing is kept.
  void Accepted(const CohortId& cohort) override;

 private:
  std::string path_;
  std::optional<std::string> cohort_name_;
  CohortCsvOptions options_;
};

}  // namespace cohort_sync::amplitude

#endif  // COHORT_SYNC_AMPLITUDE_COHORT_FILE_SOURCE_H_
