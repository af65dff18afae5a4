#include "config/config_reader.h"

#include <sys/stat.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/format.h"
#include "config/print_config_problem.h"
#include "support/temp_dir.h"

namespace cohort_sync {
namespace {

namespace chrono = std::chrono;
using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

bool KnowsBerlinAndUtc(const std::string& name) {
  return name == "Europe/Berlin" || name == "UTC";
}

tl::expected<Config, ConfigProblems> Parse(const json& config) {
  return ParseConfig(config.dump(), "/etc/cohort-sync", KnowsBerlinAndUtc);
}

ConfigProblems Problems(const json& config) {
  const auto result = Parse(config);
  return result ? ConfigProblems{} : result.error();
}

// The least that is a configuration.
json Minimal() {
  return json::parse(R"({
    "state": "cohort-sync.db",
    "projects": {
      "web": {"region": "us", "api_key": "env:A", "secret_key": "env:B"}
    },
    "destinations": {
      "cordial": {"api": "rest", "endpoint": "https://api.cordial.io", "api_key": "env:C",
                  "contact_identifier_name": "email", "contact_identifier_mapping": "Email"}
    },
    "syncs": [{"cohort": "9apg8e8f", "source": {"type": "amplitude"}, "frequency": "hourly"}]
  })");
}

// A configuration with one setting changed: `pointer` is a JSON pointer; null removes it.
json With(const std::string& pointer, const json& value) {
  json config = Minimal();
  const json::json_pointer place(pointer);
  if (value.is_null()) {
    config.at(place.parent_pointer()).erase(place.back());
  } else {
    config[place] = value;
  }
  return config;
}

TEST(ParseConfig, FillsInTheDefaults) {
  const auto config = Parse(Minimal());
  ASSERT_TRUE(config);
  EXPECT_EQ(config->state, "/etc/cohort-sync/cohort-sync.db");
  const ProjectConfig& project = config->projects.at(ProjectName("web"));
  EXPECT_EQ(project.base_url, "https://amplitude.com");
  EXPECT_EQ(ToString(project.secret_key), "env:B");
  EXPECT_EQ(project.exports.per_month, 500);
  EXPECT_EQ(project.exports.per_ten_minutes, 60);
  EXPECT_EQ(project.exports.parallel, 4);
  EXPECT_EQ(project.poll_interval, chrono::seconds(10));
  EXPECT_EQ(project.export_timeout, chrono::minutes(60));
  const DestinationConfig& destination = config->destinations.at(DestinationName("cordial"));
  EXPECT_EQ(destination.endpoint, "https://api.cordial.io/v2");
  EXPECT_EQ(destination.identifier, (IdentifierMapping{"email", "Email"}));
  EXPECT_TRUE(destination.create_missing_contacts);
  EXPECT_EQ(destination.requests_per_second, std::nullopt);
  EXPECT_EQ(destination.concurrency, 8);
  EXPECT_EQ(destination.request_timeout, chrono::seconds(30));
  EXPECT_EQ(config->limits.max_removal_percent, 20);
  EXPECT_EQ(config->limits.min_added, 100'000);
  EXPECT_EQ(config->history_retention, chrono::days(90));
  EXPECT_FALSE(config->server);
  ASSERT_EQ(config->syncs.size(), 1U);
  EXPECT_EQ(config->syncs[0].key,
            (BindingKey{ProjectName("web"), CohortId("9apg8e8f"), DestinationName("cordial")}));
  ASSERT_TRUE(config->syncs[0].snapshots);
  EXPECT_FALSE(config->syncs[0].snapshots->file);
  EXPECT_FALSE(config->syncs[0].push);
}

TEST(ParseConfig, ReportsEveryProblemAtOnceWithItsPath) {
  const auto config = ParseConfig(R"({
    "state": "cohort-sync.db", "state": "other.db", "stats": 1,
    "projects": {"web": {"region": "uk", "api_key": "abc123", "secret_key": 7}},
    "destinations": {"cordial": {"api": "ingest", "endpoint": "http://api.cordial.io/v2",
      "contact_identifier_name": "", "contact_identifier_mapping": "email", "concurrency": 257}},
    "syncs": [{"cohort": "9apg8e8f", "source": {"type": "push"}}, {"frequncy": "daily"}, 5]
  })",
                                  "",
                                  KnowsBerlinAndUtc);
  ASSERT_FALSE(config);
  EXPECT_THAT(
      config.error(),
      ElementsAre(
          ConfigProblem{"state", "stands twice; remove one of the two"},
          ConfigProblem{"projects.web.region", "'uk' is not known; did you mean 'us'?"},
          ConfigProblem{"projects.web.api_key",
                        "secrets do not stand in the configuration; put the value into an "
                        "environment variable and write \"env:NAME\", or use \"file:PATH\" or "
                        "\"credential:NAME\""},
          ConfigProblem{"projects.web.secret_key", "must be text, not a whole number"},
          ConfigProblem{"destinations.cordial.api", "'ingest' is not available yet; use \"rest\""},
          ConfigProblem{"destinations.cordial.endpoint",
                        "'http://api.cordial.io/v2' is plain http, which is accepted for this "
                        "machine only; use https"},
          ConfigProblem{"destinations.cordial.api_key",
                        "is missing; add it, as in \"api_key\": \"env:CORDIAL_API_KEY\""},
          ConfigProblem{"destinations.cordial.contact_identifier_name", "must not be empty"},
          ConfigProblem{"destinations.cordial.concurrency", "must be in 1..256, not 257"},
          ConfigProblem{"syncs[0].source.type",
                        "there is no server that takes pushes; add one, as in \"server\": "
                        "{\"push_secret\": \"env:COHORT_SYNC_PUSH_SECRET\"}"},
          ConfigProblem{"syncs[1].cohort", "is missing; add it, as in \"cohort\": \"9apg8e8f\""},
          ConfigProblem{"syncs[1].source",
                        "is missing; add it, as in \"source\": {\"type\": \"amplitude\"}"},
          ConfigProblem{"syncs[1].frequency",
                        "is missing; set it to \"once\", \"hourly\" or \"daily\", or set \"every\" "
                        "as in \"every\": \"15m\""},
          ConfigProblem{"syncs[1].frequncy", "unknown key; did you mean 'frequency'?"},
          ConfigProblem{"syncs[2]", "must be an object, not a whole number"},
          ConfigProblem{"stats", "unknown key; did you mean 'state'?"}));
}

