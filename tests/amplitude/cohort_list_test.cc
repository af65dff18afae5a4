#include "amplitude/cohort_list.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace cohort_sync::amplitude {
namespace {

constexpr std::string_view kList = R"({"cohorts":[
  {"appId":1,"archived":false,"definition":{"version":3,"countGroup":{"name":"User"}},"id":"9apg8e8f",
   "name":"14 day retention","published":true,"finished":true,"lastComputed":1781611619,"size":120},
  {"id":"u9gtvp8t","name":"never","finished":false,"lastComputed":null,"size":null},
  {"id":"archivd1","name":"old","archived":true,"finished":true,"lastComputed":1,"size":3},
  {"id":"groups01","name":"firms","definition":{"countGroup":{"name":"company"}},"size":3}
]})";

std::vector<CohortInfo> Cohorts() {
  return *ParseCohortList(kList);
}

std::string Refusal(const std::string& id, const std::vector<CohortInfo>& cohorts = Cohorts()) {
  const auto found = FindSyncable(cohorts, CohortId(id));
  return found ? "" : found.error().message();
}

TEST(ParseCohortList, ReadsWhatDecidesAboutASync) {
  const auto cohorts = ParseCohortList(kList);
  ASSERT_TRUE(cohorts) << cohorts.error().message();
  ASSERT_EQ(cohorts->size(), 4U);
  const CohortInfo& first = cohorts->front();
  EXPECT_EQ(first.id, CohortId("9apg8e8f"));
  EXPECT_EQ(first.name, "14 day retention");
  EXPECT_EQ(first.size, 120);
  EXPECT_TRUE(first.finished);
  EXPECT_TRUE(first.published);
  EXPECT_FALSE(first.archived);
  EXPECT_EQ(first.last_computed, FromMillis(1'781'611'619'000));
  EXPECT_EQ((*cohorts)[1].size, std::nullopt);
  EXPECT_EQ((*cohorts)[1].last_computed, std::nullopt);
  EXPECT_FALSE((*cohorts)[1].finished);
  EXPECT_EQ((*cohorts)[3].counted, "company");
}

TEST(ParseCohortList, NumbersThatCannotBeMeantAreNotThere) {
  const auto cohorts = ParseCohortList(
      R"({"cohorts":[{"id":"a","size":-1,"lastComputed":-1},)"
      R"({"id":"b","size":18446744073709551615,"lastComputed":9223372036854775807},)"
      R"({"id":"c","lastComputed":1781611619000}]})");
  ASSERT_TRUE(cohorts);
  for (const CohortInfo& cohort : *cohorts) {
    EXPECT_EQ(cohort.size, std::nullopt) << cohort.id.value();
    EXPECT_EQ(cohort.last_computed, std::nullopt) << cohort.id.value();
    EXPECT_TRUE(cohort.finished) << cohort.id.value();
  }
}

TEST(ParseCohortList, LastSecondOfTheYear9999IsATime) {
  const auto cohorts = ParseCohortList(R"({"cohorts":[{"id":"a","lastComputed":253402300799}]})");
  ASSERT_TRUE(cohorts);
  EXPECT_EQ(cohorts->front().last_computed, FromMillis(253'402'300'799'000));
}

TEST(ParseCohortList, ProjectMayHaveNoCohorts) {
  const auto cohorts = ParseCohortList(R"({"cohorts":[]})");
  ASSERT_TRUE(cohorts);
  EXPECT_TRUE(cohorts->empty());
}

TEST(ParseCohortList, QuotesWhatItDoesNotUnderstand) {
  const auto error = [](std::string_view body) { return ParseCohortList(body).error().message(); };
  EXPECT_EQ(error("<html>down</html>"),
            "not a list of cohorts; the answer begins with '<html>down</html>'");
  EXPECT_EQ(error(""), "not a list of cohorts; the answer begins with ''");
  EXPECT_EQ(error("[]"), "not a list of cohorts; the answer begins with '[]'");
  EXPECT_EQ(error(R"({"cohorts":{}})"),
            R"(not a list of cohorts; the answer begins with '{"cohorts":{}}')");
  EXPECT_EQ(error(R"({"cohorts":[{"id":"a"},{"id":7}]})"),
            "entry 2 of the list has no id; the answer begins with "
            R"('{"cohorts":[{"id":"a"},{"id":7}]}')");
  EXPECT_EQ(error(R"({"cohorts":["a"]})"),
            R"(entry 1 of the list has no id; the answer begins with '{"cohorts":["a"]}')");
}

TEST(FindSyncable, FindsByIdOnly) {
  const auto found = FindSyncable(Cohorts(), CohortId("9apg8e8f"));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->name, "14 day retention");
  EXPECT_EQ(Refusal("14 day retention"),
            "no cohort '14 day retention' in this project; that is the name of cohort '9apg8e8f', "
            "set its id");
}

TEST(FindSyncable, SuggestsTheCohortThatWasMeant) {
  EXPECT_EQ(Refusal("9apg8e8g"),
            "no cohort '9apg8e8g' in this project, did you mean '9apg8e8f' ('14 day retention')?");
  EXPECT_EQ(Refusal("14 days retention"),
            "no cohort '14 days retention' in this project, did you mean '9apg8e8f' ('14 day "
            "retention')?");
  EXPECT_EQ(Refusal("zzzzzzzzzzzz"),
            "no cohort 'zzzzzzzzzzzz' in this project, which lists 4 cohorts; it may be "
            "unpublished or deleted, or belong to another project");
  EXPECT_EQ(Refusal("zzzzzzzzzzzz", {}),
            "no cohort 'zzzzzzzzzzzz' in this project, which lists 0 cohorts; it may be "
            "unpublished or deleted, or belong to another project");
}

TEST(FindSyncable, RefusesWhatWouldLookLikeAnEmptyCohort) {
  EXPECT_EQ(Refusal("archivd1"),
            "'old' is archived, nothing is changed; restore it in Amplitude, or end its sync with "
            "'cohort-sync forget archivd1'");
  EXPECT_EQ(
      Refusal("u9gtvp8t"),
      "'never' was never computed, nothing is changed; open it in Amplitude, then sync again");
  EXPECT_EQ(Refusal("groups01"),
            "'firms' is a cohort of groups ('company'); only cohorts of users can be synced");
}

TEST(FindSyncable, LastComputedNullAloneMeansNeverComputed) {
  const auto cohorts =
      ParseCohortList(R"({"cohorts":[{"id":"a","name":"n","lastComputed":null}]})");
  EXPECT_EQ(Refusal("a", *cohorts),
            "'n' was never computed, nothing is changed; open it in Amplitude, then sync again");
}

TEST(FindSyncable, FieldsThatAreMissingForbidNothing) {
  EXPECT_EQ(Refusal("a", *ParseCohortList(R"({"cohorts":[{"id":"a"}]})")), "");
}

}  // namespace
}  // namespace cohort_sync::amplitude
