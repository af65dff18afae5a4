#include "cli/daemon_commands.h"

#include <sstream>
#include <utility>

#include "base/format.h"
#include "base/redaction.h"
#include "cli/command_line.h"

namespace cohort_sync {

DaemonCommands::~DaemonCommands() {
  for (const auto& execution : executions_)
    execution->thread.join();
}

int DaemonCommands::RunCommand(const web::CommandCall& call, std::ostream& out, std::ostream& err) {
  const Result<Invocation> invocation = ParseCommandLine(call.words);
  if (!invocation) {
    err << "error: " << Redact(invocation.error().message()) << '\n';
    return static_cast<int>(ExitCode::kUsage);
  }
  if (invocation->command == nullptr || !invocation->command->through_daemon) {
    err << "error: this command is not the daemon's to carry out\n";
    return static_cast<int>(ExitCode::kUsage);
  }
  const CommandContext context{context_.config_path,
                               invocation->json,
                               out,
                               err,
                               context_.clock,
                               context_.random,
                               context_.stop,
                               nullptr,
                               call.live_progress,
                               call.columns,
                               nullptr,
                               &host_,
                               nullptr,
                               context_.meter};
  const ExitCode code = RunInvocation(*invocation, context);
  carried_out_();
  return static_cast<int>(code);
}

void DaemonCommands::Execute(std::vector<std::string> words,
                             std::function<void(web::CommandOutcome)> done) {
  const std::lock_guard lock(mutex_);
  DropEnded();
  if (executions_.size() >= kMostExecuted)
    return done({static_cast<int>(ExitCode::kFailed),
                 {},
                 Format("error: the daemon is busy with {} commands; try again when one has ended",
                        kMostExecuted)});
  Execution& execution = *executions_.emplace_back(std::make_unique<Execution>());
  execution.thread =
      std::thread([this, &execution, words = std::move(words), done = std::move(done)]() mutable {
        std::ostringstream out;
        std::ostringstream err;
        const int code = RunCommand({std::move(words), false, 0}, out, err);
        done({code, out.str(), err.str()});
        execution.ended = true;
      });
}

void DaemonCommands::DropEnded() {
  std::erase_if(executions_, [](const std::unique_ptr<Execution>& execution) {
    if (!execution->ended) return false;
    execution->thread.join();
    return true;
  });
}

}  // namespace cohort_sync
