#include "cli/reference_text.h"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/command_line.h"

namespace cohort_sync {
namespace {

using ::testing::HasSubstr;

// As a shell splits them: at spaces outside single quotes; a redirection is the shell's own.
std::vector<std::string> Words(const std::string& line) {
  std::vector<std::string> words = {""};
  bool quoted = false;
  for (const char c : line) {
    if (c == '\'') {
      quoted = !quoted;
    } else if (c == '>' && !quoted) {
      break;
    } else if (c == ' ' && !quoted) {
      if (!words.back().empty()) words.emplace_back();
    } else {
      words.back() += c;
    }
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

TEST(Commands, EveryExampleCanBeTyped) {
  for (const Command& command : AllCommands()) {
    EXPECT_FALSE(command.examples.empty()) << command.name;
    for (const CommandExample& example : command.examples) {
      const auto parsed = ParseCommandLine(Words(example.words));
      ASSERT_TRUE(parsed.has_value()) << example.words << ": " << parsed.error().message();
      EXPECT_EQ(parsed->command->name, command.name) << example.words;
    }
  }
}

TEST(Commands, HelpFitsIntoATerminal) {
  for (const Command& command : AllCommands()) {
    std::istringstream lines(HelpText(command));
    for (std::string line; std::getline(lines, line);)
      EXPECT_LE(line.size(), 100U) << line;
  }
}

TEST(Reference, ManPageAndCompletionsNameEveryCommandAndOption) {
  const std::string man = ManPage();
  const std::string bash = BashCompletion();
  const std::string zsh = ZshCompletion();
  for (const Command& command : AllCommands()) {
    EXPECT_THAT(man, HasSubstr(".SS " + command.name));
    EXPECT_THAT(bash, HasSubstr(command.name));
    EXPECT_THAT(zsh, HasSubstr("'" + command.name + ":"));
    for (const CommandOption& option : command.options) {
      EXPECT_THAT(bash, HasSubstr("--" + option.name));
      EXPECT_THAT(zsh, HasSubstr("'--" + option.name + "["));
    }
  }
}

}  // namespace
}  // namespace cohort_sync
