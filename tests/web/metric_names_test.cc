// Every metric that the example rules, the board and the README name is one that there is.
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "support/exposition.h"
#include "support/source_dir.h"
#include "web/metrics_text.h"
#include "web/metrics_world.h"

namespace cohort_sync::web {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;

std::string Contents(const std::string& path) {
  std::ifstream file(SourceDir() + "/" + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::set<std::string> NamesIn(const std::string& text) {
  static const std::regex name("cohort_sync_[a-z_]+");
  std::set<std::string> names;
  for (std::sregex_iterator next(text.begin(), text.end(), name), end; next != end; ++next)
    names.insert(next->str());
  return names;
}

std::set<std::string> Existing() {
  return ParseExposition(MetricsText(BusyMetrics())).Names();
}

TEST(MetricNames, RulesAndBoardNameWhatThereIs) {
  for (const char* path : {"config/prometheus-alerts.yml", "config/grafana-dashboard.json"}) {
    const std::set<std::string> used = NamesIn(Contents(path));
    EXPECT_THAT(used, Not(IsEmpty())) << path;
    EXPECT_THAT(Existing(), IsSupersetOf(used)) << path;
  }
}

TEST(MetricNames, ReadmeListsEachAndNoOther) {
  const std::string readme = Contents("README.md");
  const std::size_t begin = readme.find("| metric (`cohort_sync_` before each)");
  ASSERT_NE(begin, std::string::npos);
  const std::string table = readme.substr(begin, readme.find("\n\n", begin) - begin);
  std::set<std::string> listed;
  for (const std::string_view line : Split(table, '\n')) {
    const std::string first(Split(line, '|').at(1));
    static const std::regex name("`([a-z_]+)`");
    for (std::sregex_iterator next(first.begin(), first.end(), name), end; next != end; ++next)
      if (next->str(1) != "cohort_sync_") listed.insert("cohort_sync_" + next->str(1));
  }
  std::set<std::string> families;
  for (const auto& [family, type] : ParseExposition(MetricsText(BusyMetrics())).types)
    families.insert(family);
  EXPECT_EQ(listed, families);
}

TEST(MetricNames, BoardIsOneThatGrafanaImports) {
  const auto board = nlohmann::json::parse(Contents("config/grafana-dashboard.json"));
  EXPECT_EQ(board["title"], "cohort-sync");
  EXPECT_TRUE(board.contains("schemaVersion"));
  std::set<int> ids;
  for (const auto& panel : board["panels"]) {
    EXPECT_TRUE(ids.insert(panel["id"].get<int>()).second) << panel["title"];
    EXPECT_LE(panel["gridPos"]["x"].get<int>() + panel["gridPos"]["w"].get<int>(), 24);
    EXPECT_FALSE(panel["targets"].empty()) << panel["title"];
    EXPECT_EQ(panel["datasource"]["uid"], "${datasource}");
  }
}

}  // namespace
}  // namespace cohort_sync::web
