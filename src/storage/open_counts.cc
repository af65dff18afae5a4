#include "storage/open_counts.h"

#include "storage/column_text.h"
#include "storage/query.h"

namespace cohort_sync {

namespace {

constexpr char kCountPending[] =
    "SELECT (SELECT count(*) FROM operations INDEXED BY operations_due"
    " WHERE binding_id = ?1 AND state = 'pending')"
    " + (SELECT count(*) FROM operations INDEXED BY operations_in_flight"
    " WHERE binding_id = ?1 AND state = 'in_flight')";
constexpr char kCountParked[] =
    "SELECT park_reason, count(*) FROM operations INDEXED BY operations_parked"
    " WHERE binding_id = ?1 AND state = 'parked' GROUP BY park_reason";

}  // namespace

std::int64_t CountPending(Database& database, BindingId binding) {
  Query query(database, kCountPending);
  return query.Bind(binding).Step() ? query.Int(0) : 0;
}

ParkedCounts CountParked(Database& database, BindingId binding) {
  ParkedCounts counts;
  Query query(database, kCountParked);
  query.Bind(binding);
  while (query.Step()) {
    switch (KnownWord(ParseParkReason(query.Text(0)), query.Text(0))) {
      case ParkReason::kRefused:
        counts.refused = query.Int(1);
        break;
      case ParkReason::kExhausted:
        counts.exhausted = query.Int(1);
        break;
      case ParkReason::kUnknownContact:
        counts.unknown_contact = query.Int(1);
        break;
    }
  }
  return counts;
}

}  // namespace cohort_sync
