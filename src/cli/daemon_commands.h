// The commands that the daemon carries out for others: those that change the state.
#ifndef COHORT_SYNC_CLI_DAEMON_COMMANDS_H_
#define COHORT_SYNC_CLI_DAEMON_COMMANDS_H_

#include <atomic>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <ostream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "cli/command.h"
#include "cli/session.h"
#include "web/command_executor.h"
#include "web/control_server.h"

namespace cohort_sync {

// Any thread.
class DaemonCommands final : public web::CommandRunner, public web::CommandExecutor {
 public:
  static constexpr std::size_t kMostExecuted = 16;

  // The references outlive it. `carried_out` is called after each command, on that command's
  // thread.
  DaemonCommands(const CommandContext& context,
                 const DaemonHost& host,
                 std::function<void()> carried_out)
      : context_(context), host_(host), carried_out_(std::move(carried_out)) {}
  // Waits for what Execute began.
  ~DaemonCommands() override;
  DaemonCommands(const DaemonCommands&) = delete;
  DaemonCommands& operator=(const DaemonCommands&) = delete;

  int RunCommand(const web::CommandCall& call, std::ostream& out, std::ostream& err) override;
  // On a thread of its own; when kMostExecuted are under way, `done` is told so at once.
  void Execute(std::vector<std::string> words,
               std::function<void(web::CommandOutcome)> done) override;

 private:
  struct Execution {
    std::atomic<bool> ended = false;
    std::thread thread;
  };
  void DropEnded();

  const CommandContext& context_;
  const DaemonHost& host_;
  const std::function<void()> carried_out_;
  std::mutex mutex_;
  std::list<std::unique_ptr<Execution>> executions_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_CLI_DAEMON_COMMANDS_H_
