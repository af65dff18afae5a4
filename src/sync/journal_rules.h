// The rules of the journal, R1-R5 (design brief, section 2), as pure functions. src/storage applies
// them to rows; nothing else decides what a row becomes.
//
// Per (binding, contact) there is at most one operation in flight and at most one waiting (pending
// or parked). Ownership is cautious: sent and not definitely refused counts as ours.
#ifndef COHORT_SYNC_SYNC_JOURNAL_RULES_H_
#define COHORT_SYNC_SYNC_JOURNAL_RULES_H_

#include <optional>
#include <string>

#include "base/clock.h"
#include "sync/operation.h"

namespace cohort_sync {

// A contact's newest operation in the journal.
struct NewestOperation {
  OperationId id;
  OperationKind kind = OperationKind::kAdd;
  Membership before = Membership::kUnknown;
  OperationState state = OperationState::kPending;
  std::optional<UnknownAttempt> unknown;
};

// How an operation enters the journal.
struct Appended {
  Membership before = Membership::kUnknown;
  std::optional<UnknownAttempt> unknown;
  bool supersedes_newest = false;  // The newest operation was waiting and gives way (R4).
};

// R1, R4: the row for a change of desire. `newest` is absent when pruning or the first sync left no
// row; then the checkpoint speaks: a member there was delivered and is on, anybody else is off.
[[nodiscard]] Appended Append(const std::optional<NewestOperation>& newest, bool in_checkpoint);

// R3: is the contact ours, judged by its newest operation?
[[nodiscard]] bool Owned(const NewestOperation& newest);

// What a claim does with a pending operation at its turn.
enum class Turn {
  kSend,      // Goes out.
  kUnneeded,  // Already as wanted: closes without a call.
  kWait,      // R5: an opposite attempt may still arrive; not before its time + `settle_after`.
};
// `settle_after` is 2 x the request timeout.
[[nodiscard]] Turn TurnOf(OperationKind kind,
                          Membership before,
                          const std::optional<UnknownAttempt>& unknown,
                          TimePoint now,
                          Duration settle_after);

// What became of an attempt.
enum class Outcome {
  kDelivered,       // Acknowledged.
  kRefused,         // Definitely not applied, and will not be.
  kUnknownContact,  // Definitely not applied: the contact does not exist.
  kNotSent,         // Definitely not applied; may be tried again (throttled, no connection).
  kUnknown,         // May or may not have been applied, now or later.
};

struct Settlement {
  OperationId id;
  Outcome outcome = Outcome::kUnknown;
  TimePoint at;
  bool spends_attempt = true;  // False while the whole account is held up.
  // For kNotSent and kUnknown: when to try again; nullopt parks it as exhausted.
  std::optional<TimePoint> retry_at;
  std::string reason;   // The destination's words, for the person; empty when delivered.
  int http_status = 0;  // 0 when there was no answer.
};

// The row after its attempt, and what a waiting operation of the same contact learns from it.
struct Settled {
  OperationState state = OperationState::kPending;
  std::optional<ParkReason> park_reason;     // Set when state is kParked.
  Membership before = Membership::kUnknown;  // Of the settled row itself, for its next attempt.
  std::optional<UnknownAttempt> unknown;
  Membership waiting_before = Membership::kUnknown;  // For the waiting one, if there is one.
};

// R3, R4, R5: settles the operation in flight. With a waiting operation behind it, what cannot be
// closed as delivered gives way (superseded): an unknown attempt is not repeated while another
// waits. The waiting operation takes `waiting_before` and `unknown`.
[[nodiscard]] Settled Settle(const Operation& in_flight,
                             const Settlement& settlement,
                             bool has_waiting);

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_JOURNAL_RULES_H_