TEST(ParseConfig, RefusesAnotherTopLevelValueThanAnObject) {
  EXPECT_THAT(Problems(json::array()),
              ElementsAre(ConfigProblem{"", "must be an object, not an array"}));
}

TEST(ParseConfig, NamesTheSectionsThatAreMissing) {
  EXPECT_THAT(
      Problems(json::object()),
      ElementsAre(
          ConfigProblem{"state", "is missing; add it, as in \"state\": \"cohort-sync.db\""},
          ConfigProblem{"destinations",
                        "is missing; add it, as in \"destinations\": {\"cordial\": {...}}"},
          ConfigProblem{"syncs", "is missing; add it, as in \"syncs\": [{\"cohort\": ...}]"}));
}

TEST(ParseConfig, JoinsRelativePathsWithTheDirectoryOnly) {
  EXPECT_EQ(Parse(With("/state", "/var/lib/x.db"))->state, "/var/lib/x.db");
}

struct Wrong {
  const char* pointer;
  json value;
  const char* path;
  const char* message;
};
class WrongSetting : public ::testing::TestWithParam<Wrong> {};
TEST_P(WrongSetting, IsTheOnlyProblemReported) {
  const Wrong& wrong = GetParam();
  EXPECT_THAT(Problems(With(wrong.pointer, wrong.value)),
              ElementsAre(ConfigProblem{wrong.path, wrong.message}));
}

