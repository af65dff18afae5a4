// Runs of several bindings beside each other: one cohort after the other is read on a thread of its
// own, pushed batches on another, while the thread that owns the state delivers for all whose plans
// are committed.
#ifndef COHORT_SYNC_SERVICE_SYNC_ENGINE_H_
#define COHORT_SYNC_SERVICE_SYNC_ENGINE_H_

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "service/shared_store.h"
#include "service/task_queue.h"
#include "sync/dispatcher.h"
#include "sync/sync_runner.h"
#include "sync/wakeup.h"

namespace cohort_sync {

struct RunRequest {
  enum class Kind {
    kSync,     // Reads a snapshot, commits and delivers.
    kPush,     // The same for the batches that wait of a pushed cohort.
    kRetry,    // Opens what is parked again and delivers.
    kPending,  // Delivers what earlier runs left, if there is anything.
  };
  Kind kind = Kind::kSync;
  const SyncTarget* target = nullptr;  // Outlives the engine.
  RunOptions options;
  // Called once on the engine's thread when the run has ended; nullopt when there was none: nothing
  // was pending or pushed, or a stop came first.
  std::function<void(std::optional<Result<RunReport>>)> done;
};

// The thread that makes it owns the state and calls Turn. Everything throws DatabaseError; then the
// engine is destroyed.
class SyncEngine {
 public:
  struct Parts {
    SyncStore& store;
    SharedStore& shared_store;  // The same, for the reading thread.
    TaskQueue& tasks;
    std::shared_ptr<Wakeup> wakeup;
    Clock& clock;
    Random& random;  // Safe from two threads.
    RunObserver& observer;
    std::stop_token stop;
    bool listens = false;  // `wakeup` is rung by others too: every wait is on it.
  };
  // What the parts refer to outlives the engine.
  explicit SyncEngine(const Parts& parts);
  // Drops what was not begun; waits for the reading thread to come to a place where it can end.
  ~SyncEngine();
  SyncEngine(const SyncEngine&) = delete;
  SyncEngine& operator=(const SyncEngine&) = delete;

  // In order, but for requests that have to wait, for the probe of their account or for another
  // read: those behind them pass. REQUIRES: a push while no push of the binding is waiting or being
  // read, anything else while no run of it is waiting or under way.
  void Enqueue(RunRequest request);
  // A run of this binding is waiting or under way.
  [[nodiscard]] bool Runs(const BindingKey& key) const { return runs_.contains(key); }
  // Its push is waiting or being read; once that is committed the next may follow.
  [[nodiscard]] bool TakesBatches(const BindingKey& key) const { return pushes_.contains(key); }
  [[nodiscard]] bool idle() const { return runs_.empty(); }

  // Does what is to do now, then waits for the next thing, at most `longest`; not when a run has
  // ended.
  void Turn(Duration longest);

 private:
  [[nodiscard]] Dispatcher& DispatcherOf(const SyncTarget& target);
  void StartWaiting();
  [[nodiscard]] bool MayStart(const RunRequest& request);
  void StartOne(RunRequest request);
  // `start` runs on a thread of its own, with the state marshalled.
  void Read(RunRequest request);
  void ReadPush(RunRequest request);
  [[nodiscard]] std::jthread OnReader(std::function<void(SyncRunner&)> read);
  void Deliver(const RunRequest& request, StartedRun started);
  // Runs that were committed while their binding was being delivered.
  void DeliverBehind();
  void End(const RunRequest& request, std::optional<Result<RunReport>> report);

  const Parts parts_;
  SyncRunner runner_;
  std::map<DestinationName, std::unique_ptr<Dispatcher>> dispatchers_;  // By account.
  std::deque<RunRequest> waiting_;
  std::multiset<BindingKey> runs_;
  std::set<BindingKey> pushes_;
  std::deque<std::pair<RunRequest, StartedRun>> behind_;
  std::optional<BindingKey> reading_;       // Whose snapshot is being read.
  std::optional<BindingKey> reading_push_;  // Whose batches are.
  bool ended_ = false;                      // A run has, in this turn.
  std::stop_source reading_stop_;  // Also requested when the engine ends for another reason.
  const std::stop_callback<std::function<void()>> on_stop_;
  std::jthread reader_;
  std::jthread push_reader_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SERVICE_SYNC_ENGINE_H_
