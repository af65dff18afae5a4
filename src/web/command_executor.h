// Port: the commands that change something, carried out in the daemon that owns the state.
#ifndef COHORT_SYNC_WEB_COMMAND_EXECUTOR_H_
#define COHORT_SYNC_WEB_COMMAND_EXECUTOR_H_

#include <functional>
#include <string>
#include <vector>

namespace cohort_sync::web {

struct CommandOutcome {
  int exit_code = 0;  // design/brief.md 6
  std::string out;    // JSON where `words` ask for it.
  std::string err;    // Why it failed; empty otherwise, or warnings.
};

// Any thread.
class CommandExecutor {
 public:
  virtual ~CommandExecutor() = default;
  // `words` as behind "cohort-sync" on a command line: {"pause", "9apg8e8f", "--json"}. Returns at
  // once; `done` is called once, on another thread, when the command has ended: a sync only when it
  // is delivered.
  virtual void Execute(std::vector<std::string> words,
                       std::function<void(CommandOutcome)> done) = 0;
};

}  // namespace cohort_sync::web

#endif  // COHORT_SYNC_WEB_COMMAND_EXECUTOR_H_