INSTANTIATE_TEST_SUITE_P(
    Top,
    WrongSetting,
    ::testing::Values(
        Wrong{"/state",
              "dir/",
              "state",
              "'dir/' names a directory; name a file, as in \"cohort-sync.db\""},
        Wrong{"/state",
              "..",
              "state",
              "'..' names a directory; name a file, as in \"cohort-sync.db\""},
        Wrong{"/state", "a\nb", "state", "holds a control character"},
        Wrong{"/state", " a", "state", "begins or ends with white space"},
        Wrong{"/$schema", 1, "$schema", "must be text, not a whole number"},
        Wrong{"/destinations", json::array(), "destinations", "must be an object, not an array"},
        Wrong{"/projects/we b",
              json::object(),
              "projects",
              "'we b' is not usable as a name; use 1 to 64 letters, digits, '-' and '_'"},
        Wrong{"/syncs", json::object(), "syncs", "must be an array, not an object"},
        Wrong{"/limits",
              {{"max_removal_percent", 101}},
              "limits.max_removal_percent",
              "must be in 0..100, not 101"},
        Wrong{"/limits",
              {{"min_removals", 2.5}},
              "limits.min_removals",
              "must be a whole number, not a number"},
        Wrong{"/limits",
              {{"window", "1 day"}},
              "limits.window",
              "'1 day' is not a duration; write a whole number and s, m, h or d, as in \"1m\""},
        Wrong{"/limits", {{"window", "30s"}}, "limits.window", "must be in 1m..365d, not '30s'"},
        Wrong{"/limits",
              {{"zzz", 1}},
              "limits.zzz",
              "unknown key; known are 'max_added_percent', 'max_removal_percent', 'min_added', "
              "'min_removals', 'window'"},
        Wrong{"/history",
              {{"retention", "12h"}},
              "history.retention",
              "must be in 1d..3650d, not '12h'"},
        Wrong{"/server",
              {{"listen", "8321"}},
              "server.listen",
              "'8321' is not an address and a port; write them as in \"127.0.0.1:8321\""}));

INSTANTIATE_TEST_SUITE_P(
    Projects,
    WrongSetting,
    ::testing::Values(
        Wrong{"/projects/web/region",
              nullptr,
              "projects.web.region",
              "is missing; add it, as in \"region\": \"us\""},
        Wrong{"/projects/web/base_url",
              "https://amplitude.com",
              "projects.web.base_url",
              "stands beside 'region'; keep one of the two"},
        Wrong{"/projects/web",
              {{"base_url", "https://amplitude.com/api"},
               {"api_key", "env:A"},
               {"secret_key", "env:B"}},
              "projects.web.base_url",
              "'https://amplitude.com/api' has a path; end it after the host"},
        Wrong{"/projects/web",
              {{"base_url", "https://analytics.amplitude.com"},
               {"api_key", "env:A"},
               {"secret_key", "env:B"}},
              "projects.web.base_url",
              "'https://analytics.amplitude.com' serves Amplitude's web pages, not its API; write "
              "\"region\": \"us\" instead"},
        Wrong{"/projects/web",
              {{"base_url", "https://app.amplitude.com"},
               {"api_key", "env:A"},
               {"secret_key", "env:B"}},
              "projects.web.base_url",
              "'https://app.amplitude.com' serves Amplitude's web pages, not its API; write "
              "\"region\": \"us\" instead"},
        Wrong{"/projects/web/monthly_exports",
              0,
              "projects.web.monthly_exports",
              "must be in 1..1000000000, not 0"},
        Wrong{"/projects/web/exports_per_10_minutes",
              0,
              "projects.web.exports_per_10_minutes",
              "must be in 1..1000000000, not 0"},
        Wrong{"/projects/web/parallel_exports",
              0,
              "projects.web.parallel_exports",
              "must be in 1..1000000000, not 0"},
        Wrong{"/projects/web/poll_interval",
              "11m",
              "projects.web.poll_interval",
              "must be in 1s..10m, not '11m'"}));

