#include "config/sync_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/print_config_problem.h"
#include "config/read_syncs_fixture.h"

namespace cohort_sync {
namespace {

namespace chrono = std::chrono;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST_F(ReadSyncsTest, AcceptsNoEntriesAtAll) {
  EXPECT_THAT(Read(""), IsEmpty());
}

TEST_F(ReadSyncsTest, ReadsEveryFrequency) {
  EXPECT_THAT(ReadOne(R"("frequency": "once")"), IsEmpty());
  EXPECT_EQ(config_.syncs.at(0).snapshots->schedule,
            (Schedule{Frequency::kOnce, Duration(0), {}, "UTC"}));
  EXPECT_THAT(ReadOne(R"("frequency": "hourly")"), IsEmpty());
  EXPECT_EQ(config_.syncs.at(0).snapshots->schedule,
            (Schedule{Frequency::kHourly, Duration(0), {}, "UTC"}));
  EXPECT_THAT(ReadOne(R"("frequency": "daily", "at": "23:59")"), IsEmpty());
  EXPECT_EQ(config_.syncs.at(0).snapshots->schedule,
            (Schedule{Frequency::kDaily, Duration(0), chrono::minutes(1439), "UTC"}));
  EXPECT_THAT(ReadOne(R"("frequency": "daily", "at": "06:00", "timezone": "Europe/Berlin")"),
              IsEmpty());
  EXPECT_EQ(config_.syncs.at(0).snapshots->schedule,
            (Schedule{Frequency::kDaily, Duration(0), chrono::hours(6), "Europe/Berlin"}));
  EXPECT_THAT(ReadOne(R"("every": "1m")"), IsEmpty());
  EXPECT_EQ(config_.syncs.at(0).snapshots->schedule,
            (Schedule{Frequency::kEvery, chrono::minutes(1), {}, "UTC"}));
  EXPECT_THAT(ReadOne(R"("frequency": "every", "every": "2h")"), IsEmpty());
  EXPECT_EQ(config_.syncs.at(0).snapshots->schedule,
            (Schedule{Frequency::kEvery, chrono::hours(2), {}, "UTC"}));
}

TEST_F(ReadSyncsTest, RefusesSchedulesThatContradictThemselves) {
  EXPECT_THAT(ReadOne(R"("frequency": "weekly")"),
              ElementsAre(ConfigProblem{
                  "syncs[0].frequency",
                  "'weekly' is not known; known are 'once', 'hourly', 'daily', 'every'"}));
  EXPECT_THAT(
      ReadOne(R"("frequency": "every")"),
      ElementsAre(ConfigProblem{"syncs[0].every", "is missing; add it, as in \"every\": \"15m\""}));
  EXPECT_THAT(ReadOne(R"("frequency": "hourly", "every": "15m")"),
              ElementsAre(ConfigProblem{"syncs[0].every",
                                        "contradicts \"frequency\": \"hourly\"; remove one"}));
  EXPECT_THAT(ReadOne(R"("every": "59s")"),
              ElementsAre(ConfigProblem{"syncs[0].every", "must be in 1m..365d, not '59s'"}));
  EXPECT_THAT(ReadOne(R"("frequency": "hourly", "at": "06:00", "timezone": "Europe/Berlin")"),
              ElementsAre(ConfigProblem{"syncs[0].at",
                                        "goes only with \"frequency\": \"daily\"; remove it"},
                          ConfigProblem{"syncs[0].timezone",
                                        "goes only with \"frequency\": \"daily\"; remove it"}));
  EXPECT_THAT(
      ReadOne(R"("frequency": "daily")"),
      ElementsAre(ConfigProblem{"syncs[0].at", "is missing; add it, as in \"at\": \"06:00\""}));
}

TEST_F(ReadSyncsTest, RefusesTimesThatNoClockShows) {
  for (const std::string at : {"24:00", "06:60", "6:00", "06.00", "06:00:00", "-1:00", "+1:00"})
    EXPECT_THAT(ReadOne(R"("frequency": "daily", "at": ")" + at + "\""),
                ElementsAre(ConfigProblem{
                    "syncs[0].at",
                    "'" + at +
                        "' is not a time of day; write hours and minutes from 00:00 to 23:59, as "
                        "in \"06:00\""}));
}

TEST_F(ReadSyncsTest, RefusesTimeZonesThatTheMachineDoesNotKnow) {
  EXPECT_THAT(ReadOne(R"("frequency": "daily", "at": "06:00", "timezone": "Europe/Belrin")"),
              ElementsAre(ConfigProblem{
                  "syncs[0].timezone",
                  "'Europe/Belrin' is not a time zone of this machine; write a name as in "
                  "\"Europe/Berlin\" or \"UTC\""}));
}

TEST_F(ReadSyncsTest, ReadsAFileSourceRelativeToTheConfiguration) {
  EXPECT_THAT(Read(R"({"cohort": "c1", "name": "active users", "frequency": "hourly",
                       "source": {"type": "file", "path": "snapshots/a.csv"}})"),
              IsEmpty());
  ASSERT_EQ(config_.syncs.size(), 1U);
  ASSERT_TRUE(config_.syncs[0].snapshots->file);
  EXPECT_EQ(config_.syncs[0].snapshots->file->pattern, "");
  EXPECT_EQ(config_.syncs[0].snapshots->file->format, FileFormat::kCsv);
  EXPECT_EQ(config_.syncs[0].snapshots->file->path, "/etc/cohort-sync/snapshots/a.csv");
  EXPECT_EQ(config_.syncs[0].cohort_name, "active users");
  EXPECT_EQ(config_.syncs[0].list_name, "");
  EXPECT_EQ(config_.syncs[0].key,
            (BindingKey{ProjectName(""), CohortId("c1"), DestinationName("cordial")}));
}

