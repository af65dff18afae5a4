// One `add` or `remove` of one contact on one list: a row of the journal.
#ifndef COHORT_SYNC_SYNC_OPERATION_H_
#define COHORT_SYNC_SYNC_OPERATION_H_

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "sync/ids.h"

namespace cohort_sync {

// The text forms (ToString) are what the state stores and what --json prints.
enum class OperationKind { kAdd, kRemove };  // "add", "remove"

// What was true at the destination, as far as it is ours, before an operation.
enum class Membership { kOff, kOn, kUnknown };  // "off", "on", "unknown"

// pending -> in_flight -> delivered | parked | unneeded, and superseded by a newer operation.
enum class OperationState { kPending, kInFlight, kDelivered, kParked, kUnneeded, kSuperseded };

// Why an operation is parked.
enum class ParkReason {
  kRefused,         // "refused": a definite no; waits for a person's retry.
  kExhausted,       // "exhausted": attempts used up; the binding's next run opens it again.
  kUnknownContact,  // "unknown_contact": not in Cordial and not to be created; again after a day.
};

[[nodiscard]] std::string_view ToString(OperationKind kind);
[[nodiscard]] std::string_view ToString(Membership membership);
[[nodiscard]] std::string_view ToString(OperationState state);
[[nodiscard]] std::string_view ToString(ParkReason reason);
[[nodiscard]] std::optional<OperationKind> ParseOperationKind(std::string_view text);
[[nodiscard]] std::optional<Membership> ParseMembership(std::string_view text);
[[nodiscard]] std::optional<OperationState> ParseOperationState(std::string_view text);
[[nodiscard]] std::optional<ParkReason> ParseParkReason(std::string_view text);

// What `kind` makes true.
[[nodiscard]] constexpr Membership Wanted(OperationKind kind) {
  return kind == OperationKind::kAdd ? Membership::kOn : Membership::kOff;
}

// The latest attempt, of whatever operation on the contact, whose effect may still arrive.
struct UnknownAttempt {
  OperationKind kind = OperationKind::kAdd;
  TimePoint at;
  friend bool operator==(const UnknownAttempt&, const UnknownAttempt&) = default;
};

// An operation as the dispatcher holds it between its claim and its settlement.
struct Operation {
  OperationId id;
  BindingId binding;
  std::string contact;  // Normalized identifier.
  OperationKind kind = OperationKind::kAdd;
  Membership before = Membership::kUnknown;
  int attempts = 0;  // Attempts already spent, this one not included.
  std::optional<UnknownAttempt> unknown;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_OPERATION_H_
