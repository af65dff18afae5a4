// How far the deliveries are that are under way.
#ifndef COHORT_SYNC_STORAGE_DELIVERIES_H_
#define COHORT_SYNC_STORAGE_DELIVERIES_H_

#include <optional>

#include "base/clock.h"
#include "storage/database.h"
#include "sync/delivery_progress.h"
#include "sync/history.h"
#include "sync/ids.h"

namespace cohort_sync {

// Part of a store: writes inside its caller's transaction. Throws DatabaseError.
class Deliveries {
 public:
  explicit Deliveries(Database& database) : database_(database) {}

  // Replaces what was there; `progress` that has ended leaves nothing.
  void Save(BindingId binding, const DeliveryProgress& progress, TimePoint now);
  // Those of a process that is gone. Returns how many there were.
  std::int64_t DeleteAll();
  [[nodiscard]] std::optional<LiveDelivery> Of(BindingId binding);

 private:
  Database& database_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_STORAGE_DELIVERIES_H_
