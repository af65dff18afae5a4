// schema/config.schema.json and the files under config/ against the reader.
#include <fstream>
#include <iterator>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "config/config_reader.h"
#include "config/print_config_problem.h"
#include "support/source_dir.h"

namespace cohort_sync {
namespace {

using nlohmann::json;
using ::testing::IsEmpty;

std::string Contents(const std::string& name) {
  std::ifstream file(SourceDir() + "/" + name);
  EXPECT_TRUE(file) << name;
  return {std::istreambuf_iterator<char>(file), {}};
}

json ParseWithComments(const std::string& text) {
  return json::parse(text, nullptr, /*allow_exceptions=*/true, /*ignore_comments=*/true);
}

auto Parse(const std::string& text) {
  return ParseConfig(text, "/etc", [](const std::string&) { return true; });
}

std::string Describe(const tl::expected<Config, ConfigProblems>& config) {
  std::string text;
  if (!config)
    for (const auto& problem : config.error())
      text += problem.path + ": " + problem.message + "\n";
  return text;
}

TEST(ExampleConfig, IsAccepted) {
  const auto config = Parse(Contents("config/example.json"));
  ASSERT_TRUE(config) << Describe(config);
  EXPECT_EQ(config->projects.size(), 2U);
  EXPECT_EQ(config->syncs.size(), 7U);
}

TEST(ExampleConfig, FitsTheExportsThatAmplitudeGrants) {
  const auto config = Parse(Contents("config/example.json"));
  ASSERT_TRUE(config) << Describe(config);
  for (const ConfigProblem& note : config->notes)
    EXPECT_EQ(note.path.find("monthly_exports"), std::string::npos) << note.message;
}

TEST(ServiceConfig, IsAcceptedWithoutNotesAndKeepsItsStateWhereTheServiceMayWrite) {
  const auto config = Parse(Contents("config/service.json"));
  ASSERT_TRUE(config) << Describe(config);
  EXPECT_THAT(config->notes, IsEmpty());
  EXPECT_EQ(config->state, "/var/lib/cohort-sync/cohort-sync.db");
}

TEST(DemoConfig, IsAcceptedWithoutNotes) {
  const auto config = Parse(Contents("config/demo.json"));
  ASSERT_TRUE(config) << Describe(config);
  EXPECT_THAT(config->notes, IsEmpty());
  EXPECT_EQ(config->projects.at(ProjectName("demo")).base_url, "http://127.0.0.1:8401");
  EXPECT_EQ(config->destinations.at(DestinationName("cordial")).endpoint,
            "http://127.0.0.1:8402/v2");
  ASSERT_EQ(config->syncs.size(), 2U);
  EXPECT_EQ(config->syncs[0].key.cohort, CohortId("9apg8e8f"));
  EXPECT_EQ(config->syncs[1].key.cohort, CohortId("7khm89cz"));
}

struct Section {
  const char* definition;  // In the schema; empty: the top.
  const char* pointer;     // To such an object in config/example.json.
};

std::set<std::string> KeysOf(const json& object) {
  std::set<std::string> keys;
  for (const auto& [key, value] : object.items())
    keys.insert(key);
  return keys;
}

// What the schema allows in an object, alternatives taken together.
std::set<std::string> SchemaKeys(const json& definition) {
  std::set<std::string> keys = KeysOf(definition.value("properties", json::object()));
  for (const json& alternative : definition.value("oneOf", json::array()))
    keys.merge(SchemaKeys(alternative));
  return keys;
}

// What the reader knows: it lists its keys when one is far from all of them.
std::set<std::string> ReaderKeys(const json& example, const std::string& pointer) {
  json config = example;
  config[json::json_pointer(pointer + "/qqqqqqqqqqqq")] = 0;
  const auto result = Parse(config.dump());
  EXPECT_FALSE(result);
  std::set<std::string> keys;
  const std::string listing = "unknown key; known are '";
  for (const ConfigProblem& problem : result ? ConfigProblems{} : result.error()) {
    if (!problem.message.starts_with(listing)) continue;
    std::string_view names = std::string_view(problem.message).substr(listing.size());
    for (const std::string_view name : Split(names, ',')) {
      std::string key(name);
      std::erase_if(key, [](char c) { return c == ' ' || c == '\''; });
      keys.insert(key);
    }
  }
  return keys;
}

TEST(ConfigSchema, AllowsExactlyTheKeysThatTheReaderKnows) {
  const json schema = json::parse(Contents("schema/config.schema.json"));
  const json example = ParseWithComments(Contents("config/example.json"));
  for (const Section& section : {Section{"", ""},
                                 Section{"project", "/projects/web"},
                                 Section{"destination", "/destinations/cordial"},
                                 Section{"limits", "/limits"},
                                 Section{"sync", "/syncs/0"},
                                 Section{"history", "/history"},
                                 Section{"server", "/server"},
                                 Section{"notification", "/notifications/0"},
                                 Section{"alerts", "/alerts"}}) {
    const json& definition =
        *section.definition == '\0' ? schema : schema["$defs"][section.definition];
    EXPECT_EQ(SchemaKeys(definition), ReaderKeys(example, section.pointer)) << section.definition;
  }
  json with_folder = example;
  with_folder["syncs"][2]["source"] = {{"type", "folder"}, {"path", "in"}, {"pattern", "*.csv"}};
  std::set<std::string> source = ReaderKeys(example, "/syncs/0/source");
  source.merge(ReaderKeys(example, "/syncs/2/source"));
  source.merge(ReaderKeys(with_folder, "/syncs/2/source"));
  source.merge(ReaderKeys(example, "/syncs/5/source"));
  source.merge(ReaderKeys(example, "/syncs/6/source"));
  EXPECT_EQ(SchemaKeys(schema["$defs"]["source"]), source);
  json with_file = example;
  with_file["syncs"][5]["source"]["reconcile"] = {
      {"type", "folder"}, {"path", "in"}, {"pattern", "*.csv"}, {"every", "1d"}};
  std::set<std::string> reconcile = ReaderKeys(example, "/syncs/5/source/reconcile");
  reconcile.merge(ReaderKeys(with_file, "/syncs/5/source/reconcile"));
  reconcile.erase("project");  // Known only to say where it belongs.
  EXPECT_EQ(SchemaKeys(schema["$defs"]["reconcile"]), reconcile);
}

TEST(ConfigSchema, RequiresWhatTheReaderRequires) {
  const json schema = json::parse(Contents("schema/config.schema.json"));
  const json example = ParseWithComments(Contents("config/example.json"));
  for (const Section& section : {Section{"", ""},
                                 Section{"project", "/projects/web"},
                                 Section{"destination", "/destinations/cordial"},
                                 Section{"limits", "/limits"},
                                 Section{"server", "/server"},
                                 Section{"notification", "/notifications/0"},
                                 Section{"alerts", "/alerts"}}) {
    const json& definition =
        *section.definition == '\0' ? schema : schema["$defs"][section.definition];
    const json required = definition.value("required", json::array());
    for (const std::string& key : KeysOf(example.at(json::json_pointer(section.pointer)))) {
      // One of several alternatives, and what other sections ask for.
      if (key == "region" || key == "projects" || key == "server") continue;
      json config = example;
      config.at(json::json_pointer(section.pointer)).erase(key);
      const bool is_required = std::find(required.begin(), required.end(), key) != required.end();
      EXPECT_EQ(Parse(config.dump()).has_value(), !is_required) << section.pointer << "/" << key;
    }
  }
}

TEST(ConfigSchema, GivesTheDefaultsOfTheReader) {
  const json schema = json::parse(Contents("schema/config.schema.json"));
  const auto config = Parse(Contents("config/example.json"));
  ASSERT_TRUE(config) << Describe(config);
  const json& alerts = schema["$defs"]["alerts"]["properties"];
  EXPECT_EQ(alerts["parked_percent"]["default"], config->alerts.parked_percent);
  EXPECT_EQ(alerts["overdue_periods"]["default"], config->alerts.overdue_periods);
  EXPECT_EQ(alerts["budget_percent"]["default"], config->alerts.budget_percent);
  const json& limits = schema["$defs"]["limits"]["properties"];
  const GuardLimits defaults;
  EXPECT_EQ(limits["max_removal_percent"]["default"], defaults.max_removal_percent);
  EXPECT_EQ(limits["min_removals"]["default"], defaults.min_removals);
  EXPECT_EQ(limits["max_added_percent"]["default"], defaults.max_added_percent);
  EXPECT_EQ(limits["min_added"]["default"], defaults.min_added);
  const json& destination = schema["$defs"]["destination"]["properties"];
  EXPECT_FALSE(destination["requests_per_second"].contains("default"))
      << "left out, it is found out";
  EXPECT_EQ(destination["concurrency"]["default"], DestinationConfig().concurrency);
  EXPECT_EQ(destination["create_missing_contacts"]["default"],
            DestinationConfig().create_missing_contacts);
  const json& project = schema["$defs"]["project"]["properties"];
  EXPECT_EQ(project["monthly_exports"]["default"], ProjectConfig().exports.per_month);
  EXPECT_EQ(project["exports_per_10_minutes"]["default"], ProjectConfig().exports.per_ten_minutes);
  EXPECT_EQ(project["parallel_exports"]["default"], ProjectConfig().exports.parallel);
  const json& server = schema["$defs"]["server"]["properties"];
  EXPECT_EQ(server["listen"]["default"], ToString(ServerConfig().listen));
  EXPECT_EQ(server["max_connections"]["default"], ServerConfig().max_connections);
  EXPECT_EQ(server["max_body"]["default"], "16 MiB");
}

}  // namespace
}  // namespace cohort_sync
