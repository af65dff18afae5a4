// What systemd is told of the service, as sd_notify(3) describes it: ready, how it is, alive.
#ifndef COHORT_SYNC_SERVICE_SERVICE_NOTIFIER_H_
#define COHORT_SYNC_SERVICE_SERVICE_NOTIFIER_H_

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace cohort_sync {

// Sends to the socket that NOTIFY_SOCKET names; without it, nothing is sent and nothing fails. What
// cannot be sent is a warning in the log, once. One thread.
class ServiceNotifier {
 public:
  // Reads NOTIFY_SOCKET, and the watchdog's interval from WATCHDOG_USEC and WATCHDOG_PID.
  ServiceNotifier();

  // Somebody listens, so that a status is worth its making.
  [[nodiscard]] bool enabled() const { return enabled_; }

  // The service does what it is for, or does so again after Reloading.
  void Ready();
  // The configuration is being read again (RELOADING=1, MONOTONIC_USEC): until Ready.
  void Reloading();
  // Nothing new is begun any more.
  void Stopping();
  // One line for `systemctl status`. Sent when it differs from the last one; control characters and
  // secrets are blanked.
  void Status(std::string_view line);

  // The loop that does the work has come round at `now`. To be called from there only, so that the
  // watchdog notices when it hangs (faults.md A13). Sends at most every quarter of the interval.
  void Turned(SteadyPoint now);
  // The loop has to come round this often: half of the watchdog's interval. nullopt: no watchdog.
  [[nodiscard]] std::optional<Duration> longest_turn() const;

 private:
  void Send(const std::string& state);

  bool enabled_ = false;
  bool failed_ = false;
  std::optional<Duration> watchdog_;  // Its interval.
  std::optional<SteadyPoint> alive_told_at_;
  std::string status_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SERVICE_SERVICE_NOTIFIER_H_
