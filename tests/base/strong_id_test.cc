#include "base/strong_id.h"

#include <concepts>
#include <string>
#include <type_traits>
#include <unordered_set>

#include <gtest/gtest.h>

namespace cohort_sync {
namespace {

using Colour = StrongId<struct ColourTag, std::string>;
using Shape = StrongId<struct ShapeTag, std::string>;
using Number = StrongId<struct NumberTag, int>;

TEST(StrongId, DoesNotMixWithOthersOrWithItsValue) {
  static_assert(!std::equality_comparable_with<Colour, Shape>);
  static_assert(!std::is_constructible_v<Colour, Shape>);
  static_assert(!std::is_convertible_v<std::string, Colour>);
  static_assert(!std::is_convertible_v<Colour, std::string>);
  EXPECT_EQ(Colour("red").value(), "red");
}

TEST(StrongId, ComparesByValue) {
  EXPECT_EQ(Number(3), Number(3));
  EXPECT_NE(Number(3), Number(4));
  EXPECT_LT(Number(3), Number(4));
  EXPECT_LT(Colour("blue"), Colour("red"));
}

TEST(StrongId, StartsAtTheValuesDefault) {
  EXPECT_EQ(Number().value(), 0);
  EXPECT_EQ(Colour().value(), "");
}

TEST(StrongId, IsAKeyOfHashTables) {
  const std::unordered_set<Colour> colours{Colour("red"), Colour("blue"), Colour("red")};
  EXPECT_EQ(colours.size(), 2U);
  EXPECT_TRUE(colours.contains(Colour("blue")));
}

}  // namespace
}  // namespace cohort_sync
