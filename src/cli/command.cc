#include "cli/command.h"

#include <algorithm>

#include "base/format.h"
#include "base/text.h"

namespace cohort_sync {
namespace {

constexpr std::size_t kWidth = 78;

std::string OptionLine(const CommandOption& option) {
  const std::string left =
      "--" + option.name + (option.value_name.empty() ? "" : " " + option.value_name);
  return Format("  {:<22}{}\n", left, option.help);
}

// Lines of at most kWidth columns, broken at spaces.
std::string Wrapped(std::string_view text) {
  std::string out;
  while (text.size() > kWidth) {
    const std::size_t space = text.rfind(' ', kWidth);
    const std::size_t end = space == std::string_view::npos ? text.find(' ') : space;
    if (end == std::string_view::npos) break;
    out += std::string(text.substr(0, end)) + '\n';
    text.remove_prefix(end + 1);
  }
  return out + std::string(text) + '\n';
}

std::string Examples(const std::vector<CommandExample>& examples) {
  std::string text;
  for (const CommandExample& example : examples)
    text += Format("  cohort-sync {}\n      {}\n", example.words, example.meaning);
  return text;
}

}  // namespace

Result<std::optional<std::int64_t>> CommandArguments::Number(const std::string& option) const {
  const auto found = options.find(option);
  if (found == options.end()) return std::nullopt;
  const std::optional<std::int64_t> number = ParseInteger(found->second);
  if (number) return number;
  return Fail(
      ErrorCode::kConfiguration,
      Format(
          "--{} '{}': not a whole number; write it in digits", option, Printable(found->second)));
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
         "\nto begin: 'cohort-sync init', then 'check', 'plan' and 'sync'\n"
         "\nexit codes: 0 done, 1 failed, 2 usage or configuration, 3 finished with parked "
         "operations,\n"
         "4 held for approval, 5 another process owns the state, 130 interrupted\n"
         "\n'cohort-sync COMMAND --help' says more about a command\n";
}

std::string HelpText(const Command& command) {
  std::string text = Format("usage: cohort-sync {}{}{}{}\n\n{}",
                            command.name,
                            command.options.empty() ? "" : " [OPTIONS]",
                            command.arguments.empty() ? "" : " ",
                            command.arguments,
                            Wrapped(command.help));
  if (!command.options.empty()) text += "\noptions:\n";
  for (const CommandOption& option : command.options)
    text += OptionLine(option);
  if (!command.examples.empty()) text += "\nexamples:\n" + Examples(command.examples);
  return text;
}

}  // namespace cohort_sync
