#include "base/check.h"

#include <gtest/gtest.h>

namespace cohort_sync {
namespace {

TEST(CheckDeathTest, EndsTheProcessWithPlaceAndExpression) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  const int members = -1;
  EXPECT_EXIT(CHECK(members >= 0),
              testing::KilledBySignal(SIGABRT),
              "check_test\\.cc:[0-9]+: check failed: members >= 0");
}

TEST(Check, EvaluatesItsExpressionOnceAndGoesOn) {
  int evaluated = 0;
  CHECK(++evaluated == 1);
  EXPECT_EQ(evaluated, 1);
}

}  // namespace
}  // namespace cohort_sync
