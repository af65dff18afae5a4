// From signals to a stop token, and a process environment without surprises.
#ifndef COHORT_SYNC_SERVICE_SHUTDOWN_H_
#define COHORT_SYNC_SERVICE_SHUTDOWN_H_

#include <csignal>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>

#include "base/unique_fd.h"

namespace cohort_sync {

// Opens those of descriptors 0, 1 and 2 that are closed on /dev/null. To be called first of all: a
// database that got one of these numbers would be written to by the next message (faults.md A10).
void OpenStandardStreams();

// While it lives, the first SIGINT, SIGTERM or SIGHUP requests a stop and the second one ends the
// process at once with exit code 130; the journal makes that safe. SIGPIPE is ignored from then on:
// a closed connection is an error of the write, not the end of the process.
//
// REQUIRES: made on the main thread before any other thread exists, so that all of them inherit the
// blocked signals; at most one at a time. Destroying it restores the signal mask.
class ShutdownSignals {
 public:
  ShutdownSignals();
  ~ShutdownSignals();
  ShutdownSignals(const ShutdownSignals&) = delete;
  ShutdownSignals& operator=(const ShutdownSignals&) = delete;

  // From now on SIGHUP calls `on_hangup`, on the thread that takes the signals; without one, as at
  // the beginning, it is a signal to stop like the others: a terminal went away.
  void OnHangup(std::function<void()> on_hangup);

  // Callbacks registered on it run on the thread that takes the signals.
  [[nodiscard]] std::stop_token token() const { return source_.get_token(); }

 private:
  void Watch();
  [[nodiscard]] bool HungUp();

  sigset_t previous_mask_{};
  std::stop_source source_;
  std::mutex mutex_;
  std::function<void()> on_hangup_;
  UniqueFd signals_;  // signalfd
  UniqueFd end_;      // eventfd: readable when the watcher is to end.
  std::thread watcher_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SERVICE_SHUTDOWN_H_
