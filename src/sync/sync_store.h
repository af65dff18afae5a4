// Port: the durable state (src/storage implements it). One method is one transaction: when it
// returns, what it wrote survives a power cut; when it throws DatabaseError, all of it happened or
// nothing.
#ifndef COHORT_SYNC_SYNC_SYNC_STORE_H_
#define COHORT_SYNC_SYNC_SYNC_STORE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "sync/binding.h"
#include "sync/call_record.h"
#include "sync/delivery_progress.h"
#include "sync/desired_members.h"
#include "sync/journal_rules.h"
#include "sync/member_store.h"
#include "sync/members.h"
#include "sync/operation.h"
#include "sync/run.h"
#include "sync/snapshot.h"
#include "sync/snapshot_members.h"

namespace cohort_sync {

// Everything that one accepted snapshot, or one group of pushed batches, changes.
struct PlanCommit {
  RunTrigger trigger = RunTrigger::kManual;
  TimePoint started_at;
  // The binding as it is to be: created on its first sync; later its cohort name, and the id of a
  // list that was made again, are updated.
  BindingKey key;
  BindingPins pins;
  std::string cohort_name;
  std::optional<TimePoint> as_of;  // Of a snapshot; pushed batches have none.
  std::string origin;
  RunCounts counts;  // `reopened` is filled in by the store.
  bool removals_approved = false;
  std::vector<std::string> notes;
  std::span<const RejectedRow> rejected_rows;

  std::span<const MemberRef> add;
  std::span<const MemberRef> remove;
  std::span<const MemberRef> hold_remove;  // Replaces an earlier hold of the binding.
  std::span<const MemberRef> hold_add;
  bool keep_hold = false;         // An earlier hold stays as it is; the two above are empty.
  std::optional<RunId> approves;  // The run whose hold this lets through, and so ends.

  // ---- Of a pushed cohort ----
  std::span<const KnownMember> member_rows;  // Written over what there is.
  std::optional<InboxPosition> inbox;        // Where the batches end.
  // The members of the snapshot, which become the rows; those that changed since (IsNewer) stay.
  const SnapshotMembers* snapshot_members = nullptr;

  // Resync: every member of `assert_members` that gets no other operation is asserted: an open add
  // is re-opened, anybody else gets a new add whose `before` is unknown. Waiting removals are
  // re-opened.
  const MemberRows* assert_members = nullptr;
  // The list was made again: every new operation's `before` is off, whatever the journal says.
  bool list_was_recreated = false;
};

struct CommittedPlan {
  RunId run;
  BindingId binding;
  std::int64_t asserted = 0;  // Adds written or re-opened by a resync besides `add`.
  std::int64_t reopened = 0;
};

// Asks for due operations of one binding.
struct ClaimRequest {
  BindingId binding;
  std::size_t limit = 0;
  Duration settle_after{};  // R5: 2 x the request timeout.
};

struct Claimed {
  std::vector<Operation> operations;   // Now in_flight, to be sent.
  std::int64_t unneeded = 0;           // Closed at their turn without a call.
  std::optional<TimePoint> next_turn;  // When the earliest operation that had to wait is due.
  std::int64_t open = 0;               // pending + in_flight of the binding, after this call.
};

// A delivery that is under way, or has just ended, as people may look at it.
struct DeliverySnapshot {
  BindingId binding;
  DeliveryProgress progress;
  std::vector<OperationCall> calls;  // Answered since the last snapshot, or the newest of them.
};

// Operations of a binding that are not closed.
struct OpenCounts {
  std::int64_t pending = 0;           // pending and in flight
  std::int64_t parked = 0;            // refused and exhausted
  std::int64_t unknown_contacts = 0;  // parked because the contact does not exist there
};

// A hold, open or not.
struct HoldRecord {
  enum class State { kOpen, kReplaced, kApproved, kDiscarded };
  RunId run;
  BindingId binding;
  State state = State::kOpen;
  std::int64_t removals = 0;
  std::int64_t adds = 0;
};

class SyncStore : public DesiredMembers, public MemberStore {
 public:
  // The key of the member hash; fixed for the life of the state.
  [[nodiscard]] virtual std::uint64_t hash_key() const = 0;

