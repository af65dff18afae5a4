#include "cli/session.h"

#include <condition_variable>
#include <mutex>
#include <utility>

#include "cli/run_queue.h"

namespace cohort_sync {
namespace {

constexpr Duration kLongestTurn = std::chrono::minutes(1);

// This process owns the state.
class OwnSession final : public Session {
 public:
  explicit OwnSession(std::unique_ptr<Workspace> workspace) : workspace_(std::move(workspace)) {}

  Workspace& workspace() override { return *workspace_; }

  void Run(const std::function<void(RunStarter&)>& begin) override {
    if (!engine_) engine_ = workspace_->MakeEngine();
    RunQueue queue(*engine_);
    begin(queue);
    while (!engine_->idle() || !queue.idle()) {
      queue.Turn();
      engine_->Turn(kLongestTurn);
    }
  }

 private:
  std::unique_ptr<Workspace> workspace_;
  std::unique_ptr<SyncEngine> engine_;
};

// How much of what a command started has not ended yet.
class Open {
 public:
  void Add() {
    const std::lock_guard lock(mutex_);
    ++open_;
  }
  void Ended() {
    {
      const std::lock_guard lock(mutex_);
      --open_;
    }
    changed_.notify_all();
  }
  // False when `ended` came first.
  bool Wait(const std::stop_token& ended) {
    std::unique_lock lock(mutex_);
    return changed_.wait(lock, ended, [this] { return open_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  int open_ = 0;
};

// Counts what it passes on. What has ended is told last: the command may be gone then.
class CountingStarter final : public RunStarter {
 public:
  CountingStarter(RunStarter& starter, std::shared_ptr<Open> open)
      : starter_(starter), open_(std::move(open)) {}

  void Start(RunRequest request) override {
    open_->Add();
    if (request.planned) {
      request.planned = [open = open_, planned = std::move(request.planned)](auto plan) {
        planned(std::move(plan));
        open->Ended();
      };
    }
    if (request.done) {
      request.done = [open = open_, done = std::move(request.done)](auto report) {
        done(std::move(report));
        open->Ended();
      };
    }
    starter_.Start(std::move(request));
  }
  void WhenFree(const BindingKey& key, std::function<void()> action) override {
    starter_.WhenFree(key, Counted(std::move(action)));
  }
  void WhenNotPlanned(const BindingKey& key, std::function<void()> action) override {
    starter_.WhenNotPlanned(key, Counted(std::move(action)));
  }
  void Stop(const BindingKey& key) override { starter_.Stop(key); }

 private:
  std::function<void()> Counted(std::function<void()> action) {
    open_->Add();
    return [open = open_, action = std::move(action)] {
      action();
      open->Ended();
    };
  }

  RunStarter& starter_;
  const std::shared_ptr<Open> open_;
};

// The command is carried out in the daemon, on a thread of its own.
class DaemonSession final : public Session {
 public:
  explicit DaemonSession(const DaemonHost& host) : host_(host), starter_(host.starter, open_) {}

  Workspace& workspace() override { return host_.workspace; }

  void Run(const std::function<void(RunStarter&)>& begin) override {
    host_.workspace.tasks().Call([&] { begin(starter_); });
    if (!open_->Wait(host_.ended)) throw DaemonEnded();
  }

 private:
  const DaemonHost host_;
  const std::shared_ptr<Open> open_ = std::make_shared<Open>();
  CountingStarter starter_;
};

}  // namespace

Result<std::unique_ptr<Session>> OpenSession(const CommandContext& context,
                                             const std::string& command) {
  if (context.daemon != nullptr) return std::make_unique<DaemonSession>(*context.daemon);
  auto workspace = Workspace::Open(context, command);
  if (!workspace) return Fail(workspace.error());
  return std::make_unique<OwnSession>(std::move(*workspace));
}

}  // namespace cohort_sync