// A sync of cohort c1, named, from this source.
std::string SyncFrom(const std::string& source) {
  return R"({"cohort": "c1", "name": "n", "frequency": "once", "source": )" + source + "}";
}

TEST_F(ReadSyncsTest, ReadsTheFormatOfAFile) {
  EXPECT_THAT(Read(SyncFrom(R"({"type": "file", "path": "a", "format": "identifiers"})")),
              IsEmpty());
  EXPECT_EQ(config_.syncs.at(0).snapshots->file->format, FileFormat::kIdentifiers);
  EXPECT_THAT(Read(SyncFrom(R"({"type": "file", "path": "a", "format": "csv"})")), IsEmpty());
  EXPECT_EQ(config_.syncs.at(0).snapshots->file->format, FileFormat::kCsv);
  EXPECT_THAT(Read(SyncFrom(R"({"type": "file", "path": "a", "format": "identifier"})")),
              ElementsAre(ConfigProblem{"syncs[0].source.format",
                                        "'identifier' is not known; did you mean 'identifiers'?"}));
  EXPECT_THAT(Read(SyncFrom(R"({"type": "file", "path": "a", "format": "xlsx"})")),
              ElementsAre(ConfigProblem{"syncs[0].source.format",
                                        "'xlsx' is not known; known are 'csv', 'identifiers'"}));
}

TEST_F(ReadSyncsTest, ReadsAFolderSourceRelativeToTheConfiguration) {
  EXPECT_THAT(Read(SyncFrom(R"({"type": "folder", "path": "in", "pattern": "active-*.csv",
                                "format": "identifiers"})")),
              IsEmpty());
  const SyncConfig& sync = config_.syncs.at(0);
  ASSERT_TRUE(sync.snapshots->file);
  const FileSourceConfig& file = *sync.snapshots->file;
  EXPECT_EQ(file.path, "/etc/cohort-sync/in");
  EXPECT_EQ(file.pattern, "active-*.csv");
  EXPECT_EQ(file.format, FileFormat::kIdentifiers);
  EXPECT_EQ(sync.key.project, ProjectName(""));
}

TEST_F(ReadSyncsTest, RefusesAFolderWithoutPathOrPattern) {
  EXPECT_THAT(Read(SyncFrom(R"({"type": "folder"})")),
              ElementsAre(ConfigProblem{"syncs[0].source.path",
                                        "is missing; add it, as in \"path\": \"snapshots\""},
                          ConfigProblem{"syncs[0].source.pattern",
                                        "is missing; add it, as in \"pattern\": "
                                        "\"active-*.csv\""}));
  EXPECT_THAT(
      Read(SyncFrom(R"({"type": "folder", "path": "in", "pattern": "*", "patern": "*"})")),
      ElementsAre(ConfigProblem{"syncs[0].source.patern", "unknown key; did you mean 'pattern'?"}));
}

TEST_F(ReadSyncsTest, RefusesAPatternForOneFile) {
  EXPECT_THAT(Read(SyncFrom(R"({"type": "file", "path": "in", "pattern": "*.csv"})")),
              ElementsAre(ConfigProblem{"syncs[0].source.pattern",
                                        "goes only with \"type\": \"folder\"; remove it"}));
}

