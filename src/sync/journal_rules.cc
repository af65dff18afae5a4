#include "sync/journal_rules.h"

#include "base/check.h"

namespace cohort_sync {
namespace {

// Closes an operation that is definitely not applied and will not be tried again for now.
void Park(Settled& settled, bool has_waiting, ParkReason reason) {
  if (has_waiting) {
    settled.state = OperationState::kSuperseded;
    return;
  }
  settled.state = OperationState::kParked;
  settled.park_reason = reason;
}

}  // namespace

Appended Append(const std::optional<NewestOperation>& newest, bool in_checkpoint) {
  if (!newest) return {in_checkpoint ? Membership::kOn : Membership::kOff, std::nullopt, false};
  switch (newest->state) {
    case OperationState::kDelivered:
    case OperationState::kUnneeded:
      return {Wanted(newest->kind), newest->unknown, false};
    case OperationState::kInFlight:
      // Learns what was true when that one is settled.
      return {Membership::kUnknown, newest->unknown, false};
    case OperationState::kPending:
    case OperationState::kParked:
      return {newest->before, newest->unknown, true};
    case OperationState::kSuperseded:
      break;
  }
  CHECK(newest->state != OperationState::kSuperseded);  // What supersedes is newer.
  return {};
}

bool Owned(const NewestOperation& newest) {
  switch (newest.state) {
    case OperationState::kDelivered:
    case OperationState::kUnneeded:
      return newest.kind == OperationKind::kAdd;
    case OperationState::kInFlight:
      return true;  // An add may have arrived; a removal may not have.
    case OperationState::kPending:
    case OperationState::kParked:
    case OperationState::kSuperseded:
      break;
  }
  return newest.before != Membership::kOff;
}

Turn TurnOf(OperationKind kind,
            Membership before,
            const std::optional<UnknownAttempt>& unknown,
            TimePoint now,
            Duration settle_after) {
  if (before == Wanted(kind)) return Turn::kUnneeded;
  if (unknown && unknown->kind != kind && now < unknown->at + settle_after) return Turn::kWait;
  return Turn::kSend;
}

Settled Settle(const Operation& in_flight, const Settlement& settlement, bool has_waiting) {
  Settled settled;
  settled.before = in_flight.before;
  settled.unknown = in_flight.unknown;
  switch (settlement.outcome) {
    case Outcome::kDelivered:
      settled.state = OperationState::kDelivered;
      settled.before = Wanted(in_flight.kind);
      break;
    case Outcome::kRefused:
      Park(settled, has_waiting, ParkReason::kRefused);
      break;
    case Outcome::kUnknownContact:
      Park(settled, has_waiting, ParkReason::kUnknownContact);
      break;
    case Outcome::kUnknown:
      settled.before = Membership::kUnknown;
      settled.unknown = UnknownAttempt{in_flight.kind, settlement.at};
      [[fallthrough]];
    case Outcome::kNotSent:
      if (has_waiting || !settlement.retry_at) {
        Park(settled, has_waiting, ParkReason::kExhausted);
      } else {
        settled.state = OperationState::kPending;
      }
      break;
  }
  settled.waiting_before = settled.before;
  return settled;
}

}  // namespace cohort_sync
