// The newest calls of one binding that are not in the state yet.
#ifndef COHORT_SYNC_SYNC_CALL_RING_H_
#define COHORT_SYNC_SYNC_CALL_RING_H_

#include <cstddef>
#include <vector>

#include "sync/call_record.h"
#include "sync/operation.h"

namespace cohort_sync {

// The state keeps so many calls of a binding, the newest.
inline constexpr std::size_t kKeptCalls = 200;

// Holds what was added since the last TakeNew, the newest kKeptCalls of it: whoever saves it every
// few seconds (SyncStore::SaveDeliveries) has the newest kKeptCalls of the binding in the state, at
// a cost that does not grow with the number of calls. One thread.
class CallRing {
 public:
  // A record of no call is passed over.
  void Add(const Operation& operation, CallRecord call);
  [[nodiscard]] bool empty() const { return calls_.empty(); }
  // In the order in which they were added; the ring is empty afterwards.
  [[nodiscard]] std::vector<OperationCall> TakeNew();

 private:
  std::vector<OperationCall> calls_;
  std::size_t oldest_ = 0;  // Once the ring is full: what the next one takes the place of.
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_CALL_RING_H_
