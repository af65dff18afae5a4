// Delivers the pending operations of a binding: several calls in flight, under the configured rate,
// claims before calls, acknowledgements in groups.
#ifndef COHORT_SYNC_SYNC_DISPATCHER_H_
#define COHORT_SYNC_SYNC_DISPATCHER_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "base/clock.h"
#include "base/random.h"
#include "sync/list_destination.h"
#include "sync/retry.h"
#include "sync/run.h"
#include "sync/sync_store.h"

namespace cohort_sync {

struct DeliverySettings {
  std::size_t concurrency = 8;  // Calls in flight.
  // Per lane; 0 for no limit of our own, nullopt to find out what the destination allows.
  std::optional<double> requests_per_second;
  RetryPolicy retry;
  // Ends when nothing was settled for this long. The rest stays pending.
  Duration give_up_after{15 * 60'000};
};

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

struct DeliveryProgress {
  std::int64_t done = 0;   // Operations closed.
  std::int64_t total = 0;  // Operations that were open at the start.
  std::string held_up;     // Why calls do not go out as usual; empty when they do.
};
using DeliveryObserver = std::function<void(const DeliveryProgress&)>;

// Refusals of more than this share of what was open, and at least so many, stop the binding.
inline constexpr int kMaxRefusedPercent = 5;
inline constexpr std::int64_t kMinRefusals = 20;

class Dispatcher {
 public:
  // All references outlive the dispatcher.
  Dispatcher(SyncStore& store,
             ListDestination& destination,
             Clock& clock,
             Random& random,
             const DeliverySettings& settings);

  // Returns when nothing is in flight any more; what could not be delivered is pending or parked.
  // Writes to the store from the calling thread only. Throws DatabaseError; then calls may still be
  // in flight, whose answers are dropped and whose operations the next start takes as unknown (R2).
  [[nodiscard]] DeliveryReport Deliver(BindingId binding,
                                       const ListName& list,
                                       const DeliveryObserver& observer,
                                       const std::stop_token& stop);

 private:
  SyncStore& store_;
  ListDestination& destination_;
  Clock& clock_;
  Random& random_;
  DeliverySettings settings_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_DISPATCHER_H_
