// A hold: removals or adds that wait for a person (design brief, section 8, "Hold", "Approval").
#ifndef COHORT_SYNC_SYNC_HOLD_H_
#define COHORT_SYNC_SYNC_HOLD_H_

#include "base/result.h"
#include "sync/ids.h"
#include "sync/sync_store.h"

namespace cohort_sync {

// kNotFound when the run held nothing, kRejected when it was decided about or a newer run's hold
// replaced it, which is named. Throws DatabaseError.
[[nodiscard]] Status CheckHoldIsOpen(SyncStore& store, RunId run);

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_HOLD_H_
