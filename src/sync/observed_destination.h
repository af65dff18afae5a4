// Tells somebody about each answer of a destination.
#ifndef COHORT_SYNC_SYNC_OBSERVED_DESTINATION_H_
#define COHORT_SYNC_SYNC_OBSERVED_DESTINATION_H_

#include <memory>
#include <string>

#include "sync/list_destination.h"

namespace cohort_sync {

struct ObservedCall {
  const DestinationName& destination;
  OperationKind kind;
  const std::string& lane;  // ListDestination::LaneOf
  const DeliveryAnswer& answer;
};

class CallObserver {
 public:
  virtual ~CallObserver() = default;
  // Once for each answer, before anybody else has it. From any thread; neither blocks nor throws.
  virtual void Called(const ObservedCall& call) = 0;
};

// Does what `destination` does. `observer` outlives it.
[[nodiscard]] std::unique_ptr<ListDestination> ObserveCalls(
    DestinationName name, std::unique_ptr<ListDestination> destination, CallObserver& observer);

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_OBSERVED_DESTINATION_H_