INSTANTIATE_TEST_SUITE_P(
    Destinations,
    WrongSetting,
    ::testing::Values(
        Wrong{"/destinations/cordial/api",
              nullptr,
              "destinations.cordial.api",
              "is missing; add it, as in \"api\": \"rest\""},
        Wrong{"/destinations/cordial/endpoint",
              "https://api.cordial.io/v1",
              "destinations.cordial.endpoint",
              "'https://api.cordial.io/v1' is another version of the API; end it with /v2, as in "
              "\"https://api.cordial.io/v2\""},
        Wrong{"/destinations/cordial/contact_identifier_name",
              "email:",
              "destinations.cordial.contact_identifier_name",
              "'email:' holds ':', which no key in Cordial has; use the key as Cordial shows it, "
              "as in \"email\""},
        Wrong{"/destinations/cordial/create_missing_contacts",
              "yes",
              "destinations.cordial.create_missing_contacts",
              "must be true or false, not text"},
        Wrong{"/destinations/cordial/requests_per_second",
              0,
              "destinations.cordial.requests_per_second",
              "must be in 0.01..10000, not 0"},
        Wrong{"/destinations/cordial/requests_per_second",
              1e-300,
              "destinations.cordial.requests_per_second",
              "must be in 0.01..10000, not 1e-300"},
        Wrong{"/destinations/cordial/concurrency",
              0,
              "destinations.cordial.concurrency",
              "must be in 1..256, not 0"}));

TEST(ParseConfig, NamesAKeyWithoutCharacters) {
  const ConfigProblems top = Problems(With("/", 1));
  ASSERT_EQ(top.size(), 1U);
  EXPECT_EQ(top[0].path, "''");
  const ConfigProblems below = Problems(With("/projects/web/", 1));
  ASSERT_EQ(below.size(), 1U);
  EXPECT_EQ(below[0].path, "projects.web.''");
}

TEST(ParseConfig, RefusesAnEmptySetOfDestinations) {
  EXPECT_THAT(
      Problems(With("/destinations", json::object())),
      ElementsAre(ConfigProblem{"destinations", "is empty; name at least one destination"}));
}

TEST(ParseConfig, NeedsAProjectOnlyForSyncsThatReadFromAmplitude) {
  EXPECT_THAT(Problems(With("/projects", nullptr)),
              ElementsAre(ConfigProblem{"syncs[0].source.project",
                                        "there is none; add one under 'projects'"}));
  json config = With("/projects", nullptr);
  config["syncs"][0]["source"] = {{"type", "file"}, {"path", "a.csv"}};
  config["syncs"][0]["name"] = "active users";
  EXPECT_TRUE(Parse(config));
}

TEST(ParseConfig, WritesEveryFormOfOneEndpointAlike) {
  const auto endpoint = [](const char* text) {
    return Parse(With("/destinations/cordial/endpoint", text))
        ->destinations.at(DestinationName("cordial"))
        .endpoint;
  };
  for (const char* text : {"https://api.cordial.io",
                           "https://api.cordial.io/",
                           "https://api.cordial.io/v2",
                           "https://API.cordial.io/v2/"})
    EXPECT_EQ(endpoint(text), "https://api.cordial.io/v2") << text;
  EXPECT_EQ(endpoint("http://localhost:9000/proxy"), "http://localhost:9000/proxy/v2");
}

TEST(ParseConfig, ReadsTheLimitsOfExports) {
  json config = Minimal();
  config["projects"]["web"]["monthly_exports"] = 1000;
  config["projects"]["web"]["exports_per_10_minutes"] = 120;
  config["projects"]["web"]["parallel_exports"] = 1;
  const ExportLimits limits = Parse(config)->projects.at(ProjectName("web")).exports;
  EXPECT_EQ(limits.per_month, 1000);
  EXPECT_EQ(limits.per_ten_minutes, 120);
  EXPECT_EQ(limits.parallel, 1);
}

TEST(ParseConfig, KnowsTheHostsOfBothRegions) {
  EXPECT_EQ(Parse(With("/projects/web/region", "eu"))->projects.at(ProjectName("web")).base_url,
            "https://analytics.eu.amplitude.com");
}

TEST(ParseConfig, ReadsTheHistorysRetention) {
  EXPECT_EQ(Parse(With("/history", {{"retention", "30d"}}))->history_retention, chrono::days(30));
}

