// The commands as data: parsing and help are made from the same description.
#ifndef COHORT_SYNC_CLI_COMMAND_H_
#define COHORT_SYNC_CLI_COMMAND_H_

#include <istream>
#include <map>
#include <optional>
#include <ostream>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "cli/exit_code.h"

namespace cohort_sync {

namespace web {
class DaemonMeter;
}  // namespace web
class ExchangeDump;
struct DaemonHost;
class ShutdownSignals;

// What every command gets. Text for people and --json go to `out`, progress and errors to `err`.
struct CommandContext {
  std::string config_path;
  bool json = false;
  std::ostream& out;
  std::ostream& err;
  Clock& clock;
  Random& random;  // Safe from several threads.
  std::stop_token stop;
  std::istream* answers;    // A person's, to questions printed on `err`; null when nobody is asked.
  bool live_progress;       // `err` is a terminal: a line may be written over.
  std::size_t columns = 0;  // Of that terminal; 0: not known.
  ExchangeDump* dump = nullptr;        // Where --dump writes; null without it.
  const DaemonHost* daemon = nullptr;  // The daemon that the command is carried out in, if it is.
  ShutdownSignals* signals = nullptr;  // Where SIGHUP can be asked for; null: it never comes.
  web::DaemonMeter* meter = nullptr;   // Counts every call to a service; may be null.
};

// What stood on the command line behind the command's name.
struct CommandArguments {
  std::vector<std::string> positional;
  std::map<std::string, std::string>
      options;  // Name without dashes; the value is empty for a flag.

  [[nodiscard]] bool Has(const std::string& option) const { return options.count(option) != 0; }
  // The option's whole number; nullopt when it was not given. kConfiguration when it is not one.
  [[nodiscard]] Result<std::optional<std::int64_t>> Number(const std::string& option) const;
};

struct CommandOption {
  std::string name;        // "approve"
  std::string value_name;  // "N"; empty for a flag
  std::string help;
};

struct CommandExample {
  std::string words;    // What stands behind "cohort-sync".
  std::string meaning;  // What it does, in a few words.
};

struct Command {
  std::string name;
  std::string arguments = {};  // "[COHORT...]", as shown in the usage line
  std::size_t min_arguments = 0;
  std::size_t max_arguments = 0;
  std::string summary;  // One line
  std::string help;     // What it does, in a few sentences without line ends
  std::vector<CommandOption> options = {};
  std::vector<CommandExample> examples = {};
  // It changes the state, so that a daemon that owns it carries it out.
  bool through_daemon = false;
  // An error is printed by the caller and becomes the exit code.
  Result<ExitCode> (*run)(const CommandContext& context, const CommandArguments& arguments);
};

// In the order of the overview.
[[nodiscard]] const std::vector<Command>& AllCommands();
// What may stand before or behind any command.
[[nodiscard]] const std::vector<CommandOption>& GlobalOptions();

// The overview of all commands, and the page of one.
[[nodiscard]] std::string HelpText();
[[nodiscard]] std::string HelpText(const Command& command);

// ---- One function per command, each in its own file ----
Result<ExitCode> RunCheck(const CommandContext& context, const CommandArguments& arguments);
Result<ExitCode> RunPlan(const CommandContext& context, const CommandArguments& arguments);
Result<ExitCode> RunSync(const CommandContext& context, const CommandArguments& arguments);
Result<ExitCode> RunResync(const CommandContext& context, const CommandArguments& arguments);
Result<ExitCode> RunRetry(const CommandContext& context, const CommandArguments& arguments);
Result<ExitCode> RunApprove(const CommandContext& context, const CommandArguments& arguments);
Result<ExitCode> RunDiscard(const CommandContext& context, const CommandArguments& arguments);
Result<ExitCode> RunStatus(const CommandContext& context, const CommandArguments& arguments);
Result<ExitCode> RunRuns(const CommandContext& context, const CommandArguments& arguments);
Result<ExitCode> RunRun(const CommandContext& context, const CommandArguments& arguments);
Result<ExitCode> RunInit(const CommandContext& context, const CommandArguments& arguments);
Result<ExitCode> RunCohorts(const CommandContext& context, const CommandArguments& arguments);
Result<ExitCode> RunCalls(const CommandContext& context, const CommandArguments& arguments);
Result<ExitCode> RunMembers(const CommandContext& context, const CommandArguments& arguments);
Result<ExitCode> RunPause(const CommandContext& context, const CommandArguments& arguments);
Result<ExitCode> RunResume(const CommandContext& context, const CommandArguments& arguments);
Result<ExitCode> RunForget(const CommandContext& context, const CommandArguments& arguments);
Result<ExitCode> RunCompletion(const CommandContext& context, const CommandArguments& arguments);
Result<ExitCode> RunMan(const CommandContext& context, const CommandArguments& arguments);
Result<ExitCode> RunServe(const CommandContext& context, const CommandArguments& arguments);
Result<ExitCode> RunDashboard(const CommandContext& context, const CommandArguments& arguments);
Result<ExitCode> RunSimulate(const CommandContext& context, const CommandArguments& arguments);

}  // namespace cohort_sync

#endif  // COHORT_SYNC_CLI_COMMAND_H_
