// Delivers the pending operations of an account's bindings: several calls in flight, under the
// account's limits, claims before calls, acknowledgements in groups.
#ifndef COHORT_SYNC_SYNC_DISPATCHER_H_
#define COHORT_SYNC_SYNC_DISPATCHER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "sync/account_limits.h"
#include "sync/answer_box.h"
#include "sync/list_delivery.h"
#include "sync/sync_store.h"
#include "sync/wakeup.h"

namespace cohort_sync {

// Of one account: an endpoint with a credential. Its deliveries share the calls in flight and the
// rate: a free place goes to the one that has the fewest calls in flight, then to the one that
// waited longest, so that a list whose calls hang holds up nobody. At most one call is in flight
// for a contact, whichever lists it is for, since two first adds at once would create the person
// twice.
//
// On the thread that owns the state. Throws DatabaseError; then calls may still be in flight, whose
// answers are dropped and whose operations the next start takes as unknown (R2), and the dispatcher
// is not used again.
class Dispatcher {
 public:
  // The references outlive the dispatcher. `wakeup` is rung when an answer has come.
  Dispatcher(SyncStore& store,
             Clock& clock,
             Random& random,
             const DeliverySettings& settings,
             std::shared_ptr<Wakeup> wakeup);

  // Takes part from the next Step on. REQUIRES: the binding is not being delivered already.
  void Begin(DeliveryOrder order);
  [[nodiscard]] bool Delivers(BindingId binding) const;
  // A run committed so many operations of a binding that is being delivered: they are delivered
  // too.
  void Grew(BindingId binding, std::int64_t operations);
  // Takes the answers that came, commits, sends what may leave, and reports what is done. Does not
  // wait.
  void Step();
  // How long Step has nothing to do if no answer comes; 0 when it has now.
  [[nodiscard]] Duration Rest() const;
  [[nodiscard]] bool idle() const { return deliveries_.empty(); }
  [[nodiscard]] std::size_t in_flight() const { return in_flight_; }
  [[nodiscard]] AccountLimits& limits() { return limits_; }

 private:
  using Deliveries = std::map<BindingId, std::unique_ptr<ListDelivery>>;

  void TakeAnswers();
  [[nodiscard]] bool CommitIsDue() const;
  [[nodiscard]] bool WantsToClaim(const ListDelivery& delivery) const;
  void CommitAndClaim();
  // How many deliveries have something to send or to claim; at least 1.
  [[nodiscard]] std::size_t Working() const;
  void SendReady();
  [[nodiscard]] ListDelivery* NextToSend(OperationKind& kind, SteadyPoint now);
  void Send(ListDelivery& delivery, Operation operation);
  void ReportFinished();
  void SaveProgress();

  SyncStore& store_;
  Clock& clock_;
  Random& random_;
  const DeliverySettings settings_;
  const std::shared_ptr<AnswerBox> box_;
  AccountLimits limits_;
  Deliveries deliveries_;
  std::map<BindingId, std::uint64_t> sent_last_;  // The number of its latest call.
  std::uint64_t calls_ = 0;
  std::size_t in_flight_ = 0;
  std::unordered_set<std::string> busy_;    // Contacts in flight.
  std::optional<SteadyPoint> group_since_;  // When the oldest uncommitted answer came.
  std::optional<SteadyPoint> send_again_at_;
  SteadyPoint saved_at_{};
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_DISPATCHER_H_