TEST_F(ReadSyncsTest, RefusesPatternsThatMatchNothingItWouldTake) {
  const std::string longest(128, 'x');
  EXPECT_THAT(Read(SyncFrom(R"({"type": "folder", "path": "in", "pattern": ")" + longest + "\"}")),
              IsEmpty());
  for (const std::string& pattern :
       {std::string("in/*.csv"), std::string("a b"), std::string("[ab].csv"), longest + "x"})
    EXPECT_THAT(
        Read(SyncFrom(R"({"type": "folder", "path": "in", "pattern": ")" + pattern + "\"}")),
        ElementsAre(ConfigProblem{
            "syncs[0].source.pattern",
            "'" + (pattern.size() > 120 ? pattern.substr(0, 120) + "…" : pattern) +
                "' is not a pattern for file names; write at most 128 letters, digits, '.', '_', "
                "'-', '*' and '?', as in \"active-*.csv\""}));
  for (const std::string pattern : {".*", "*.tmp", "a.part"})
    EXPECT_THAT(
        Read(SyncFrom(R"({"type": "folder", "path": "in", "pattern": ")" + pattern + "\"}")),
        ElementsAre(ConfigProblem{
            "syncs[0].source.pattern",
            "'" + pattern +
                "' matches no file: names that begin with '.' or end with '.tmp' or '.part' are "
                "files that are still written"}));
}

TEST_F(ReadSyncsTest, RefusesTwoSyncsThatTakeTheSameFiles) {
  const auto two = [](const std::string& path, const std::string& pattern) {
    return R"({"cohort": "c1", "name": "one", "frequency": "once",
               "source": {"type": "folder", "path": "in", "pattern": "*.csv"}},
              {"cohort": "c2", "name": "two", "frequency": "once",
               "source": {"type": "folder", "path": ")" +
           path + R"(", "pattern": ")" + pattern + R"("}})";
  };
  EXPECT_THAT(Read(two("in", "*_c2_*.csv")), IsEmpty());
  EXPECT_THAT(Read(two("in2", "*.csv")), IsEmpty());
  for (const std::string path : {"in", "in/", "./in", "in/../in"})
    EXPECT_THAT(Read(two(path, "*.csv")),
                ElementsAre(ConfigProblem{
                    "syncs[1].source.pattern",
                    "'*.csv' in this folder is read by syncs[0] as well, and each file is taken "
                    "once; set a pattern that matches the files of this cohort only"}));
}

TEST_F(ReadSyncsTest, RefusesAFileSourceWithoutAnyName) {
  EXPECT_THAT(
      Read(R"({"cohort": "c1", "frequency": "once", "source": {"type": "file", "path": "a"}})"),
      ElementsAre(ConfigProblem{"syncs[0].name",
                                "is missing; a file does not know the cohort's name: set 'name' to "
                                "it, or set 'list_name' to the name of the list"}));
  EXPECT_THAT(Read(R"({"cohort": "c1", "list_name": "vip", "frequency": "once",
                       "source": {"type": "file", "path": "a"}})"),
              IsEmpty());
  EXPECT_EQ(config_.syncs.at(0).list_name, "vip");
  EXPECT_EQ(Read(R"({"cohort": "c1", "frequency": "once",
                     "source": {"type": "folder", "path": "a", "pattern": "*"}})")
                .at(0)
                .path,
            "syncs[0].name");
}

TEST_F(ReadSyncsTest, RefusesANameForACohortThatAmplitudeNames) {
  EXPECT_THAT(ReadOne(R"("frequency": "once", "name": "active users")"),
              ElementsAre(ConfigProblem{"syncs[0].name",
                                        "Amplitude knows the cohort's name; remove it, or set "
                                        "'list_name' to choose the name of the list"}));
}

TEST_F(ReadSyncsTest, RefusesSourcesItDoesNotUnderstand) {
  EXPECT_THAT(Read(R"({"cohort": "c1", "frequency": "once", "source": {"type": "amplitud"}})"),
              ElementsAre(ConfigProblem{"syncs[0].source.type",
                                        "'amplitud' is not known; did you mean 'amplitude'?"}));
  EXPECT_THAT(Read(R"({"cohort": "c1", "frequency": "once", "source": {}})"),
              ElementsAre(ConfigProblem{"syncs[0].source.type",
                                        "is missing; add it, as in \"type\": \"amplitude\""}));
  EXPECT_THAT(Read(R"({"cohort": "c1", "frequency": "once", "source": "amplitude"})"),
              ElementsAre(ConfigProblem{"syncs[0].source", "must be an object, not text"}));
  EXPECT_THAT(
      Read(
          R"({"cohort": "c1", "frequency": "once", "source": {"type": "amplitude", "path": "a"}})"),
      ElementsAre(
          ConfigProblem{"syncs[0].source.path", "unknown key; known are 'project', 'type'"}));
  EXPECT_THAT(Read(R"({"cohort": "c1", "name": "n", "frequency": "once",
                       "source": {"type": "file", "project": "web"}})"),
              ElementsAre(ConfigProblem{"syncs[0].source.path",
                                        "is missing; add it, as in \"path\": "
                                        "\"snapshots/active.csv\""},
                          ConfigProblem{"syncs[0].source.project",
                                        "unknown key; known are 'format', 'path', 'type'"}));
}

