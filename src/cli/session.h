// Where a command that changes something has its work done: in this process, which then owns the
// state, or in the daemon that does.
#ifndef COHORT_SYNC_CLI_SESSION_H_
#define COHORT_SYNC_CLI_SESSION_H_

#include <exception>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "base/result.h"
#include "cli/command.h"
#include "cli/workspace.h"
#include "service/sync_engine.h"

namespace cohort_sync {

// Begins runs. On the thread that owns the state.
class RunStarter {
 public:
  virtual ~RunStarter() = default;
  // As SyncEngine::Enqueue, but at any time: the run begins when its binding is free for it.
  virtual void Start(RunRequest request) = 0;
  // Calls `action` when no run of the binding is waiting or under way, which may be at once.
  virtual void WhenFree(const BindingKey& key, std::function<void()> action) = 0;
  // The same when no change of the binding is being computed.
  virtual void WhenNotPlanned(const BindingKey& key, std::function<void()> action) = 0;
  // Ends the runs of a binding that are waiting or under way.
  virtual void Stop(const BindingKey& key) = 0;
};

// What a command finds when it is carried out in the daemon. Outlives the command.
struct DaemonHost {
  Workspace& workspace;
  RunStarter& starter;
  std::stop_token ended;  // Nothing that was started will end any more.
};

// On the command's thread.
class Session {
 public:
  virtual ~Session() = default;

  // What of it is not for any thread is used within Call or Run.
  [[nodiscard]] virtual Workspace& workspace() = 0;
  // Calls `begin` on the thread that owns the state, and returns when all that it started through
  // the starter, at once or later, has ended. Throws what `begin` throws, and DaemonEnded when the
  // daemon ends first.
  virtual void Run(const std::function<void(RunStarter&)>& begin) = 0;

  // Calls `function` on the thread that owns the state and gives back what it returns.
  template <typename Function>
  std::invoke_result_t<Function> Call(Function function) {
    return workspace().tasks().Call(std::move(function));
  }
};

// The daemon that carries out the command stops.
class DaemonEnded : public std::exception {};

// The daemon's if the command is carried out in one; else `command` takes the state: kLocked when
// another process has it, kConfiguration as LoadConfig and the store say.
[[nodiscard]] Result<std::unique_ptr<Session>> OpenSession(const CommandContext& context,
                                                           const std::string& command);

}  // namespace cohort_sync

#endif  // COHORT_SYNC_CLI_SESSION_H_
