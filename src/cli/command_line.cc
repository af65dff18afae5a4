#include "cli/command_line.h"

#include <algorithm>
#include <exception>
#include <future>
#include <memory>

#include <boost/program_options.hpp>

#include "base/database_error.h"
#include "base/format.h"
#include "base/redaction.h"
#include "base/text.h"
#include "cli/daemon.h"
#include "cli/exchange_dump.h"
#include "cli/json_text.h"
#include "cli/session.h"
#include "cli/workspace.h"
#include "web/control_client.h"

namespace cohort_sync {
namespace {

namespace po = boost::program_options;

Error UsageError(const std::string& message) {
  return Error(ErrorCode::kConfiguration, message + "; 'cohort-sync --help' lists what there is");
}

std::string Suggestion(std::string_view word, const std::vector<std::string>& candidates) {
  const auto nearest = ClosestMatch(word, candidates);
  return nearest ? Format(", did you mean '{}'?", *nearest) : std::string();
}

Result<const Command*> FindCommand(const std::string& name) {
  std::vector<std::string> names;
  for (const Command& command : AllCommands()) {
    if (command.name == name) return &command;
    names.push_back(command.name);
  }
  return Fail(
      UsageError(Format("unknown command '{}'{}", Printable(name), Suggestion(name, names))));
}

void AddOptions(const std::vector<CommandOption>& options, po::options_description& description) {
  for (const CommandOption& option : options) {
    if (option.value_name.empty()) {
      description.add_options()(option.name.c_str(), option.help.c_str());
    } else {
      description.add_options()(option.name.c_str(), po::value<std::string>(), option.help.c_str());
    }
  }
}

// The words that are neither an option nor an option's value; the first of them is the command.
po::parsed_options Parse(const std::vector<std::string>& words,
                         const std::vector<CommandOption>& options,
                         bool allow_unknown) {
  po::options_description description;
  AddOptions(options, description);
  po::options_description hidden;
  hidden.add_options()("words", po::value<std::vector<std::string>>());
  po::positional_options_description positional;
  positional.add("words", -1);
  description.add(hidden);
  po::command_line_parser parser(words);
  parser.options(description)
      .positional(positional)
      .style(po::command_line_style::allow_long | po::command_line_style::long_allow_adjacent |
             po::command_line_style::long_allow_next);
  if (allow_unknown) parser.allow_unregistered();
  return parser.run();
}

std::vector<CommandOption> OptionsOf(const Command* command) {
  std::vector<CommandOption> options = GlobalOptions();
  if (command != nullptr)
    options.insert(options.end(), command->options.begin(), command->options.end());
  return options;
}

// The command may stand anywhere, so it is looked for with every command's options known.
std::optional<std::string> CommandWord(const std::vector<std::string>& words) {
  std::vector<CommandOption> options = GlobalOptions();
  for (const Command& command : AllCommands()) {
    for (const CommandOption& option : command.options) {
      const bool known =
          std::any_of(options.begin(), options.end(), [&](const CommandOption& other) {
            return other.name == option.name;
          });
      if (!known) options.push_back(option);
    }
  }
  for (const po::option& option : Parse(words, options, true).options) {
    if (option.string_key == "words" && !option.value.empty()) return option.value.front();
  }
  return std::nullopt;
}

Status TakeGlobal(const std::string& name, const std::string& value, Invocation& invocation) {
  if (name == "config") invocation.config_path = value;
  if (name == "dump") invocation.dump_path = value;
  if (name == "json") invocation.json = true;
  if (name == "help") invocation.help = true;
  if (name == "version") invocation.version = true;
  if (name == "log-level") {
    const auto level = ParseLogLevel(value);
    if (!level)
      return Fail(UsageError(
          Format("--log-level '{}': use debug, info, warning, error or off", Printable(value))));
    invocation.log_level = *level;
  }
  if (name == "log-format") {
    const auto format = ParseLogFormat(value);
    if (!format)
      return Fail(UsageError(Format("--log-format '{}': use text or json", Printable(value))));
    invocation.log_format = *format;
  }
  return {};
}

Status CheckArgumentCount(const Command& command, std::size_t count) {
  if (count >= command.min_arguments && count <= command.max_arguments) return {};
  return Fail(ErrorCode::kConfiguration,
              Format("'{0}' takes {1}; usage: cohort-sync {0}{2}{3}",
                     command.name,
                     command.max_arguments == 0      ? "no arguments"
                     : count < command.min_arguments ? "an argument"
                                                     : "one argument",
                     command.arguments.empty() ? "" : " ",
                     command.arguments));
}

Result<Invocation> Interpret(const std::vector<std::string>& words) {
  Invocation invocation;
  if (const auto word = CommandWord(words)) {
    const Result<const Command*> command = FindCommand(*word);
    if (!command) return Fail(command.error());
    invocation.command = *command;
  }
  const std::vector<CommandOption>& globals = GlobalOptions();
  for (const po::option& option : Parse(words, OptionsOf(invocation.command), false).options) {
    const std::string value = option.value.empty() ? std::string() : option.value.front();
    if (option.string_key == "words") {
      invocation.arguments.positional.push_back(value);
      continue;
    }
    const bool global =
        std::any_of(globals.begin(), globals.end(), [&](const CommandOption& known) {
          return known.name == option.string_key;
        });
    if (!global) {
      invocation.arguments.options[option.string_key] = value;
    } else if (Status taken = TakeGlobal(option.string_key, value, invocation); !taken) {
      return Fail(taken.error());
    }
  }
  auto& positional = invocation.arguments.positional;
  if (!positional.empty()) positional.erase(positional.begin());  // The command itself.
  if (invocation.help || invocation.version) return invocation;
  if (invocation.command == nullptr) return Fail(UsageError("no command given"));
  if (Status count = CheckArgumentCount(*invocation.command, positional.size()); !count)
    return Fail(count.error());
  return invocation;
}

std::string UnknownOption(const std::string& option, const std::vector<std::string>& words) {
  std::vector<std::string> names;
  const auto word = CommandWord(words);
  const Result<const Command*> command = word ? FindCommand(*word) : Fail(UsageError(""));
  for (const CommandOption& known : OptionsOf(command ? *command : nullptr))
    names.push_back("--" + known.name);
  const std::string context = command ? Format("'{}': ", (*command)->name) : std::string();
  return Format("{}unknown option '{}'{}", context, Printable(option), Suggestion(option, names));
}

struct ErrorOutput {
  bool json = false;
  std::ostream& out;
  std::ostream& err;
  bool to_log = LogIsStructured();  // Not of a command that others gave.
};

ExitCode Report(const Error& error, const ErrorOutput& output) {
  const std::string message = Redact(error.message());
  if (output.json) {
    output.out << ErrorJson(message) << '\n';
  } else if (output.to_log) {
    for (const std::string_view line : Split(message, '\n'))
      Log(LogLevel::kError, line);
  } else {
    output.err << "error: " << message << '\n';
  }
  return ExitCodeOf(error.code());
}

// The exit code of the daemon that carried it out; nullopt when none serves this state. What is
// dumped is what this process exchanges, so that such a command is not the daemon's.
std::optional<ExitCode> RunInDaemon(const std::vector<std::string>& words,
                                    const Invocation& invocation,
                                    const CommandContext& context) {
  if (!invocation.command->through_daemon || invocation.dump_path) return std::nullopt;
  const Result<Config> config = LoadConfig(context.config_path);
  if (!config) return std::nullopt;
  const auto ended = web::CarryOutInDaemon(ControlPathOf(config->state.string()),
                                           {words, context.live_progress, context.columns},
                                           {context.out, context.err, context.stop});
  if (!ended) return Report(ended.error(), {context.json, context.out, context.err});
  if (!*ended) return std::nullopt;
  return static_cast<ExitCode>(**ended);
}

Error DaemonIsEnding() {
  return Error(ErrorCode::kInterrupted,
               "the daemon stopped; what was begun goes on when it starts again");
}

}  // namespace

ExitCode RunInvocation(const Invocation& invocation, const CommandContext& context) {
  const auto report = [&](const Error& error) {
    return Report(
        error,
        {context.json, context.out, context.err, context.daemon == nullptr && LogIsStructured()});
  };
  try {
    const Result<ExitCode> ended = invocation.command->run(context, invocation.arguments);
    return ended ? *ended : report(ended.error());
  } catch (const DatabaseError& error) {
    return report(Error(ErrorCode::kInternal, error.what()));  // It names the state.
  } catch (const DaemonEnded&) {
    return report(DaemonIsEnding());
  } catch (const std::future_error&) {
    return report(DaemonIsEnding());  // It takes no tasks any more.
  } catch (const std::exception& error) {
    return report(Error(ErrorCode::kInternal, Format("unexpected: {}", error.what())));
  }
}

Result<Invocation> ParseCommandLine(const std::vector<std::string>& words) {
  try {
    return Interpret(words);
  } catch (const po::unknown_option& unknown) {
    return Fail(UsageError(UnknownOption(unknown.get_option_name(), words)));
  } catch (const po::error& error) {
    return Fail(UsageError(Printable(error.what())));
  }
}

ExitCode RunCommandLine(const std::vector<std::string>& words, const Surroundings& surroundings) {
  const Result<Invocation> invocation = ParseCommandLine(words);
  if (!invocation) {
    const bool json = std::find(words.begin(), words.end(), "--json") != words.end();
    return Report(invocation.error(), {json, surroundings.out, surroundings.err});
  }
  if (invocation->version) {
    surroundings.out << "cohort-sync " COHORT_SYNC_VERSION "\n";
    return ExitCode::kDone;
  }
  if (invocation->help) {
    surroundings.out << (invocation->command != nullptr ? HelpText(*invocation->command)
                                                        : HelpText());
    return ExitCode::kDone;
  }
  SetLogLevel(invocation->log_level);
  SetLogFormat(invocation->log_format);
  std::unique_ptr<ExchangeDump> dump;
  if (invocation->dump_path) {
    Result<std::unique_ptr<ExchangeDump>> opened = ExchangeDump::Open(*invocation->dump_path);
    if (!opened) {
      return Report(opened.error(), {invocation->json, surroundings.out, surroundings.err});
    }
    dump = std::move(*opened);
  }
  const CommandContext context{invocation->config_path,
                               invocation->json,
                               surroundings.out,
                               surroundings.err,
                               surroundings.clock,
                               surroundings.random,
                               surroundings.stop,
                               surroundings.answers,
                               surroundings.live_progress,
                               surroundings.columns,
                               dump.get(),
                               nullptr,
                               surroundings.signals};
  if (const auto ended = RunInDaemon(words, *invocation, context)) return *ended;
  return RunInvocation(*invocation, context);
}

}  // namespace cohort_sync
