#include "base/result.h"

#include <gtest/gtest.h>

#include "base/format.h"

namespace cohort_sync {
namespace {

Result<int> Half(int number) {
  if (number % 2 != 0)
    return Fail(ErrorCode::kInvalidInput, Format("half of {}: not an even number", number));
  return number / 2;
}

Result<int> Quarter(int number) {
  const Result<int> half = Half(number);
  if (!half) return Fail(half.error().WithContext(Format("quarter of {}", number)));
  return Half(*half);
}

TEST(Result, HoldsTheValueOrTheError) {
  EXPECT_EQ(Half(8).value(), 4);
  ASSERT_FALSE(Half(3).has_value());
  EXPECT_EQ(Half(3).error(), Error(ErrorCode::kInvalidInput, "half of 3: not an even number"));
}

TEST(Result, ErrorsDifferByCodeAndByMessage) {
  const Error error(ErrorCode::kNotFound, "a");
  EXPECT_NE(error, Error(ErrorCode::kRejected, "a"));
  EXPECT_NE(error, Error(ErrorCode::kNotFound, "b"));
}

TEST(Result, ContextGoesInFrontAndKeepsTheCode) {
  EXPECT_EQ(Quarter(8).value(), 2);
  EXPECT_EQ(Quarter(7).error(),
            Error(ErrorCode::kInvalidInput, "quarter of 7: half of 7: not an even number"));
  EXPECT_EQ(Quarter(6).error(), Error(ErrorCode::kInvalidInput, "half of 3: not an even number"));
}

}  // namespace
}  // namespace cohort_sync
