// Is the daemon well, and does it take work? Answered at /healthz and /readyz.
#ifndef COHORT_SYNC_WEB_DAEMON_HEALTH_H_
#define COHORT_SYNC_WEB_DAEMON_HEALTH_H_

#include <atomic>
#include <string>

#include "base/clock.h"
#include "http/guarded_server.h"

namespace cohort_sync::web {

// The daemon's loop turns at least this often, also when there is nothing to do ...
inline constexpr Duration kLongestRest{30'000};
// ... and one that has not turned for so long hangs. A turn may hold the commit of a large plan:
// seconds.
inline constexpr Duration kLongestTurn{120'000};

// Any thread. Starting until SetServing.
class DaemonHealth {
 public:
  // `clock` outlives it. A start counts as a turn.
  explicit DaemonHealth(const Clock& clock) : clock_(clock), turned_at_(clock.Steady()) {}

  void Turned() { turned_at_ = clock_.Steady(); }
  // The state is open, the server listens, the schedule is loaded.
  void SetServing() { phase_ = Phase::kServing; }
  void SetStopping() { phase_ = Phase::kStopping; }

  struct Verdict {
    bool well = true;
    std::string reason = "ok";
  };
  [[nodiscard]] Verdict Alive() const;
  // Alive, and neither starting nor stopping.
  [[nodiscard]] Verdict Ready() const;

 private:
  enum class Phase { kStarting, kServing, kStopping };

  const Clock& clock_;
  std::atomic<SteadyPoint> turned_at_;
  std::atomic<Phase> phase_ = Phase::kStarting;
};

// Handles /healthz, and /readyz: 200 with "ok", or 503 with the reason, as a line of text; to
// everybody.
class HealthHandler final : public http::RequestHandler {
 public:
  // `health` outlives it.
  explicit HealthHandler(const DaemonHealth& health) : health_(health) {}

  http::Admission Admit(const http::Request& head) override;
  http::Reply Refuse(const http::Request& head, int status) override;
  void Handle(http::Request request, http::Responder responder) override;

 private:
  const DaemonHealth& health_;
};

}  // namespace cohort_sync::web

#endif  // COHORT_SYNC_WEB_DAEMON_HEALTH_H_