TEST(ParseConfig, NotesASchedulePastTheExportsThatAmplitudeGrants) {
  EXPECT_THAT(
      Parse(Minimal())->notes,
      ElementsAre(ConfigProblem{"projects.web.monthly_exports",
                                "the project may ask for 500 exports a month, its syncs ask for "
                                "about 744; \"every\": \"2h\" fits for it, or raise it when "
                                "Amplitude grants more"}));
  EXPECT_THAT(Parse(With("/projects/web/monthly_exports", 744))->notes, IsEmpty());
  json often = Minimal();
  often["syncs"][0].erase("frequency");
  often["syncs"][0]["every"] = "90m";  // 496 in a month of 31 days.
  EXPECT_THAT(Parse(often)->notes, IsEmpty());
}

TEST(ParseConfig, CountsTheExportsOfAReconcile) {
  json config = Minimal();
  config["server"] = {{"push_secret", "env:P"}};
  config["syncs"][0].erase("frequency");
  config["syncs"][0]["source"] = {{"type", "push"},
                                  {"reconcile", {{"type", "amplitude"}, {"frequency", "hourly"}}}};
  const auto result = Parse(config);
  ASSERT_TRUE(result);
  ASSERT_EQ(result->notes.size(), 1U);
  EXPECT_EQ(result->notes[0].path, "projects.web.monthly_exports");
  config["syncs"][0]["source"]["reconcile"] = {
      {"type", "file"}, {"path", "a.csv"}, {"frequency", "hourly"}};
  EXPECT_THAT(Parse(config)->notes, IsEmpty());
}

TEST(ParseConfig, NotesAServerThatTakesPushesFromAnybody) {
  json config = Minimal();
  config["server"] = json::object();
  config["syncs"][0] = {{"cohort", "c1"}, {"source", {{"type", "push"}}}};
  const auto result = Parse(config);
  ASSERT_TRUE(result);
  EXPECT_THAT(result->notes,
              ElementsAre(ConfigProblem{"server.push_secret",
                                        "is not set, so that whoever reaches 127.0.0.1:8321, "
                                        "through a proxy too, can change the lists of pushed "
                                        "cohorts"}));
  config["server"]["push_secret"] = "env:P";
  EXPECT_THAT(Parse(config)->notes, IsEmpty());
}

TEST(ReadConfig, ReadsAFileAndStartsPathsFromItsDirectory) {
  const TempDir dir;
  const auto config = ReadConfig(dir.Write("config.json", Minimal().dump()), KnowsBerlinAndUtc);
  ASSERT_TRUE(config);
  EXPECT_EQ(config->directory, dir.path());
  EXPECT_EQ(config->state, dir.File("cohort-sync.db"));
}

TEST(ReadConfig, RefusesAFileThatOthersMayChange) {
  const TempDir dir;
  const std::string file = dir.Write("config.json", Minimal().dump());
  for (const mode_t mode : {0620U, 0602U, 0666U}) {
    ASSERT_EQ(::chmod(file.c_str(), mode), 0);
    const auto config = ReadConfig(file, KnowsBerlinAndUtc);
    ASSERT_FALSE(config);
    EXPECT_THAT(config.error(),
                ElementsAre(ConfigProblem{
                    "",
                    Format("'{0}' can be changed by other users (mode {1:04o}); run 'chmod go-w "
                           "{0}'",
                           file,
                           mode)}));
  }
  ASSERT_EQ(::chmod(file.c_str(), 0644), 0);
  EXPECT_TRUE(ReadConfig(file, KnowsBerlinAndUtc));
}

TEST(ReadConfig, SaysHowToGetAFileThatIsMissing) {
  const auto config = ReadConfig("/nowhere/cohort-sync.json", KnowsBerlinAndUtc);
  ASSERT_FALSE(config);
  EXPECT_THAT(config.error(),
              ElementsAre(ConfigProblem{
                  "",
                  "cannot read '/nowhere/cohort-sync.json': No such file or directory; run "
                  "'cohort-sync init' to write one, or name another with --config"}));
}

TEST(ReadConfig, RefusesADirectory) {
  const auto config = ReadConfig("/", KnowsBerlinAndUtc);
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error()[0].message, "cannot read '/': it is not a regular file");
}

}  // namespace
}  // namespace cohort_sync
