// Whole runs on the caller's thread, as service/sync_engine.h does them beside each other.
#ifndef COHORT_SYNC_TESTS_SUPPORT_BLOCKING_RUNNER_H_
#define COHORT_SYNC_TESTS_SUPPORT_BLOCKING_RUNNER_H_

#include <memory>
#include <optional>
#include <stop_token>
#include <utility>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "sync/dispatcher.h"
#include "sync/sync_runner.h"
#include "sync/wakeup.h"

namespace cohort_sync {

// Begins one delivery and steps until it is done; while nothing is in flight the
// clock is turned. Throws DatabaseError.
inline DeliveryReport DeliverWith(SyncStore& store,
                                  Clock& clock,
                                  Random& random,
                                  const DeliverySettings& settings,
                                  DeliveryOrder order) {
  const auto wakeup = std::make_shared<Wakeup>();
  Dispatcher dispatcher(store, clock, random, settings, wakeup);
  std::optional<DeliveryReport> report;
  const std::stop_token stop = order.stop;
  order.done = [&report](const DeliveryReport& done) { report = done; };
  dispatcher.Begin(std::move(order));
  while (true) {
    // A stop that is seen has done what it does; to be woken by it again would make this spin.
    const std::stop_token wakes = stop.stop_requested() ? std::stop_token() : stop;
    dispatcher.Step();
    if (report) return *report;
    const Duration rest = dispatcher.Rest();
    if (dispatcher.in_flight() > 0) {
      wakeup->Wait(rest, wakes);
    } else if (rest > Duration(0)) {
      clock.SleepFor(rest, wakes);
    }
  }
}

// A SyncRunner whose runs are also delivered and finished.
class BlockingRunner {
 public:
  // What is referred to outlives the runner.
  BlockingRunner(SyncStore& store, Clock& clock, Random& random)
      : store_(store), clock_(clock), random_(random), runner_(store, clock) {}

  [[nodiscard]] Result<PreparedRun> Plan(const SyncTarget& target, const RunOptions& options) {
    RunObserver nobody;
    return runner_.Plan(target, options, nobody, {});
  }
  RunReport Run(const SyncTarget& target,
                const RunOptions& options,
                RunObserver& observer,
                const std::stop_token& stop = {}) {
    return Finish(target, runner_.Start(target, options, observer, stop), observer, stop);
  }
  // nullopt when there is no run, as in SyncRunner.
  std::optional<RunReport> Push(const SyncTarget& target, const RunOptions& options) {
    RunObserver nobody;
    std::optional<StartedRun> started = runner_.StartPush(target, options, nobody, {});
    if (!started) return std::nullopt;
    return Finish(target, std::move(*started), nobody, {});
  }
  Result<RunReport> Retry(const SyncTarget& target) {
    Result<StartedRun> started = runner_.StartRetry(target);
    if (!started) return Fail(started.error());
    RunObserver nobody;
    return Finish(target, std::move(*started), nobody, {});
  }
  std::optional<RunReport> DeliverPending(const SyncTarget& target) {
    std::optional<StartedRun> started = runner_.StartPending(target);
    if (!started) return std::nullopt;
    RunObserver nobody;
    return Finish(target, std::move(*started), nobody, {});
  }

 private:
  RunReport Finish(const SyncTarget& target,
                   StartedRun started,
                   RunObserver& observer,
                   const std::stop_token& stop) {
    if (!started.delivers) return std::move(started.report);
    DeliveryOrder order = SyncRunner::OrderOf(target, started.report, observer, stop);
    const DeliveryReport delivered =
        DeliverWith(store_, clock_, random_, target.delivery, std::move(order));
    return runner_.Finish(std::move(started.report), delivered);
  }

  SyncStore& store_;
  Clock& clock_;
  Random& random_;
  SyncRunner runner_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_TESTS_SUPPORT_BLOCKING_RUNNER_H_
