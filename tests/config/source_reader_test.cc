#include "config/source_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/print_config_problem.h"
#include "config/read_syncs_fixture.h"

namespace cohort_sync {
namespace {

namespace chrono = std::chrono;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ReadPushTest : public ReadSyncsTest {
 protected:
  ReadPushTest() { context_.has_server = true; }

  // Problems of one pushed cohort with these settings in its source.
  ConfigProblems ReadPush(const std::string& settings = "") {
    return Read(R"({"cohort": "c1", "source": {"type": "push")" +
                (settings.empty() ? "" : ", " + settings) + "}}");
  }
  ConfigProblems ReadReconcile(const std::string& reconcile) {
    return ReadPush(R"("reconcile": )" + reconcile);
  }
  ConfigProblems ReadRecords(const std::string& settings) {
    return Read(R"({"cohort": "c1", "frequency": "hourly",
                    "source": {"type": "records", )" +
                settings + "}}");
  }
};

TEST_F(ReadPushTest, NeedsNothingButACohort) {
  EXPECT_THAT(ReadPush(), IsEmpty());
  const SyncConfig& sync = config_.syncs.at(0);
  ASSERT_TRUE(sync.push);
  EXPECT_FALSE(sync.push->records);
  EXPECT_FALSE(sync.snapshots);
  EXPECT_EQ(sync.key, (BindingKey{ProjectName("web"), CohortId("c1"), DestinationName("cordial")}));
}

TEST_F(ReadPushTest, NeedsNoProjectWhileNoneIsConfigured) {
  context_.project_names = {};
  EXPECT_THAT(ReadPush(), IsEmpty());
  EXPECT_EQ(config_.syncs.at(0).key.project, ProjectName(""));
  EXPECT_THAT(
      ReadPush(R"("project": "web")"),
      ElementsAre(ConfigProblem{"syncs[0].source.project", "'web' is not under 'projects'"}));
}

// Adding a second project must not give the binding another key in silence.
TEST_F(ReadPushTest, NamesItsProjectWhenThereAreSeveral) {
  context_.project_names = {"web", "shop"};
  EXPECT_THAT(ReadPush(),
              ElementsAre(ConfigProblem{"syncs[0].source.project",
                                        "is missing; name one of 'web', 'shop'"}));
  EXPECT_THAT(ReadPush(R"("project": "shop")"), IsEmpty());
  EXPECT_EQ(config_.syncs.at(0).key.project, ProjectName("shop"));
}

TEST_F(ReadPushTest, NeedsAServer) {
  context_.has_server = false;
  EXPECT_THAT(ReadPush(),
              ElementsAre(ConfigProblem{"syncs[0].source.type",
                                        "there is no server that takes pushes; add one, as in "
                                        "\"server\": {\"push_secret\": "
                                        "\"env:COHORT_SYNC_PUSH_SECRET\"}"}));
  EXPECT_THAT(ReadRecords(R"("path": "in.jsonl")"), IsEmpty());
}

TEST_F(ReadPushTest, HasNoFrequencyOfItsOwn) {
  const std::string hint =
      "Amplitude decides when it pushes; remove it, or move it into 'source.reconcile' to read the "
      "whole cohort now and then";
  EXPECT_THAT(Read(R"({"cohort": "c1", "source": {"type": "push"}, "frequency": "daily",
                       "at": "06:00", "timezone": "UTC"})"),
              ElementsAre(ConfigProblem{"syncs[0].frequency", hint},
                          ConfigProblem{"syncs[0].at", hint},
                          ConfigProblem{"syncs[0].timezone", hint}));
  EXPECT_THAT(Read(R"({"cohort": "c1", "source": {"type": "push"}, "every": "1h"})"),
              ElementsAre(ConfigProblem{"syncs[0].every", hint}));
}

TEST_F(ReadPushTest, MayHaveANameForSendersThatSayNone) {
  EXPECT_THAT(Read(R"({"cohort": "c1", "name": "vip", "source": {"type": "push"}})"), IsEmpty());
  EXPECT_EQ(config_.syncs.at(0).cohort_name, "vip");
}

TEST_F(ReadPushTest, ReconcilesWithExportsOfItsProject) {
  EXPECT_THAT(ReadReconcile(R"({"type": "amplitude", "frequency": "daily", "at": "06:00",
                                "timezone": "Europe/Berlin"})"),
              IsEmpty());
  const SyncConfig& sync = config_.syncs.at(0);
  ASSERT_TRUE(sync.push && sync.snapshots);
  EXPECT_FALSE(sync.snapshots->file);
  EXPECT_EQ(sync.snapshots->schedule,
            (Schedule{Frequency::kDaily, Duration(0), chrono::hours(6), "Europe/Berlin"}));
}

TEST_F(ReadPushTest, ReconcilesWithAFileOrAFolder) {
  EXPECT_THAT(ReadReconcile(R"({"type": "file", "path": "a.csv", "every": "2h"})"), IsEmpty());
  EXPECT_EQ(config_.syncs.at(0).snapshots->file->path, "/etc/cohort-sync/a.csv");
  EXPECT_EQ(config_.syncs.at(0).key.project, ProjectName("web"));
  EXPECT_THAT(ReadReconcile(R"({"type": "folder", "path": "in", "pattern": "*.csv",
                                "format": "identifiers", "frequency": "hourly"})"),
              IsEmpty());
  EXPECT_EQ(config_.syncs.at(0).snapshots->file->pattern, "*.csv");
  EXPECT_EQ(config_.syncs.at(0).snapshots->file->format, FileFormat::kIdentifiers);
  EXPECT_EQ(config_.syncs.at(0).snapshots->schedule.frequency, Frequency::kHourly);
}

