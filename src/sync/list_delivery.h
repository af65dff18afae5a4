// The delivery of one binding's open operations, as its account's dispatcher drives it.
#ifndef COHORT_SYNC_SYNC_LIST_DELIVERY_H_
#define COHORT_SYNC_SYNC_LIST_DELIVERY_H_

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "sync/account_limits.h"
#include "sync/call_ring.h"
#include "sync/call_statistics.h"
#include "sync/delivery_order.h"
#include "sync/delivery_progress.h"
#include "sync/outage.h"
#include "sync/rate_meter.h"
#include "sync/sync_store.h"

namespace cohort_sync {

// Refusals of more than this share of what was open, and at least so many, stop the binding.
inline constexpr int kMaxRefusedPercent = 5;
inline constexpr std::int64_t kMinRefusals = 20;

// What is claimed, sent and answered of one binding. Makes no call and writes nothing itself: its
// dispatcher does. One thread.
class ListDelivery {
 public:
  // All references outlive the delivery.
  ListDelivery(DeliveryOrder order,
               const DeliverySettings& settings,
               AccountLimits& limits,
               Clock& clock,
               Random& random);

  [[nodiscard]] const DeliveryOrder& order() const { return order_; }
  [[nodiscard]] std::size_t in_flight() const { return in_flight_; }
  [[nodiscard]] std::size_t ready() const { return ready_[0].size() + ready_[1].size(); }
  [[nodiscard]] bool ending() const { return ending_; }

  // ---- Commits ----
  // How many operations it may claim now, when `share` calls of the account's window are its own:
  // as many again wait for their turn, or more when it is fast.
  [[nodiscard]] std::size_t Room(std::size_t share) const;
  // Operations are due, or were when it last looked.
  [[nodiscard]] bool MayClaim(TimePoint now) const;
  [[nodiscard]] const std::vector<Settlement>& settlements() const { return settlements_; }
  // What a commit of its settlements with a claim of at most `room` gave.
  void Accept(Claimed claimed, std::size_t room);

  // ---- Calls ----
  // The kind whose next operation may leave at `now`, of a contact not in `busy`; nullopt when
  // there is none. Then `again_at` is moved forward to the time when one may, if time is what is
  // missing.
  [[nodiscard]] std::optional<OperationKind> Sendable(const std::unordered_set<std::string>& busy,
                                                      std::size_t bindings,
                                                      SteadyPoint now,
                                                      std::optional<SteadyPoint>& again_at);
  // REQUIRES: Sendable said `kind`, and nothing has changed since.
  [[nodiscard]] Operation TakeNext(OperationKind kind, SteadyPoint now);
  // `bindings`: how many the account has under way; what is said of their account depends on it.
  void Answered(const Operation& operation, DeliveryAnswer answer, std::size_t bindings);
  // A run committed so many operations more.
  void Grew(std::int64_t operations);
  void ProbeNow(SteadyPoint now) { outage_.ProbeNow(now); }

  // ---- The end ----
  // From now on nothing is claimed or sent; what was claimed and not sent is given back.
  void End(DeliveryEnd end, std::string reason);
  // A stop, or no progress for too long.
  void CheckForEnd();
  // REQUIRES: everything is committed. Nothing is in flight and nothing is left to do.
  [[nodiscard]] bool Finished() const;
  // When it next has something to do without an answer, on the monotonic clock.
  [[nodiscard]] SteadyPoint NextTurn() const;
  // Complete but for what is open in the state.
  [[nodiscard]] DeliveryReport Report() const;

  // ---- For people ----
  // The account has as many calls in flight as it may.
  void HeldByWindow() { held_by_window_ = true; }
  // As it was last told, with the calls that no earlier snapshot had.
  [[nodiscard]] DeliverySnapshot TakeSnapshot();
  // Brings progress() up to date and shows it, unless it was shown just now; always when it has
  // ended or is about to see a stop.
  void Tell(std::size_t bindings, bool ended);

 private:
  [[nodiscard]] std::deque<Operation>& ReadyOf(OperationKind kind);
  [[nodiscard]] const std::string& LaneOf(OperationKind kind) const;
  void Closed();
  void CheckRefusals(const std::string& last);
  void TakeFailure(const Operation& operation,
                   const DeliveryAnswer& answer,
                   std::size_t bindings,
                   Settlement& settlement);
  void GiveBack(const Operation& operation);

  const DeliveryOrder order_;
  const DeliverySettings& settings_;
  AccountLimits& limits_;
  Clock& clock_;
  Random& random_;
  const std::array<std::string, 2> lanes_;  // Of removals, of adds.

  OutageDetector outage_;                       // Of this list.
  std::array<std::deque<Operation>, 2> ready_;  // Claimed, not sent: removals, adds.
  std::array<std::size_t, 2> next_{};           // Behind those of busy contacts.
  std::size_t in_flight_ = 0;
  std::vector<Settlement> settlements_;  // Answered, not committed.
  bool opened_ = false;                  // What is open is known.
  bool more_due_ = true;
  bool grew_ = false;  // Since the last claim.
  std::optional<TimePoint> next_turn_;
  bool ending_ = false;
  SteadyPoint progress_at_;
  std::string last_failure_;  // Empty: only asked to wait.
  DeliveryReport report_;

  CallStatistics statistics_;
  CallRing calls_;
  RateMeter rate_;
  DeliveryProgress progress_;
  std::optional<SteadyPoint> told_at_;
  bool held_by_rate_ = false;  // Since it was last told, as the next two.
  bool held_by_window_ = false;
  OperationKind held_kind_ = OperationKind::kAdd;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_LIST_DELIVERY_H_
