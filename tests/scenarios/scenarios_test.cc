// Plays every file of stories/ and messages/. With COHORT_SYNC_GOLDEN=write in the environment the
// transcripts in the source tree become what the program prints, and the tests fail.
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string_view>

#include <gtest/gtest.h>

#include "scenarios/player.h"
#include "scenarios/scenario.h"
#include "support/source_dir.h"

namespace cohort_sync {
namespace {

std::filesystem::path Folder() {
  return std::filesystem::path(SourceDir()) / "tests" / "scenarios";
}

// "stories/first_sync.txt", in order.
std::vector<std::string> ScenarioFiles() {
  std::set<std::string> files;
  for (const char* folder : {"stories", "messages"}) {
    for (const auto& entry : std::filesystem::directory_iterator(Folder() / folder)) {
      if (entry.path().extension() == ".txt")
        files.insert(std::filesystem::relative(entry.path(), Folder()).string());
    }
  }
  return {files.begin(), files.end()};
}

std::string ReadText(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool WritesGolden() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): no other thread exists.
  const char* const wish = std::getenv("COHORT_SYNC_GOLDEN");
  return wish != nullptr && std::string_view(wish) == "write";
}

class Scenarios : public testing::TestWithParam<std::string> {};

TEST_P(Scenarios, PrintsWhatIsWritten) {
  const std::filesystem::path path = Folder() / GetParam();
  const std::string text = ReadText(path);
  const auto scenarios = ParseScenarios(text);
  ASSERT_TRUE(scenarios.has_value()) << path.string() << ": " << scenarios.error().message();
  std::vector<std::vector<std::string>> transcripts;
  for (const Scenario& scenario : *scenarios) {
    Played played = Play(scenario);
    for (const std::string& failure : played.failures)
      ADD_FAILURE() << path.string() << ": " << scenario.title << "\n" << failure;
    // A scenario that was broken off gives no transcripts to write.
    std::size_t commands = 0;
    for (const Step& step : scenario.steps)
      commands += step.is_command ? 1 : 0;
    ASSERT_EQ(played.transcripts.size(), commands) << "broken off at line " << scenario.line;
    for (auto& transcript : played.transcripts)
      transcripts.push_back(std::move(transcript));
  }
  if (!WritesGolden()) return;
  const std::string written = WithTranscripts(text, *scenarios, transcripts);
  if (written == text) return;
  std::ofstream(path, std::ios::binary) << written;
  ADD_FAILURE() << "golden output was written; look at the difference";
}

std::string TestName(const testing::TestParamInfo<std::string>& file) {
  std::string name;
  for (const char c : std::filesystem::path(file.param).replace_extension().string())
    name += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  return name;
}

INSTANTIATE_TEST_SUITE_P(Files, Scenarios, testing::ValuesIn(ScenarioFiles()), TestName);

}  // namespace
}  // namespace cohort_sync
