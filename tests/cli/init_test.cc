#include <fstream>
#include <sstream>

#include <gmock/gmock.h>

#include "cli/cli_fixture.h"
#include "config/config_reader.h"

namespace cohort_sync {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class InitTest : public ::testing::Test {
 protected:
  // With `answers` as a person types them; without, nobody is there.
  CommandResult Init(std::vector<std::string> words,
                     const std::optional<std::string>& answers = {}) {
    words.insert(words.begin(), {"--config", Path(), "init"});
    std::ostringstream out;
    std::ostringstream err;
    std::istringstream typed(answers.value_or(""));
    CommandResult result;
    result.code =
        RunCommandLine(words, {out, err, clock_, random_, {}, answers ? &typed : nullptr});
    result.out = out.str();
    result.err = err.str();
    return result;
  }
  [[nodiscard]] std::string Path() const { return directory_.File("made.json"); }
  [[nodiscard]] Config Written() const {
    const auto config = ReadConfig(Path(), [](const std::string&) { return true; });
    EXPECT_TRUE(config.has_value());
    return config ? *config : Config();
  }

 private:
  FakeClock clock_;
  FakeRandom random_;
  TempDir directory_;
};

TEST_F(InitTest, WritesAConfigurationFromOptions) {
  const CommandResult result =
      Init({"--cohort", "9apg8e8f", "--region", "eu", "--frequency", "hourly"});
  EXPECT_EQ(result.code, ExitCode::kDone) << result.err;
  EXPECT_THAT(result.out, StartsWith("wrote '" + Path() + "'\n"));
  EXPECT_THAT(result.out, HasSubstr("export AMPLITUDE_API_KEY="));
  EXPECT_THAT(result.out, HasSubstr("cohort-sync --config " + Path() + " check"));
  const Config config = Written();
  ASSERT_EQ(config.syncs.size(), 1U);
  EXPECT_EQ(config.syncs[0].key.cohort.value(), "9apg8e8f");
  EXPECT_EQ(config.syncs[0].snapshots->schedule.frequency, Frequency::kHourly);
  EXPECT_EQ(config.projects.at(ProjectName("main")).base_url, "https://analytics.eu.amplitude.com");
}

TEST_F(InitTest, NeedsNoAmplitudeProjectForAFile) {
  const CommandResult result =
      Init({"--cohort", "active", "--file", "active.csv", "--name", "active \"users\""});
  EXPECT_EQ(result.code, ExitCode::kDone) << result.err;
  EXPECT_THAT(result.out, Not(HasSubstr("AMPLITUDE")));
  const Config config = Written();
  EXPECT_TRUE(config.projects.empty());
  ASSERT_EQ(config.syncs.size(), 1U);
  EXPECT_EQ(config.syncs[0].cohort_name, "active \"users\"");
}

TEST_F(InitTest, AsksAPersonWhatWasNotSaid) {
  const CommandResult result = Init({"--region", "us"}, " 9apg8e8f \n\n\nmail\n\n");
  EXPECT_EQ(result.code, ExitCode::kDone) << result.err;
  EXPECT_THAT(result.err,
              StartsWith("cohort id, the last part of its address in Amplitude: "
                         "CSV file with its members, or nothing to ask Amplitude: "
                         "endpoint of Cordial [https://api.cordial.io/v2]: "));
  const Config config = Written();
  EXPECT_EQ(config.syncs.at(0).key.cohort.value(), "9apg8e8f");
  EXPECT_EQ(config.destinations.begin()->second.identifier.property, "mail");
}

TEST_F(InitTest, AsksNobodyWhenNobodyIsThere) {
  const CommandResult result = Init({});
  EXPECT_EQ(result.code, ExitCode::kUsage);
  EXPECT_EQ(result.err,
            "error: no cohort given; say --cohort ID, the last part of the cohort's address in "
            "Amplitude\n");
}

TEST_F(InitTest, NeverWritesOverAFile) {
  ASSERT_EQ(Init({"--cohort", "first"}).code, ExitCode::kDone);
  const CommandResult again = Init({"--cohort", "second"});
  EXPECT_EQ(again.code, ExitCode::kUsage);
  EXPECT_EQ(again.err,
            "error: '" + Path() + "' exists; move it away, or write another with --config FILE\n");
  EXPECT_EQ(Written().syncs.at(0).key.cohort.value(), "first");
}

TEST_F(InitTest, WritesNothingThatCheckWouldRefuse) {
  const CommandResult result = Init({"--cohort", "9apg8e8f", "--region", "mars"});
  EXPECT_EQ(result.code, ExitCode::kUsage);
  EXPECT_THAT(result.err, StartsWith("error: nothing was written: configuration '"));
  EXPECT_THAT(result.err, HasSubstr("'mars'"));
  EXPECT_FALSE(std::filesystem::exists(Path()));
}

}  // namespace
}  // namespace cohort_sync
