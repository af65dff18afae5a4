#include "web/pushed_cohorts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cohort_sync::web {
namespace {

using ::testing::Optional;

PushedCohorts Cohorts() {
  return PushedCohorts({{CohortId("9apg8e8f"), "active users"},
                        {CohortId("26umsb5"), "Saturday's cohort & h\xC3\xA9llo"},
                        {CohortId("7khm89cz"), ""},
                        {CohortId("twin1"), "twins"},
                        {CohortId("twin2"), "twins"}});
}

std::optional<CohortId> Find(std::string name, std::optional<CohortId> cohort = std::nullopt) {
  return Cohorts().CohortOfList({std::move(name), std::move(cohort)});
}

TEST(PushedCohorts, SlugIsAmplitudesOwnExample) {
  EXPECT_EQ(CohortNameSlug("Saturday's cohort & h\xC3\xA9llo"), "Saturday-s-cohort-he-llo");
}

TEST(PushedCohorts, SlugKeepsLettersDigitsAndUnderscoreOnly) {
  EXPECT_EQ(CohortNameSlug("a_b-c  d\xE2\x82\xAC!e"), "a_b-c-d-e");
  EXPECT_EQ(CohortNameSlug(""), "");
  EXPECT_EQ(CohortNameSlug("\xC3"), "-");
  EXPECT_EQ(CohortNameSlug("\xC3\x9F\xC3\xBF"), "-y-");
  EXPECT_EQ(CohortNameSlug(std::string(150, 'a')), std::string(100, 'a'));
}

TEST(PushedCohorts, ListIsOfTheCohortThatIsNamedByItsId) {
  EXPECT_THAT(Find("anything", CohortId("7khm89cz")), Optional(CohortId("7khm89cz")));
  EXPECT_THAT(Find("active users", CohortId("26umsb5")), Optional(CohortId("26umsb5")));
}

TEST(PushedCohorts, ListIsElseOfTheCohortWithItsName) {
  EXPECT_THAT(Find("active users"), Optional(CohortId("9apg8e8f")));
  EXPECT_THAT(Find("active-users"), Optional(CohortId("9apg8e8f")));
  EXPECT_THAT(Find("Saturday-s-cohort-he-llo"), Optional(CohortId("26umsb5")));
  EXPECT_THAT(Find("[Amplitude] active users"), Optional(CohortId("9apg8e8f")));
  EXPECT_THAT(Find("[Amplitude] active users: other", CohortId("other")),
              Optional(CohortId("9apg8e8f")));
}

TEST(PushedCohorts, NameThatNobodyOrTwoHaveIsNoCohort) {
  EXPECT_EQ(Find("others"), std::nullopt);
  EXPECT_EQ(Find(""), std::nullopt);
  EXPECT_EQ(Find("Active users"), std::nullopt);
  EXPECT_EQ(Find("twins"), std::nullopt);
  EXPECT_EQ(Find("others", CohortId("other")), std::nullopt);
}

TEST(PushedCohorts, NamesAreForPeople) {
  EXPECT_EQ(
      PushedCohorts({{CohortId("9apg8e8f"), "active users"}, {CohortId("26umsb5"), ""}}).Names(),
      "'9apg8e8f' ('active users'), '26umsb5'");
  EXPECT_EQ(PushedCohorts({}).Names(), "none");
}

}  // namespace
}  // namespace cohort_sync::web
