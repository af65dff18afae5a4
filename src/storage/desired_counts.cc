#include "storage/desired_counts.h"

#include "storage/query.h"

namespace cohort_sync {

namespace {

constexpr char kNewestOperation[] =
    "SELECT max(operation_id) FROM operations INDEXED BY operations_by_binding"
    " WHERE binding_id = ?1";

}  // namespace

std::int64_t DesiredCounts::Of(BindingId binding) {
  Query query(database_, kNewestOperation);
  const std::int64_t newest = query.Bind(binding).Step() && !query.IsNull(0) ? query.Int(0) : 0;
  Counted& counted = counted_[binding];
  if (newest == 0 || counted.newest_operation != newest)
    counted = {newest, checkpoints_.CountDesired(binding)};
  return counted.members;
}

}  // namespace cohort_sync
