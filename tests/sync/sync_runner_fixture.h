// What the tests of the runner share.
#ifndef COHORT_SYNC_TESTS_SYNC_SYNC_RUNNER_FIXTURE_H_
#define COHORT_SYNC_TESTS_SYNC_SYNC_RUNNER_FIXTURE_H_

#include <optional>

#include <gtest/gtest.h>

#include "sync/sync_runner.h"
#include "sync/sync_world.h"

namespace cohort_sync {

class SyncRunnerTest : public testing::Test {
 protected:
  // Nothing gets through until Return().
  void GoAway() {
    world_.destination.FailNext(100'000, {Verdict::kNotSent, "connection refused", {}, {}});
  }
  // The next calls are answered by the list again.
  void Return() { world_.destination.ForgetScript(); }

  RunReport Resync() {
    RunOptions options;
    options.trigger = RunTrigger::kResync;
    return world_.Sync(options);
  }
  RunReport Approve(std::int64_t removals) {
    RunOptions options;
    options.approval.removals = removals;
    return world_.Sync(options);
  }
  Result<RunReport> Retry() { return world_.runner().Retry(world_.target); }
  std::optional<RunReport> DeliverPending() {
    return world_.runner().DeliverPending(world_.target);
  }

  [[nodiscard]] BindingStatus Status() const { return world_.history()->Bindings().at(0); }

  SyncWorld world_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_TESTS_SYNC_SYNC_RUNNER_FIXTURE_H_
