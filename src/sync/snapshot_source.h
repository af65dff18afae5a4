// Port: where snapshots come from (src/amplitude implements it).
#ifndef COHORT_SYNC_SYNC_SNAPSHOT_SOURCE_H_
#define COHORT_SYNC_SYNC_SNAPSHOT_SOURCE_H_

#include <optional>
#include <stop_token>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "sync/identifier.h"
#include "sync/ids.h"
#include "sync/snapshot.h"

namespace cohort_sync {

struct FetchRequest {
  CohortId cohort;
  IdentifierMapping identifier;
  std::uint64_t hash_key = 0;
  // An export that was asked for earlier (by a run that was cut off, or by `plan`) is used when it
  // is not older than this.
  Duration reuse_export_within{0};
};

class SnapshotSource {
 public:
  virtual ~SnapshotSource() = default;

  // The complete membership, or an error that says what was wrong and what to do; never a part.
  // Blocks until read, `stop` (kInterrupted) or an error. Uses no state besides the record of its
  // own export requests. One call at a time.
  [[nodiscard]] virtual Result<Snapshot> Fetch(const FetchRequest& request,
                                               const std::stop_token& stop) = 0;

  // Called after the snapshot's plan was committed: what was kept to resume the read is dropped.
  virtual void Accepted(const CohortId& cohort) = 0;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_SNAPSHOT_SOURCE_H_
