// Port: where snapshots come from (src/amplitude implements it).
#ifndef COHORT_SYNC_SYNC_SNAPSHOT_SOURCE_H_
#define COHORT_SYNC_SYNC_SNAPSHOT_SOURCE_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "sync/identifier.h"
#include "sync/ids.h"
#include "sync/snapshot.h"

namespace cohort_sync {

// How far a read is, for a person to see.
struct FetchProgress {
  bool waiting = false;     // The other side prepares it; no bytes yet.
  std::uint64_t bytes = 0;  // Read so far, as they arrive.
  std::uint64_t total = 0;  // 0: not known.
  // The other side's limit: it is not asked before.
  std::optional<TimePoint> not_before = std::nullopt;
};

struct FetchRequest {
  CohortId cohort;
  IdentifierMapping identifier;
  std::uint64_t hash_key = 0;
  // An export that was asked for earlier (by a run that was cut off, or by `plan`) is used when it
  // is not older than this.
  Duration reuse_export_within{0};
  // The cohort is pushed as well: Snapshot::who is wanted.
  bool wants_members = false;
  // Only to look: files that are no cohort stay where they are.
  bool read_only = false;
  // Of the last accepted snapshot. A source with several to choose from puts older ones away; empty
  // when a person wants one of them.
  std::optional<TimePoint> accepted_as_of = std::nullopt;
  // Called now and then by Fetch, on its thread. May be empty.
  std::function<void(const FetchProgress&)> on_progress = nullptr;
};

class SnapshotSource {
 public:
  virtual ~SnapshotSource() = default;

  // The complete membership, or an error that says what was wrong and what to do; never a part.
  // kNothingNew when there is no snapshot that was not accepted before.
  // Blocks until read, `stop` (kInterrupted) or an error. Uses no state besides the record of its
  // own export requests. One call at a time.
  [[nodiscard]] virtual Result<Snapshot> Fetch(const FetchRequest& request,
                                               const std::stop_token& stop) = 0;

  // Called after the snapshot's plan was committed: what was kept to resume the read is dropped.
  virtual void Accepted(const CohortId& cohort) = 0;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_SNAPSHOT_SOURCE_H_
