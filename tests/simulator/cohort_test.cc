#include "simulator/cohort.h"

#include <gtest/gtest.h>

#include "base/format.h"
#include "support/temp_dir.h"

namespace cohort_sync::simulator {
namespace {

TEST(BuiltInCohorts, AreTenActiveUsersAndAThousandBigSpenders) {
  const std::vector<Cohort> cohorts = BuiltInCohorts();
  ASSERT_EQ(cohorts.size(), 2U);
  EXPECT_EQ(cohorts[0].id, "9apg8e8f");
  EXPECT_EQ(cohorts[0].name, "active users");
  ASSERT_EQ(cohorts[0].members.size(), 10U);
  EXPECT_EQ(cohorts[0].members[0].properties.at("email"), "user01@example.com");
  EXPECT_EQ(cohorts[0].members[9].user_id, "user10@example.com");
  EXPECT_EQ(cohorts[1].id, "7khm89cz");
  EXPECT_EQ(cohorts[1].name, "big spenders");
  EXPECT_EQ(cohorts[1].members.size(), 1000U);
}

TEST(ParseCohort, ReadsEveryField) {
  const Cohort cohort = ParseCohort("c1", R"({
    "name": "n", "archived": true, "published": false, "group_type": "company", "computed": false,
    "members": [{"user_id": "u", "amplitude_id": 5,
                 "properties": {"email": "e", "tags": ["x", 1], "none": null}}]})")
                            .value();
  EXPECT_EQ(cohort.id, "c1");
  EXPECT_EQ(cohort.name, "n");
  EXPECT_TRUE(cohort.archived);
  EXPECT_FALSE(cohort.published);
  EXPECT_FALSE(cohort.computed);
  EXPECT_EQ(cohort.group_type, "company");
  ASSERT_EQ(cohort.members.size(), 1U);
  EXPECT_EQ(cohort.members[0],
            (Member{.amplitude_id = 5,
                    .user_id = "u",
                    .properties = {{"email", "e"}, {"tags", "[\"x\",1]"}}}));
}

TEST(ParseCohort, NamesWhatIsWrong) {
  const auto problem = [](const char* json) { return ParseCohort("c1", json).error().message(); };
  EXPECT_EQ(problem("{"), "not JSON");
  EXPECT_EQ(problem("[]"), "expected an object");
  EXPECT_EQ(problem("{}"), "'name' is missing");
  EXPECT_EQ(problem(R"({"nam":"n"})"),
            "unexpected 'nam'; a cohort has name and group_type (text), members (array), archived, "
            "published and computed (true or false)");
  EXPECT_EQ(problem(R"({"name":"n","members":[{"user_id":"a"},{"email":"b"}]})"),
            "members[1]: unexpected 'email'; a member has user_id (text), properties (object) and "
            "amplitude_id (number)");
  EXPECT_EQ(problem(R"({"name":"n","members":["a"]})"), "members[0]: expected an object");
}

TEST(LoadCohorts, ReadsAFile) {
  const TempDir dir;
  const std::string path =
      dir.Write("cohorts.json", R"({"cohorts":[{"id":"a","name":"one"},{"id":"b","name":"two"}]})");
  const std::vector<Cohort> cohorts = LoadCohorts(path).value();
  ASSERT_EQ(cohorts.size(), 2U);
  EXPECT_EQ(cohorts[1].id, "b");
  EXPECT_EQ(cohorts[1].name, "two");
}

TEST(LoadCohorts, SaysWhichFileAndWhichCohortIsWrong) {
  const TempDir dir;
  EXPECT_EQ(LoadCohorts(dir.File("none")).error().message(),
            Format("cohort file '{}': cannot be read", dir.File("none")));
  const std::string other = dir.Write("other.json", "{}");
  EXPECT_EQ(LoadCohorts(other).error().message(),
            Format("cohort file '{}': expected {{\"cohorts\": [{{\"id\": …, \"name\": …, "
                   "\"members\": […]}}]}}",
                   other));
  const std::string bad =
      dir.Write("bad.json", R"({"cohorts":[{"id":"a","name":"n"},{"name":"n"}]})");
  EXPECT_EQ(LoadCohorts(bad).error().message(),
            Format("cohort file '{}': cohorts[1]: 'id' is missing", bad));
}

}  // namespace
}  // namespace cohort_sync::simulator
