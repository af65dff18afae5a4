// Runs that people ask for, in the order in which they asked, beside those of the schedule.
#ifndef COHORT_SYNC_CLI_RUN_QUEUE_H_
#define COHORT_SYNC_CLI_RUN_QUEUE_H_

#include <functional>
#include <list>
#include <utility>

#include "cli/session.h"
#include "service/sync_engine.h"

namespace cohort_sync {

// On the engine's thread.
class RunQueue final : public RunStarter {
 public:
  // The engine outlives the queue. `ended`, if it is not empty, is told about each run that ended.
  explicit RunQueue(SyncEngine& engine, std::function<void(const RunReport&)> ended = nullptr)
      : engine_(engine), ended_(std::move(ended)) {}

  void Start(RunRequest request) override;
  void WhenFree(const BindingKey& key, std::function<void()> action) override;
  void WhenNotPlanned(const BindingKey& key, std::function<void()> action) override;
  void Stop(const BindingKey& key) override { engine_.Stop(key); }

  // Begins what may begin now. To be called before the engine's Turn.
  void Turn();
  // Something of the binding waits.
  [[nodiscard]] bool Waits(const BindingKey& key) const;
  [[nodiscard]] bool idle() const { return waiting_.empty(); }

 private:
  struct Waiting {
    BindingKey key;
    std::function<bool()> may_begin;
    std::function<void()> begin;
  };
  void Add(Waiting waiting);

  SyncEngine& engine_;
  const std::function<void(const RunReport&)> ended_;
  std::list<Waiting> waiting_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_CLI_RUN_QUEUE_H_
