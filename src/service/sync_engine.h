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
    kSync,      // Reads a snapshot, commits and delivers.
    kPush,      // The same for the batches that wait of a pushed cohort.
    kRetry,     // Opens what is parked again and delivers.
    kPending,   // Delivers what earlier runs left, if there is anything.
    kApproval,  // Commits what `hold` holds and delivers.
    kPlan,      // Reads a snapshot and says what a run would do.
  };
  Kind kind = Kind::kSync;
  const SyncTarget* target = nullptr;  // Outlives the run.
  RunOptions options;
  RunId hold;                       // Of kApproval: the run that holds.
  RunObserver* observer = nullptr;  // Outlives the run; nullptr: nobody looks.
  // Called once on the engine's thread when the run has ended; nullopt when there was none: nothing
  // was pending or pushed, or a stop came first.
  std::function<void(std::optional<Result<RunReport>>)> done{};
  // Instead of `done` when a plan was made, or could not be.
  std::function<void(Result<PreparedRun>)> planned{};
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
  // read: those behind them pass. REQUIRES: a push or an approval while neither of the binding is
  // waiting or being read, anything else while no run of it is waiting or under way.
  void Enqueue(RunRequest request);
  // A run of this binding is waiting or under way.
  [[nodiscard]] bool Runs(const BindingKey& key) const { return runs_.contains(key); }
  // Its push or approval is waiting or being read; once that is committed the next may follow.
  [[nodiscard]] bool TakesBatches(const BindingKey& key) const { return pushes_.contains(key); }
  // A change of it is being computed and not committed yet.
  [[nodiscard]] bool Plans(const BindingKey& key) const {
    return reading_ == key || reading_push_ == key;
  }
  [[nodiscard]] bool idle() const { return runs_.empty(); }
  // Ends the runs of a binding as a stop of the engine would; they take the time that calls in
  // flight take.
  void Stop(const BindingKey& key);

  // Does what is to do now, then waits for the next thing, at most `longest`; not when a run has
  // ended.
  void Turn(Duration longest);

 private:
  // Of the runs of one binding that were begun together.
  struct RunStop;

  void SleepUntilRung(Duration longest);
  [[nodiscard]] Dispatcher& DispatcherOf(const SyncTarget& target);
  void StartWaiting();
  [[nodiscard]] bool MayStart(const RunRequest& request);
  void StartOne(RunRequest request);
  void Read(RunRequest request);
  void ReadPush(RunRequest request);
  void ReadPlan(RunRequest request);
  // `read` runs on a thread of its own, with the state marshalled.
  [[nodiscard]] std::jthread OnReader(std::function<void(SyncRunner&)> read);
  void Deliver(const RunRequest& request, StartedRun started);
  // Runs that were committed while their binding was being delivered.
  void DeliverBehind();
  void End(const RunRequest& request, std::optional<Result<RunReport>> report);
  void Leave(const BindingKey& key);
  [[nodiscard]] RunObserver& ObserverOf(const RunRequest& request);
  [[nodiscard]] std::stop_token StopOf(const BindingKey& key) const;

  const Parts parts_;
  SyncRunner runner_;
  std::map<DestinationName, std::unique_ptr<Dispatcher>> dispatchers_;  // By account.
  std::deque<RunRequest> waiting_;
  std::multiset<BindingKey> runs_;
  std::map<BindingKey, std::unique_ptr<RunStop>> stops_;  // Of those that have runs.
  std::set<BindingKey> pushes_;
  std::deque<std::pair<RunRequest, StartedRun>> behind_;
  std::optional<BindingKey> reading_;       // Whose snapshot is being read.
  std::optional<BindingKey> reading_push_;  // Whose batches are.
  bool ended_ = false;                      // A run has, in this turn.
  RunObserver nobody_;
  std::stop_source stop_;  // Also requested when the engine ends for another reason.
  const std::stop_callback<std::function<void()>> on_stop_;
  std::jthread reader_;
  std::jthread push_reader_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SERVICE_SYNC_ENGINE_H_
