// What README.md shows is what the program does: its commands are run, its transcript and its
// configuration are compared with the real ones.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>

#include <gmock/gmock.h>

#include "base/format.h"
#include "base/text.h"
#include "cli/command_line.h"
#include "scenarios/language.h"
#include "scenarios/scenario.h"
#include "scenarios/world.h"
#include "support/source_dir.h"

namespace cohort_sync {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::Not;

std::string Readme() {
  std::ifstream file(SourceDir() + "/README.md", std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> AllMatches(const std::string& text, const char* pattern) {
  const std::regex regex(pattern);
  std::vector<std::string> found;
  for (std::sregex_iterator at(text.begin(), text.end(), regex), end; at != end; ++at)
    found.push_back((*at)[1].str());
  return found;
}

// The first ``` block that holds `words`.
std::string BlockWith(const std::string& words) {
  const std::string text = Readme();
  std::size_t begin = text.find("\n```");
  while (begin != std::string::npos) {
    begin = text.find('\n', begin + 1) + 1;
    const std::size_t end = text.find("\n```", begin - 1);
    const std::string block = text.substr(begin, end + 1 - begin);
    if (block.find(words) != std::string::npos) return block;
    begin = text.find("\n```", end + 1);
  }
  ADD_FAILURE() << "README.md has no block with '" << words << "'";
  return {};
}

// Command lines: in blocks, in running text, and in the table of commands, there without what is
// optional.
std::vector<std::string> Commands() {
  const std::string text = Readme();
  std::vector<std::string> commands = AllMatches(text, R"(\n\$ cohort-sync ([^\n]+))");
  for (const std::string& command : AllMatches(text, R"(`cohort-sync ([^`\n]+)`)"))
    commands.push_back(command);
  const std::size_t table = text.find("\n## Commands\n");
  const std::string section = text.substr(table, text.find("\n## ", table + 1) - table);
  for (const std::string& cell : AllMatches(section, R"(\n\| (`[^|]+`) \| [^|\n]+ \|)")) {
    for (const std::string& words : AllMatches(cell, "`([a-z][^`.]*(?:\\.\\.\\.\\]?)?)`"))
      commands.push_back(std::regex_replace(words, std::regex("\\[.*?\\]|\\.\\.\\."), ""));
  }
  return commands;
}

std::string WithRealThings(std::string command) {
  for (const auto& [placeholder, thing] : {std::pair("COMMAND", "sync"),
                                           std::pair("COHORT", "9apg8e8f"),
                                           std::pair("FILE", "story.json"),
                                           std::pair("\\bN\\b", "1")})
    command = std::regex_replace(command, std::regex(placeholder), thing);
  return command;
}

class ReadmeTest : public testing::Test {
 protected:
  void Arrange(const std::string& sentence) {
    const Status done = Perform(world_, sentence, {});
    ASSERT_TRUE(done.has_value()) << sentence << ": " << done.error().message();
  }

  // The world of the transcript, before its first line.
  void ArrangeTranscript() {
    Arrange("config /destinations/cordial/requests_per_second = 200");
    Arrange("config /destinations/cordial/concurrency = 16");
    ArrangeCohorts();
    world_.Run({"sync"});
    Arrange("cohort 9apg8e8f loses 9apg8e8f0001@example.com, 9apg8e8f0002@example.com");
    Arrange("cohort 9apg8e8f gains a@example.com, b@example.com, c@example.com");
    Arrange("cohort 7khm89cz = 100 members");
    world_.Run({"plan"});  // Amplitude computes the cohorts' sizes anew.
    Arrange("time passes 1h");
  }

  void ArrangeCohorts() {
    Arrange("cohort 9apg8e8f \"active users\" = 10 members");
    Arrange("cohort 7khm89cz \"big spenders\" = 1000 members");
  }

  // Standard output only.
  std::string Output(const std::string& command) {
    std::string text;
    for (const std::string& line : world_.Run(*SplitWords(command))) {
      if (line.starts_with("  ")) text += line.substr(2) + '\n';
    }
    return text;
  }

  World world_;
};

// Numbers, times and ids become letters, so that what is left is the shape.
std::string Shape(std::string text) {
  const std::pair<const char*, const char*> masks[] = {
      {R"(\n {10,})", " "},  // A line that README.md wraps.
      {R"(\d{4}-\d\d-\d\dT[\d:]+Z)", "TIME"},
      {R"(amplitude export \w+)", "amplitude export ID"},
      {R"(\d[\d,]* (ms|s|min|h|d)( \d+ (s|min|h))?\b)", "DURATION"},
      {R"(just now)", "DURATION ago"},
      {R"(\b\d[\d,]*)", "N"},
      {R"( +)", " "}};
  for (const auto& [pattern, with] : masks)
    text = std::regex_replace(text, std::regex(pattern), with);
  return text;
}

TEST_F(ReadmeTest, TranscriptIsWhatTheProgramPrints) {
  ArrangeTranscript();
  const std::string shown = BlockWith("$ cohort-sync plan");
  std::string printed;
  for (const std::string& command : AllMatches("\n" + shown, R"(\n\$ cohort-sync ([^\n]+))"))
    printed += "$ cohort-sync " + command + '\n' + Output(command);
  EXPECT_EQ(Shape(printed), Shape(shown));
}

TEST_F(ReadmeTest, EveryCommandIsUnderstoodAndRuns) {
  ArrangeTranscript();
  const std::vector<std::string> commands = Commands();
  EXPECT_THAT(commands, Contains("sync COHORT --approve N"));
  EXPECT_THAT(commands, Contains("run N"));
  EXPECT_THAT(commands, Contains("resync COHORT"));
  world_.WriteFile("story.json", R"({"cohorts": [], "steps": []})");
  for (const std::string& shown : commands) {
    SCOPED_TRACE("README.md: cohort-sync " + shown);
    std::vector<std::string> words = *SplitWords(WithRealThings(shown));
    const auto understood = ParseCommandLine(words);
    EXPECT_TRUE(understood.has_value()) << understood.error().message();
    if (words.front() == "init")
      words.insert(words.end(), {"--config", "new.json", "--cohort", "9apg8e8f"});
    if (words.front() == "simulate")
      words.insert(words.end(),
                   {"--amplitude-port", "0", "--cordial-port", "0", "--control-port", "0"});
    Arrange("Ctrl-C comes after 10m");  // The end of those that run until stopped.
    const std::vector<std::string> lines = world_.Run(words);
    EXPECT_THAT(lines, Not(Contains("exit 2")));
    std::filesystem::remove(world_.File("new.json"));
  }
}

TEST_F(ReadmeTest, EveryOptionExists) {
  std::vector<std::string> known;
  for (const CommandOption& option : GlobalOptions())
    known.push_back(option.name);
  for (const Command& command : AllCommands()) {
    for (const CommandOption& option : command.options)
      known.push_back(option.name);
  }
  const std::vector<std::string> shown = AllMatches(Readme(), "`--([a-z-]+)[^`]*`");
  EXPECT_THAT(shown, Contains("as-of"));
  for (const std::string& option : shown)
    EXPECT_THAT(known, Contains(option));
}

TEST_F(ReadmeTest, ExampleConfigurationPassesItsCheck) {
  ArrangeCohorts();
  std::string text = BlockWith("\"projects\"");
  for (const auto& [shown, here] : {std::pair(R"("region": "us")", R"("base_url": "AMPLITUDE")"),
                                    std::pair("\"https://api.cordial.io/v2\"", "\"CORDIAL/v2\"")}) {
    const std::size_t at = text.find(shown);
    ASSERT_NE(at, std::string::npos) << shown;
    text.replace(at, std::string_view(shown).size(), here);
  }
  world_.WriteConfigText(text);
  const std::vector<std::string> lines = world_.Run({"check"});
  EXPECT_THAT(lines, Contains("  ready to sync")) << Join(lines, "\n");
}

TEST_F(ReadmeTest, EveryFileOfTheRepositoryThatItNamesIsThere) {
  const std::vector<std::string> names =
      AllMatches(Readme(), R"(\b((?:scripts|config)/[A-Za-z_.-]*[a-z]))");
  EXPECT_THAT(names, Contains("scripts/demo"));
  for (const std::string& name : names)
    EXPECT_TRUE(std::filesystem::exists(SourceDir() + "/" + name)) << name;
}

}  // namespace
}  // namespace cohort_sync