  [[nodiscard]] virtual std::optional<Binding> FindBinding(const BindingKey& key) = 0;
  // The binding that has this list at this endpoint (names compared without case), if any.
  [[nodiscard]] virtual std::optional<Binding> FindBindingByList(const std::string& endpoint,
                                                                 const ListName& list) = 0;
  [[nodiscard]] virtual OpenCounts CountOpen(BindingId binding) = 0;
  // Number of desired members.
  [[nodiscard]] virtual std::int64_t CountDesired(BindingId binding) = 0;
  // Removals committed since `since` that nobody approved.
  [[nodiscard]] virtual std::int64_t UnapprovedRemovalsSince(BindingId binding,
                                                             TimePoint since) = 0;

  // Journal rows, accepted snapshot, hold and run, in one transaction (R1, R4).
  [[nodiscard]] virtual CommittedPlan CommitPlan(const PlanCommit& plan) = 0;
  // Of the run; nullopt when it held nothing.
  [[nodiscard]] virtual std::optional<HoldRecord> FindHold(RunId run) = 0;
  // A person decided against the open hold of this run. REQUIRES: it is open.
  virtual void DiscardHold(RunId run) = 0;
  // Records a run that ended, failed or interrupted, before it could commit anything: trigger,
  // state, times and error of `report`. The binding of `key` may not exist yet.
  virtual RunId RecordFailedRun(const BindingKey& key, const RunReport& report) = 0;
  // A run without a snapshot: delivers what is open (a person's retry).
  virtual RunId BeginDeliveryRun(BindingId binding, RunTrigger trigger, TimePoint started_at) = 0;
  // Ends a committed run: state, delivery counts, error and notes.
  virtual void FinishRun(const RunReport& report) = 0;
  // Why the binding does not deliver; empty clears it.
  virtual void SetStopped(BindingId binding, const std::string& reason) = 0;
  // A person's pause; nullopt ends it.
  virtual void SetPaused(BindingId binding, std::optional<TimePoint> since) = 0;
  // The list that the binding had is no longer what the journal says it is: nothing is delivered
  // until a resync makes or fills it again.
  virtual void ForgetListId(BindingId binding) = 0;
  // Ends a binding: its journal, checkpoints and holds are gone, its runs stay. The list is not
  // touched.
  virtual void Forget(BindingId binding) = 0;

  // Takes over from a process that is gone: its in_flight operations become unknown attempts at
  // `now` (R2), its unfinished runs become interrupted. Called once, after the owner opened the
  // state.
  virtual void Recover(TimePoint now) = 0;
  // Opens parked operations again: exhausted ones always, unknown contacts parked before
  // `unknown_contacts_before`. Returns how many.
  virtual std::int64_t ReopenForRun(BindingId binding, TimePoint unknown_contacts_before) = 0;
  // Opens all parked operations again, on a person's word. Returns how many.
  virtual std::int64_t ReopenParked(BindingId binding) = 0;

  // Settles attempts and claims due operations, for each request up to its limit: removals first,
  // then adds, each in order (R2: the claim is durable before the request leaves). One commit for
  // all. The result has an element for each request.
  [[nodiscard]] virtual std::vector<Claimed> SettleAndClaim(std::span<const Settlement> settlements,
                                                            std::span<const ClaimRequest> requests,
                                                            TimePoint now) = 0;

  // Progress replaces what was there; that of a delivery that has ended is dropped. Calls are added
  // to the newest ones of the binding, of which kKeptCalls stay (call_ring.h); secrets are blanked
  // out. One commit for all.
  virtual void SaveDeliveries(std::span<const DeliverySnapshot> deliveries) = 0;

  // Folds the journal into the checkpoint when it has grown enough; cheap when it has not. Each
  // segment in a transaction of its own.
  virtual void FoldIfGrown(BindingId binding) = 0;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_SYNC_STORE_H_
