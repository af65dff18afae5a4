// What `serve` tells the service manager while it runs: ready, how the syncs are, alive.
#ifndef COHORT_SYNC_CLI_SERVICE_REPORT_H_
#define COHORT_SYNC_CLI_SERVICE_REPORT_H_

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "config/config.h"
#include "service/service_notifier.h"
#include "sync/history.h"

namespace cohort_sync {

// "3 syncs, 1 being delivered, 1 held, next at 06:00 UTC". Of `bindings` those count that `config`
// has. `next` is when the schedule is due; nullopt: never by itself.
[[nodiscard]] std::string ServiceStatusLine(const Config& config,
                                            const std::vector<BindingStatus>& bindings,
                                            std::optional<TimePoint> next,
                                            TimePoint now);

// On the thread that runs the loop. Reads the state only where somebody listens. Throws
// DatabaseError.
class ServiceReport {
 public:
  // The references outlive it.
  ServiceReport(const Config& config, const Clock& clock) : config_(config), clock_(clock) {}
  // Tells that the service ends, if that was not told yet.
  ~ServiceReport();
  ServiceReport(const ServiceReport&) = delete;
  ServiceReport& operator=(const ServiceReport&) = delete;

  // To be called once in every turn of the loop, and from nowhere else: the watchdog takes it for
  // progress. The first call says that the service is ready. Returns how long the turn may wait at
  // most. `next` as above.
  [[nodiscard]] Duration Turn(std::optional<TimePoint> next, const std::stop_token& stop);

  // The service goes on with a configuration that was read again: the next report says when it is
  // ready.
  void Reload();

 private:
  void TellStop();
  // Returns when there may be another one to tell.
  [[nodiscard]] Duration TellStatus(std::optional<TimePoint> next);

  const Config& config_;
  const Clock& clock_;
  ServiceNotifier notifier_;
  std::unique_ptr<History> history_;  // nullptr until it is needed.
  bool ready_ = false;
  bool stopping_ = false;
  std::optional<SteadyPoint> status_told_at_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_CLI_SERVICE_REPORT_H_
