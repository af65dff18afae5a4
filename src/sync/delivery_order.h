// What a delivery is told to do, and what it reports.
#ifndef COHORT_SYNC_SYNC_DELIVERY_ORDER_H_
#define COHORT_SYNC_SYNC_DELIVERY_ORDER_H_

#include <functional>
#include <stop_token>
#include <string>

#include "base/clock.h"
#include "sync/delivery_progress.h"
#include "sync/ids.h"
#include "sync/list_destination.h"
#include "sync/run.h"

namespace cohort_sync {

enum class DeliveryEnd {
  kDone,                // Nothing is open any more.
  kInterrupted,         // `stop` was requested; calls in flight were waited for.
  kNoProgress,          // give_up_after passed.
  kBindingStopped,      // The list is refused, or too many contacts are.
  kDestinationStopped,  // Credential, permission or address is refused.
};

struct DeliveryReport {
  DeliveryEnd end = DeliveryEnd::kDone;
  std::string reason;  // For the person; empty when done or interrupted.
  DeliveryCounts counts;
};

// What is to be delivered.
struct DeliveryOrder {
  BindingId binding;
  ListName list;
  ListDestination* destination = nullptr;  // Outlives the delivery.
  Duration give_up_after{15 * 60'000};
  DeliveryObserver observer;  // May be empty. Called a few times a second, and at the end.
  std::stop_token stop;
  std::function<void(const DeliveryReport&)> done;  // Called once, when nothing is in flight.
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_DELIVERY_ORDER_H_
