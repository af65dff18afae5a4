#include "cli/reference_text.h"

#include <string_view>
#include <vector>

#include "base/format.h"
#include "base/text.h"
#include "cli/command.h"

namespace cohort_sync {
namespace {

std::vector<std::string> NamesOf(const std::vector<CommandOption>& options) {
  std::vector<std::string> names;
  names.reserve(options.size());
  for (const CommandOption& option : options)
    names.push_back("--" + option.name);
  return names;
}

std::string CommandNames() {
  std::vector<std::string> names;
  for (const Command& command : AllCommands())
    names.push_back(command.name);
  return Join(names, " ");
}

// Within '...' of zsh, where a colon and brackets have a meaning of their own.
std::string ForZsh(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
      continue;
    }
    if (c == ':' || c == '[' || c == ']' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string ZshOptions(const std::vector<CommandOption>& options) {
  std::string text;
  for (const CommandOption& option : options) {
    const bool file = option.value_name == "FILE" || option.value_name == "CSV";
    const std::string value = option.value_name.empty()
                                  ? std::string()
                                  : Format(":{}:{}", option.value_name, file ? "_files" : "");
    text += Format(" \\\n        '--{}[{}]{}'", option.name, ForZsh(option.help), value);
  }
  return text;
}

// Text of man(7): a backslash and a line that starts with a dot or a quote mean something.
std::string ForMan(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
  }
  if (!out.empty() && (out.front() == '.' || out.front() == '\'')) out.insert(0, "\\&");
  return out;
}

std::string ManOptions(const std::vector<CommandOption>& options) {
  std::string text;
  for (const CommandOption& option : options) {
    text += Format(".TP\n\\fB\\-\\-{}\\fR", ForMan(option.name));
    if (!option.value_name.empty()) text += Format(" \\fI{}\\fR", ForMan(option.value_name));
    text += '\n' + ForMan(option.help) + '\n';
  }
  return text;
}

std::string ManCommand(const Command& command) {
  std::string text = Format(".SS {}{}{}\n{}\n",
                            ForMan(command.name),
                            command.arguments.empty() ? "" : " ",
                            ForMan(command.arguments),
                            ForMan(command.help));
  text += ManOptions(command.options);
  for (const CommandExample& example : command.examples) {
    text += Format(".PP\n.RS\n.EX\ncohort\\-sync {}\n.EE\n{}\n.RE\n",
                   ForMan(example.words),
                   ForMan(example.meaning));
  }
  return text;
}

}  // namespace

std::string BashCompletion() {
  std::string cases;
  for (const Command& command : AllCommands()) {
    if (!command.options.empty())
      cases += Format("    {}) options=\"$options {}\" ;;\n",
                      command.name,
                      Join(NamesOf(command.options), " "));
  }
  return Format(
      R"(# Completion of cohort-sync for bash.
_cohort_sync() {{
  local word=${{COMP_WORDS[COMP_CWORD]}} command= options="{}" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${{COMP_WORDS[i]}} in
      --config | --dump | --log-level | --log-format) ((i++)) ;;
      -*) ;;
      *) command=${{COMP_WORDS[i]}}; break ;;
    esac
  done
  case $command in
{}  esac
  if [[ $word == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$word"))
  elif [[ -z $command && ${{COMP_WORDS[COMP_CWORD - 1]}} != --* ]]; then
    COMPREPLY=($(compgen -W "{}" -- "$word"))
  elif [[ $command == completion ]]; then
    COMPREPLY=($(compgen -W "bash zsh" -- "$word"))
  fi
}}
complete -o default -F _cohort_sync cohort-sync
)",
      Join(NamesOf(GlobalOptions()), " "),
      cases,
      CommandNames());
}

std::string ZshCompletion() {
  std::string names;
  std::string cases;
  for (const Command& command : AllCommands()) {
    names += Format("    '{}:{}'\n", command.name, ForZsh(command.summary));
    cases +=
        Format("      {})\n        _arguments{} ;;\n", command.name, ZshOptions(command.options));
  }
  return Format(
      R"(#compdef cohort-sync
# Completion of cohort-sync for zsh.
_cohort-sync() {{
  local -a commands=(
{}  )
  local state
  _arguments -C{} \
        '1:command:->command' '*::argument:->argument'
  case $state in
    command) _describe command commands ;;
    argument)
      case $words[1] in
{}      esac ;;
  esac
}}
_cohort-sync "$@"
)",
      names,
      ZshOptions(GlobalOptions()),
      cases);
}

std::string ManPage() {
  std::string text =
      ".TH COHORT\\-SYNC 1 \"\" \"cohort\\-sync " COHORT_SYNC_VERSION
      "\" \"User Commands\"\n"
      ".SH NAME\ncohort\\-sync \\- keep a Cordial list equal to an Amplitude cohort\n"
      ".SH SYNOPSIS\n\\fBcohort\\-sync\\fR [\\fIOPTIONS\\fR] \\fICOMMAND\\fR [\\fIARGUMENTS\\fR]\n"
      ".SH OPTIONS\n";
  text += ManOptions(GlobalOptions());
  text += ".SH COMMANDS\n";
  for (const Command& command : AllCommands())
    text += ManCommand(command);
  return text +
         ".SH EXIT STATUS\n"
         ".TP\n0\ndone\n.TP\n1\nfailed\n.TP\n2\nusage or configuration\n"
         ".TP\n3\nfinished with parked operations\n.TP\n4\nheld for approval\n"
         ".TP\n5\nanother process owns the state\n.TP\n130\ninterrupted\n";
}

}  // namespace cohort_sync
