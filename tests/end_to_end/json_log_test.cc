// The real program with --log-format json: a shipper of logs reads nothing but JSON.
#include <csignal>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "end_to_end/process.h"
#include "support/temp_dir.h"

namespace cohort_sync {
namespace {

// Fails for a line that is no JSON.
std::vector<nlohmann::json> Lines(const std::string& printed) {
  std::vector<nlohmann::json> lines;
  std::istringstream in(printed);
  for (std::string line; std::getline(in, line);)
    lines.push_back(nlohmann::json::parse(line));
  return lines;
}

// Nobody listens at port 9, so that the run fails and is an error of the log.
TEST(JsonLog, OfServeHasARunWithItsFiguresAsKeys) {
  const TempDir directory;
  directory.Write("vip.csv", "\"email\"\n\"anna@example.com\"\n");
  directory.Write("config.json", R"({
    "state": "state.db",
    "destinations": {"cordial": {"api": "rest", "endpoint": "http://127.0.0.1:9/v2",
      "api_key": "env:JSON_LOG_TEST_KEY", "contact_identifier_name": "email",
      "contact_identifier_mapping": "email"}},
    "syncs": [{"cohort": "vip", "name": "VIP", "source": {"type": "file", "path": "vip.csv"},
               "frequency": "once"}]})");
  Process process({"--config",
                   directory.File("config.json"),
                   "--log-level",
                   "info",
                   "--log-format",
                   "json",
                   "serve"},
                  {"JSON_LOG_TEST_KEY=key"});
  ASSERT_TRUE(process.ReadUntil("run ended")) << process.output();
  process.Signal(SIGTERM);
  EXPECT_EQ(process.Wait(), 0) << process.output();
  const auto lines = Lines(process.output());
  ASSERT_EQ(lines.size(), 3U) << process.output();
  EXPECT_EQ(lines[0]["message"], "serving 1 sync");
  EXPECT_EQ(lines[1]["message"], "run ended");
  EXPECT_EQ(lines[1]["level"], "error");
  EXPECT_EQ(lines[1]["run"], 1);
  EXPECT_EQ(lines[1]["cohort"], "vip");
  EXPECT_EQ(lines[1]["state"], "failed");
  EXPECT_EQ(lines[1]["delivered"], 0);
  EXPECT_NE(lines[1]["error"].get<std::string>().find("127.0.0.1:9"), std::string::npos);
  EXPECT_EQ(lines[2]["message"], "stopped");
}

// All problems of a configuration are one error of several lines.
TEST(JsonLog, HasTheErrorThatEndsTheProgram) {
  const TempDir directory;
  directory.Write("config.json", R"({"state": 1, "syncs": 2})");
  Process process({"--config", directory.File("config.json"), "--log-format", "json", "serve"}, {});
  EXPECT_EQ(process.Wait(), 2) << process.output();
  const auto lines = Lines(process.output());
  EXPECT_GE(lines.size(), 2U) << process.output();
  for (const nlohmann::json& line : lines)
    EXPECT_EQ(line["level"], "error");
}

}  // namespace
}  // namespace cohort_sync
