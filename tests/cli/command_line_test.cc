#include "cli/command_line.h"

#include <gtest/gtest.h>

namespace cohort_sync {
namespace {

std::string ErrorOf(const std::vector<std::string>& words) {
  const auto parsed = ParseCommandLine(words);
  EXPECT_FALSE(parsed.has_value());
  if (parsed.has_value()) return {};
  EXPECT_EQ(parsed.error().code(), ErrorCode::kConfiguration);
  return parsed.error().message();
}

TEST(ParseCommandLine, TakesGlobalOptionsOnBothSidesOfTheCommand) {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"--config", "a.json", "--json", "sync", "vip"},
        std::vector<std::string>{"sync", "vip", "--json", "--config=a.json"}}) {
    const auto parsed = ParseCommandLine(words);
    ASSERT_TRUE(parsed.has_value()) << parsed.error().message();
    EXPECT_EQ(parsed->command->name, "sync");
    EXPECT_EQ(parsed->config_path, "a.json");
    EXPECT_TRUE(parsed->json);
    EXPECT_EQ(parsed->arguments.positional, std::vector<std::string>{"vip"});
  }
}

TEST(ParseCommandLine, TakesAnOptionsValueForNoArgument) {
  const auto parsed = ParseCommandLine({"sync", "--approve", "40", "vip"});
  ASSERT_TRUE(parsed.has_value()) << parsed.error().message();
  EXPECT_EQ(parsed->arguments.positional, std::vector<std::string>{"vip"});
  EXPECT_EQ(*parsed->arguments.Number("approve"), 40);
}

TEST(ParseCommandLine, SuggestsTheNearestCommand) {
  EXPECT_EQ(
      ErrorOf({"snyc"}),
      "unknown command 'snyc', did you mean 'sync'?; 'cohort-sync --help' lists what there is");
  EXPECT_EQ(ErrorOf({"frobnicate"}),
            "unknown command 'frobnicate'; 'cohort-sync --help' lists what there is");
  EXPECT_EQ(ErrorOf({}), "no command given; 'cohort-sync --help' lists what there is");
}

TEST(ParseCommandLine, SuggestsTheNearestOption) {
  EXPECT_EQ(
      ErrorOf({"sync", "--aprove", "3", "vip"}),
      "'sync': unknown option '--aprove', did you mean '--approve'?; 'cohort-sync --help' lists "
      "what there is");
  EXPECT_EQ(ErrorOf({"status", "--approve", "3"}),
            "'status': unknown option '--approve'; 'cohort-sync --help' lists what there is");
}

TEST(ParseCommandLine, CountsArguments) {
  EXPECT_EQ(ErrorOf({"resync"}), "'resync' takes an argument; usage: cohort-sync resync COHORT...");
  EXPECT_EQ(ErrorOf({"status", "vip"}), "'status' takes no arguments; usage: cohort-sync status");
  EXPECT_EQ(ErrorOf({"retry", "a", "b"}),
            "'retry' takes one argument; usage: cohort-sync retry [COHORT]");
}

TEST(ParseCommandLine, RefusesUnknownLogLevels) {
  EXPECT_EQ(
      ErrorOf({"--log-level", "loud", "status"}),
      "--log-level 'loud': use debug, info, warning, error or off; 'cohort-sync --help' lists what "
      "there is");
}

TEST(CommandArguments, NumberRefusesWhatIsNoWholeNumber) {
  CommandArguments arguments;
  arguments.options["approve"] = "4x";
  EXPECT_EQ(arguments.Number("approve").error().message(),
            "--approve '4x': not a whole number; write it in digits");
  EXPECT_EQ(*arguments.Number("limit"), std::nullopt);
}

TEST(HelpText, NamesEveryCommandAndOption) {
  const std::string overview = HelpText();
  for (const Command& command : AllCommands()) {
    EXPECT_NE(overview.find("\n  " + command.name + " "), std::string::npos) << command.name;
    const std::string page = HelpText(command);
    EXPECT_EQ(page.rfind("usage: cohort-sync " + command.name, 0), 0U) << page;
    for (const CommandOption& option : command.options)
      EXPECT_NE(page.find("--" + option.name), std::string::npos) << option.name;
  }
}

}  // namespace
}  // namespace cohort_sync