TEST_F(ReadPushTest, RefusesAReconcileThatIsNone) {
  EXPECT_THAT(
      ReadReconcile("\"daily\""),
      ElementsAre(ConfigProblem{"syncs[0].source.reconcile", "must be an object, not text"}));
  EXPECT_THAT(ReadReconcile(R"({"type": "push"})"),
              ElementsAre(ConfigProblem{"syncs[0].source.reconcile.type",
                                        "'push' is not known; known are 'amplitude', 'file', "
                                        "'folder'"}));
  EXPECT_THAT(ReadReconcile(R"({"type": "amplitude"})"),
              ElementsAre(ConfigProblem{"syncs[0].source.reconcile.frequency",
                                        "is missing; set it to \"once\", \"hourly\" or "
                                        "\"daily\", or set \"every\" as in \"every\": "
                                        "\"15m\""}));
  EXPECT_THAT(ReadReconcile(R"({"type": "amplitude", "frequency": "once", "project": "web"})"),
              ElementsAre(ConfigProblem{"syncs[0].source.reconcile.project",
                                        "is that of the source; move it there, beside its "
                                        "'type'"}));
  EXPECT_THAT(ReadReconcile(R"({"type": "file", "frequency": "once", "pattern": "*"})"),
              ElementsAre(ConfigProblem{"syncs[0].source.reconcile.path",
                                        "is missing; add it, as in \"path\": "
                                        "\"snapshots/active.csv\""},
                          ConfigProblem{"syncs[0].source.reconcile.pattern",
                                        "goes only with \"type\": \"folder\"; remove it"}));
}

TEST_F(ReadPushTest, RefusesAReconcileWithAmplitudeWithoutAProject) {
  context_.project_names = {};
  EXPECT_THAT(ReadReconcile(R"({"type": "amplitude", "frequency": "once"})"),
              ElementsAre(ConfigProblem{"syncs[0].source.project",
                                        "there is none to reconcile with; add one under "
                                        "'projects'"}));
}

TEST_F(ReadPushTest, RefusesTwoSyncsOfOneCohortWhereverTheyComeFrom) {
  EXPECT_THAT(Read(R"({"cohort": "c1", "source": {"type": "push"}},
                      {"cohort": "c1", "source": {"type": "amplitude"}, "every": "1h"})"),
              ElementsAre(ConfigProblem{"syncs[1]",
                                        "cohort 'c1' is synced to 'cordial' by syncs[0] already; "
                                        "remove one of the two"}));
}

TEST_F(ReadPushTest, ReadsRecordsFromAFileOrAFolder) {
  EXPECT_THAT(ReadRecords(R"("path": "in.jsonl")"), IsEmpty());
  ASSERT_TRUE(config_.syncs.at(0).push);
  ASSERT_TRUE(config_.syncs.at(0).push->records);
  EXPECT_EQ(config_.syncs.at(0).push->records->path, "/etc/cohort-sync/in.jsonl");
  EXPECT_EQ(config_.syncs.at(0).push->records->pattern, "");
  EXPECT_EQ(config_.syncs.at(0).push->records->schedule.frequency, Frequency::kHourly);
  EXPECT_FALSE(config_.syncs.at(0).snapshots);
  EXPECT_THAT(ReadRecords(R"("path": "in", "pattern": "*.jsonl",
                             "reconcile": {"type": "amplitude", "every": "1d"})"),
              IsEmpty());
  EXPECT_EQ(config_.syncs.at(0).push->records->pattern, "*.jsonl");
  EXPECT_EQ(config_.syncs.at(0).snapshots->schedule.every, chrono::hours(24));
}

TEST_F(ReadPushTest, RefusesRecordsWithoutPathOrFrequency) {
  EXPECT_THAT(Read(R"({"cohort": "c1", "source": {"type": "records", "pattern": "a b"}})"),
              ElementsAre(ConfigProblem{"syncs[0].source.path",
                                        "is missing; add it, as in \"path\": \"records\""},
                          ConfigProblem{"syncs[0].source.pattern",
                                        "'a b' is not a pattern for file names; write at most 128 "
                                        "letters, digits, '.', '_', '-', '*' and '?', as in "
                                        "\"*.jsonl\""},
                          ConfigProblem{"syncs[0].frequency",
                                        "is missing; set it to \"once\", \"hourly\" or "
                                        "\"daily\", or set \"every\" as in \"every\": "
                                        "\"15m\""}));
}

// Each of their lines says whose it is.
TEST_F(ReadPushTest, LetsCohortsShareAFolderOfRecordsButNotWithSnapshots) {
  const auto two = [](const std::string& second) {
    return R"({"cohort": "c1", "frequency": "hourly",
               "source": {"type": "records", "path": "in", "pattern": "*"}}, )" +
           second;
  };
  EXPECT_THAT(Read(two(R"({"cohort": "c2", "frequency": "hourly",
                           "source": {"type": "records", "path": "in", "pattern": "*"}})")),
              IsEmpty());
  const std::string taken =
      "'*' in this folder is read by syncs[0] as well, and each file is taken once; set a pattern "
      "that matches the files of this cohort only";
  EXPECT_THAT(Read(two(R"({"cohort": "c2", "name": "n", "frequency": "hourly",
                           "source": {"type": "folder", "path": "in", "pattern": "*"}})")),
              ElementsAre(ConfigProblem{"syncs[1].source.pattern", taken}));
  EXPECT_THAT(ReadRecords(R"("path": "in", "pattern": "*", "reconcile": {
                             "type": "folder", "path": "./in/", "pattern": "*", "every": "1d"})"),
              ElementsAre(ConfigProblem{"syncs[0].source.reconcile.pattern", taken}));
}

}  // namespace
}  // namespace cohort_sync
