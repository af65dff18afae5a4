// What a test's destination says to a call, and what it remembers of one.
#ifndef COHORT_SYNC_TESTS_SUPPORT_DELIVERY_SCRIPT_H_
#define COHORT_SYNC_TESTS_SUPPORT_DELIVERY_SCRIPT_H_

#include <optional>
#include <string>

#include "base/clock.h"
#include "sync/list_destination.h"

namespace cohort_sync {

// What a call says, and what it does to the list besides.
struct ScriptedVerdict {
  Verdict verdict = Verdict::kDelivered;
  std::string reason;
  std::optional<Duration> retry_after;
  // For kUnknown: the call takes effect after this long; never when absent. 0 is at once.
  std::optional<Duration> applied_after;
};

struct RecordedCall {
  OperationKind kind = OperationKind::kAdd;
  std::string contact;
  SteadyPoint at;
  friend bool operator==(const RecordedCall&, const RecordedCall&) = default;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_TESTS_SUPPORT_DELIVERY_SCRIPT_H_
