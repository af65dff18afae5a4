// Who looks on while a run is under way.
#ifndef COHORT_SYNC_SYNC_RUN_OBSERVER_H_
#define COHORT_SYNC_SYNC_RUN_OBSERVER_H_

#include "sync/delivery_progress.h"
#include "sync/preparation.h"
#include "sync/run.h"
#include "sync/snapshot.h"
#include "sync/snapshot_source.h"
#include "sync/sync_target.h"

namespace cohort_sync {

// What a person may want to see while it happens. Called on the thread of the phase: Delivering on
// the dispatcher's, the others on the runner's.
class RunObserver {
 public:
  virtual ~RunObserver() = default;
  virtual void Fetching(const SyncTarget& /*target*/) {}
  virtual void Reading(const FetchProgress& /*progress*/) {}
  virtual void Comparing(const Snapshot& /*snapshot*/) {}
  virtual void Planned(const SyncTarget& /*target*/, const PreparedRun& /*plan*/) {}
  virtual void Delivering(const RunReport& /*run*/, const DeliveryProgress& /*progress*/) {}
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_RUN_OBSERVER_H_
