// The files of a folder -> the snapshots that wait in it. Pure.
#ifndef COHORT_SYNC_AMPLITUDE_WAITING_SNAPSHOTS_H_
#define COHORT_SYNC_AMPLITUDE_WAITING_SNAPSHOTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "amplitude/cohort_csv.h"
#include "amplitude/drop_folder.h"
#include "amplitude/snapshot_name.h"
#include "base/clock.h"
#include "sync/ids.h"

namespace cohort_sync::amplitude {

// One file, or the files of one S3 sync (contracts/amplitude.md 1.7).
struct WaitingSnapshot {
  std::string name;  // The file's, or that of the trio with '*' for the part.
  TimePoint time;    // Of an S3 name, else of the file's last change.
  bool is_trio = false;
  std::vector<FolderFile> files;    // Of a trio: those there are, by name.
  std::vector<CohortPart> parts;    // Of a trio: which part each file is.
  std::vector<CohortPart> missing;  // Of a trio: in the order of CohortPart.
};

struct WaitingSnapshots {
  std::vector<WaitingSnapshot> snapshots;  // The oldest first; of equal times by name.
  std::vector<std::string> skipped;        // As in FolderListing, and names that mislead.
  std::int64_t odd_names = 0;              // As in FolderListing.
  std::int64_t of_other_cohorts = 0;       // Files whose S3 name is that of another cohort.
};

// S3 files belong to `cohort` when what is before the time in their names ends with "_<cohort>"
// (contracts/amplitude.md 1.7): the folder may hold those of several cohorts.
[[nodiscard]] WaitingSnapshots FindWaiting(FolderListing listing, const CohortId& cohort);

// The cohort of one S3 sync: existing and entering members without the exiting ones, who win over
// both (inferred, contracts/amplitude.md 1.7). A member that both of the first two name is kept
// once. Rows and rejected rows of the three are counted together, and numbered within each.
//
// Where `who` was read, members are told apart by it and not by their contacts: one that exits
// takes its contact with it only if no other has it, and one that exits without a user id takes it
// from everybody. When one of the files has no user ids, all three count as without.
// `parts[i]` says which part `rows[i]` is.
[[nodiscard]] CohortRows JoinParts(const std::vector<CohortPart>& parts,
                                   std::vector<CohortRows> rows,
                                   std::uint64_t hash_key);

}  // namespace cohort_sync::amplitude

#endif  // COHORT_SYNC_AMPLITUDE_WAITING_SNAPSHOTS_H_