TEST_F(ReadSyncsTest, RefusesCohortsThatAreNoId) {
  EXPECT_THAT(
      Read(R"({"cohort": "active users", "frequency": "once", "source": {"type": "amplitude"}})"),
      ElementsAre(ConfigProblem{"syncs[0].cohort",
                                "'active users' is not a cohort id; copy it from the cohort's "
                                "address in Amplitude, or run 'cohort-sync cohorts'"}));
}

TEST_F(ReadSyncsTest, RefusesNamesThatAreNotConfigured) {
  EXPECT_THAT(Read(R"({"cohort": "c1", "frequency": "once", "destination": "cordal",
                       "source": {"type": "amplitude", "project": "mobile"}})"),
              ElementsAre(ConfigProblem{"syncs[0].source.project",
                                        "'mobile' is not under 'projects'; known are 'web'"},
                          ConfigProblem{"syncs[0].destination",
                                        "'cordal' is not under 'destinations'; did you mean "
                                        "'cordial'?"}));
}

TEST_F(ReadSyncsTest, AsksForNamesWhenThereAreSeveral) {
  context_.project_names = {"web", "shop"};
  AddDestination("other", "env:OTHER");
  EXPECT_THAT(
      ReadOne(R"("frequency": "once")"),
      ElementsAre(
          ConfigProblem{"syncs[0].source.project", "is missing; name one of 'web', 'shop'"},
          ConfigProblem{"syncs[0].destination", "is missing; name one of 'cordial', 'other'"}));
}

TEST_F(ReadSyncsTest, RefusesTwoSyncsOfOneCohortToOneDestination) {
  const std::string sync = R"({"cohort": "c1", "source": {"type": "amplitude"}, "every": "1h"})";
  EXPECT_THAT(Read(sync + "," + sync),
              ElementsAre(ConfigProblem{"syncs[1]",
                                        "cohort 'c1' is synced to 'cordial' by syncs[0] already; "
                                        "remove one of the two"}));
}

TEST_F(ReadSyncsTest, AcceptsOneCohortAtTwoAccounts) {
  AddDestination("other", "env:OTHER");
  EXPECT_THAT(Read(R"({"cohort": "c1", "destination": "cordial", "list_name": "vip",
                       "source": {"type": "amplitude"}, "every": "1h"},
                      {"cohort": "c1", "destination": "other", "list_name": "vip",
                       "source": {"type": "amplitude"}, "every": "1h"})"),
              IsEmpty());
  EXPECT_EQ(config_.syncs.size(), 2U);
}

constexpr const char* kTwoSyncsOfOneList =
    R"({"cohort": "c1", "destination": "cordial", "list_name": "ActiveUsers",
        "source": {"type": "amplitude"}, "every": "1h"},
       {"cohort": "c2", "destination": "DESTINATION", "name": "active users",
        "source": {"type": "file", "path": "a.csv"}, "every": "1h"})";

std::string TwoSyncsOfOneList(const std::string& second_destination) {
  std::string text = kTwoSyncsOfOneList;
  return text.replace(text.find("DESTINATION"), 11, second_destination);
}

TEST_F(ReadSyncsTest, RefusesTwoSyncsWhoseListsDifferInCaseOnly) {
  EXPECT_THAT(
      Read(TwoSyncsOfOneList("cordial")),
      ElementsAre(ConfigProblem{"syncs[1].name",
                                "gives the list 'activeusers', which syncs[0].list_name gives as "
                                "well; one list belongs to one cohort, set another 'list_name'"}));
}

TEST_F(ReadSyncsTest, ComparesListsWithinAnAccountWhateverItsDestinationsAreCalled) {
  AddDestination("again", "env:KEY");
  AddDestination("other", "env:OTHER");
  EXPECT_EQ(Read(TwoSyncsOfOneList("again")).size(), 1U);
  EXPECT_THAT(Read(TwoSyncsOfOneList("other")), IsEmpty());
}

}  // namespace
}  // namespace cohort_sync
