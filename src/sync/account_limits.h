// What an account at the destination allows now: its rate, its pauses, whether it answers at all
// and whether it takes the credential (design brief, sections 2 and 8).
#ifndef COHORT_SYNC_SYNC_ACCOUNT_LIMITS_H_
#define COHORT_SYNC_SYNC_ACCOUNT_LIMITS_H_

#include <cstddef>
#include <optional>
#include <string>

#include "base/clock.h"
#include "sync/delivery_progress.h"
#include "sync/outage.h"
#include "sync/pacing.h"
#include "sync/retry.h"

namespace cohort_sync {

struct DeliverySettings {
  std::size_t concurrency = 8;  // Calls in flight, of the account.
  // Per lane; 0 for no limit of our own, nullopt to find out what the destination allows.
  std::optional<double> requests_per_second;
  RetryPolicy retry;
  // A delivery ends when nothing was settled for this long. The rest stays pending.
  Duration give_up_after{15 * 60'000};
};

// After a refused credential one call in so much time finds out whether it is taken again.
inline constexpr Duration kRefusedProbeInterval{15 * 60'000};

// One thread.
class AccountLimits {
 public:
  explicit AccountLimits(const DeliverySettings& settings)
      : settings_(settings), pacer_(settings.requests_per_second), outage_(settings.retry) {}

  // ---- What calls told ----
  // An answer that decided about a contact or its list. It ends a refusal only when a call may have
  // been sent to find that out: others were on their way before.
  void Answered(SteadyPoint now);
  // Asked to wait: nothing was applied, and `lane` pauses. `jitter` is uniform in [0, 1).
  void Throttled(const std::string& lane,
                 std::optional<Duration> retry_after,
                 SteadyPoint now,
                 double jitter);
  // No answer, or a 5xx.
  void Failed(OperationId operation,
              BindingId binding,
              const std::string& reason,
              SteadyPoint now,
              double jitter);
  // Answered otherwise than by asking to wait, a 5xx included: the rate was not the matter.
  void Accepted(const std::string& lane, SteadyPoint now) { pacer_.Accepted(lane, now); }
  // The credential, the permission or the address is refused: nothing at all will work.
  void Refused(std::string reason, SteadyPoint now);
  void Took(const std::string& lane, SteadyPoint now) { pacer_.Took(lane, now); }

  // ---- What may leave ----
  // Calls in flight, while `bindings` are delivered.
  [[nodiscard]] std::size_t Window(std::size_t bindings) const;
  // When a call on `lane` may leave: `now` or later.
  [[nodiscard]] SteadyPoint EarliestCall(const std::string& lane,
                                         std::size_t bindings,
                                         SteadyPoint now);
  [[nodiscard]] bool away(std::size_t bindings) const { return outage_.away(bindings); }
  // Why no call may leave at all; nullopt when one may, be it to find out.
  [[nodiscard]] std::optional<std::string> Refusal(SteadyPoint now) const;
  // The latest that is known is a refusal.
  [[nodiscard]] bool refused() const { return !refusal_.empty(); }
  // Another delivery begins: its first call may find out that an outage is over.
  void ProbeNow(SteadyPoint now) { outage_.ProbeNow(now); }

  // ---- For people ----
  // What keeps calls on `lane` back besides their number, if anything does; `rate_held` says that
  // one waits for the rate. Times of the result are of `wall`, which is `now` on the wall.
  [[nodiscard]] DeliveryLimit LimitOf(const std::string& lane,
                                      std::size_t bindings,
                                      bool rate_held,
                                      SteadyPoint now,
                                      TimePoint wall) const;

 private:
  const DeliverySettings settings_;
  Pacer pacer_;
  OutageDetector outage_;
  int throttled_in_a_row_ = 0;
  std::string last_failure_;
  std::string refusal_;  // Empty: not refused.
  SteadyPoint refusal_probe_at_{};
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_ACCOUNT_LIMITS_H_
