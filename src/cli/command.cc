#include "cli/command.h"

#include <algorithm>

#include "base/format.h"
#include "base/text.h"

namespace cohort_sync {
namespace {

const CommandOption approve{
    "approve", "N", "let at most N removals through; the held run prints the number"};
const CommandOption approve_adds{"approve-adds", "N", "the same for adds that were held"};
const CommandOption force{
    "force", "", "accept a snapshot that is older than the last accepted one"};
const CommandOption wait{
    "wait", "TIME", "give up after so long without progress, for example 90s or 15m (default 15m)"};

// What only looks ahead.
std::vector<Command> PlanCommands() {
  return {
      {"check",
       "",
       0,
       0,
       "check configuration, credentials, cohorts and list names",
       "Finds out what can be known before the first sync: reads the configuration and its "
       "secrets,\n"
       "asks Amplitude for the cohorts and Cordial for the lists, and names the list of each "
       "sync.\n"
       "Changes nothing and spends none of Amplitude's monthly exports.",
       {},
       RunCheck},
      {"plan",
       "[COHORT...]",
       0,
       1000,
       "show what a sync would do, and change nothing",
       "Reads the cohorts and prints what a sync would add and remove, how many calls that is and "
       "how\n"
       "long they take. An Amplitude export that it asks for is used by a sync within 15 minutes.\n"
       "Without COHORT: all configured syncs. A cohort is named by its id or its name.",
       {approve, approve_adds, force},
       RunPlan},
  };
}

// What changes lists.
std::vector<Command> SyncCommands() {
  return {
      {"sync",
       "[COHORT...]",
       0,
       1000,
       "make the lists equal to the cohorts now",
       "One run per cohort: reads it, compares it with what its list should have, and delivers "
       "the\n"
       "difference. Ctrl-C stops cleanly; the next sync goes on where it stopped. Too many "
       "removals\n"
       "are held until they are approved by their number.\n"
       "Without COHORT: all configured syncs.",
       {approve, approve_adds, force, wait},
       RunSync},
      {"resync",
       "COHORT...",
       1,
       1000,
       "assert the whole list, and remove what left",
       "Sends every member of a fresh snapshot again and removes every contact of ours that is not "
       "in\n"
       "it. Makes the list again when it is gone. One call per contact; 'plan' comes first and "
       "says how\n"
       "many calls and how long.",
       {approve, approve_adds, force, wait},
       RunResync},
      {"retry",
       "[COHORT]",
       0,
       1,
       "deliver parked operations again",
       "Opens the operations that were refused, or whose attempts were used up, and delivers "
       "them.\n"
       "Also lets a stopped sync go on. Without COHORT: all configured syncs.",
       {wait},
       RunRetry},
  };
}

// What looks back, and what runs until it is stopped.
std::vector<Command> OtherCommands() {
  return {
      {"status",
       "",
       0,
       0,
       "where every sync stands",
       "One line per sync: list, members, open operations, last run. Works beside a running "
       "daemon.",
       {},
       RunStatus},
      {"runs",
       "[COHORT]",
       0,
       1,
       "the latest runs",
       "Newest first. Works beside a running daemon.",
       {{"limit", "N", "how many (default 20)"}},
       RunRuns},
      {"run",
       "N",
       1,
       1,
       "one run: its counts, and every contact that was left out, with the reason",
       "Counts of run N, the rows of its snapshot that gave no contact, and its parked operations.",
       {{"csv", "", "the rejected rows and parked operations as CSV"}},
       RunRun},
      {"serve",
       "",
       0,
       0,
       "run the schedule until stopped",
       "Runs every configured sync when it is due. SIGTERM or Ctrl-C stops it cleanly: calls in "
       "flight\n"
       "are finished and recorded. A second signal ends it at once.",
       {},
       RunServe},
      {"simulate",
       "",
       0,
       0,
       "stand-ins of Amplitude and Cordial on this machine",
       "Starts both services as their public documentation describes them, for trying cohort-sync\n"
       "without accounts. Prints their addresses and keys; runs until stopped.",
       {{"amplitude-port", "PORT", "default 8401; 0 for a free one"},
        {"cordial-port", "PORT", "default 8402; 0 for a free one"},
        {"control-port", "PORT", "default 8403; 0 for a free one"},
        {"cohorts", "FILE", "cohorts to start with, as JSON"}},
       RunSimulate},
  };
}

std::vector<Command> MakeCommands() {
  std::vector<Command> commands;
  for (const std::vector<Command>& some : {PlanCommands(), SyncCommands(), OtherCommands()})
    commands.insert(commands.end(), some.begin(), some.end());
  return commands;
}

std::string OptionLine(const CommandOption& option) {
  const std::string left =
      "--" + option.name + (option.value_name.empty() ? "" : " " + option.value_name);
  return Format("  {:<22}{}\n", left, option.help);
}

}  // namespace

Result<std::optional<std::int64_t>> CommandArguments::Number(const std::string& option) const {
  const auto found = options.find(option);
  if (found == options.end()) return std::nullopt;
  const std::optional<std::int64_t> number = ParseInteger(found->second);
  if (number) return number;
  return Fail(ErrorCode::kConfiguration,
              Format("--{} '{}': not a whole number", option, Printable(found->second)));
}

const std::vector<Command>& AllCommands() {
  static const auto* const commands = new std::vector<Command>(MakeCommands());
  return *commands;
}

const std::vector<CommandOption>& GlobalOptions() {
  static const auto* const options = new std::vector<CommandOption>{
      {"config", "FILE", "the configuration (default cohort-sync.json)"},
      {"json", "", "print JSON for programs instead of text for people"},
      {"log-level", "LEVEL", "debug, info, warning, error or off (default warning)"},
      {"help", "", "this text; behind a command, that command's"},
      {"version", "", "the version"},
  };
  return *options;
}

std::string HelpText() {
  std::string text =
      "cohort-sync keeps a Cordial list equal to an Amplitude cohort.\n\n"
      "usage: cohort-sync [--config FILE] [--json] [--log-level LEVEL] COMMAND\n\ncommands:\n";
  for (const Command& command : AllCommands()) {
    const std::string left =
        command.name + (command.arguments.empty() ? "" : " " + command.arguments);
    text += Format("  {:<22}{}\n", left, command.summary);
  }
  text += "\noptions:\n";
  for (const CommandOption& option : GlobalOptions())
    text += OptionLine(option);
  return text +
         "\nexit codes: 0 done, 1 failed, 2 usage or configuration, 3 finished with parked "
         "operations,\n"
         "4 held for approval, 5 another process owns the state, 130 interrupted\n"
         "\n'cohort-sync COMMAND --help' says more about a command\n";
}

std::string HelpText(const Command& command) {
  std::string text = Format("usage: cohort-sync {}{}{}{}\n\n{}\n",
                            command.name,
                            command.options.empty() ? "" : " [OPTIONS]",
                            command.arguments.empty() ? "" : " ",
                            command.arguments,
                            command.help);
  if (!command.options.empty()) text += "\noptions:\n";
  for (const CommandOption& option : command.options)
    text += OptionLine(option);
  return text;
}

}  // namespace cohort_sync
