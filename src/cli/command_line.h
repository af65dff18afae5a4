// From argv to a finished command.
#ifndef COHORT_SYNC_CLI_COMMAND_LINE_H_
#define COHORT_SYNC_CLI_COMMAND_LINE_H_

#include <istream>
#include <optional>
#include <ostream>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "base/result.h"
#include "cli/command.h"
#include "service/shutdown.h"

namespace cohort_sync {

struct Invocation {
  const Command* command = nullptr;  // Null only when help or version was asked for.
  CommandArguments arguments;
  std::string config_path = "cohort-sync.json";
  std::optional<std::string> dump_path;
  bool json = false;
  bool help = false;
  bool version = false;
  LogLevel log_level = LogLevel::kWarning;
  LogFormat log_format = LogFormat::kText;
};

// `words` is argv without the program's name. kConfiguration, with the nearest known word and the
// next step, for anything that is not understood.
[[nodiscard]] Result<Invocation> ParseCommandLine(const std::vector<std::string>& words);

// What the process gives to a command.
struct Surroundings {
  std::ostream& out;
  std::ostream& err;
  Clock& clock;
  Random& random;
  std::stop_token stop;
  std::istream* answers = nullptr;     // Of a person at a terminal.
  bool live_progress = false;          // `err` is a terminal.
  std::size_t columns = 0;             // Of that terminal; 0: not known.
  ShutdownSignals* signals = nullptr;  // Where SIGHUP can be asked for; null: it never comes.
};

// Runs the command of an invocation that has one, prints an error if there is one ({"error": ...}
// with --json; to a structured log as a message) and returns the exit code. No exception leaves it.
[[nodiscard]] ExitCode RunInvocation(const Invocation& invocation, const CommandContext& context);

// Parses, carries out in the daemon if one owns the state, or runs; as RunInvocation.
[[nodiscard]] ExitCode RunCommandLine(const std::vector<std::string>& words,
                                      const Surroundings& surroundings);

}  // namespace cohort_sync

#endif  // COHORT_SYNC_CLI_COMMAND_LINE_H_
