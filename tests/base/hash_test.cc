#include "base/hash.h"

#include <string>

#include <gtest/gtest.h>

namespace cohort_sync {
namespace {

using namespace std::string_literals;

// Checkpoints hold these values: a change of them would orphan every stored member.
TEST(KeyedHash, ValuesAreFixed) {
  EXPECT_EQ(KeyedHash(0, ""), 0x2D06800538D394C2U);
  EXPECT_EQ(KeyedHash(0, "a@example.com"), 0x39580B4DC3DCB86EU);
  EXPECT_EQ(KeyedHash(0x123456789ABCDEF0U, "a@example.com"), 0xA49B3110137085F8U);
  EXPECT_EQ(KeyedHash(1, std::string(300, 'x')), 0x34C297D5DC46CCFFU);
}

TEST(KeyedHash, DependsOnEveryByteAndOnTheKey) {
  EXPECT_NE(KeyedHash(1, "a@example.com"), KeyedHash(2, "a@example.com"));
  EXPECT_NE(KeyedHash(1, "a@example.com"), KeyedHash(1, "b@example.com"));
  EXPECT_NE(KeyedHash(1, "a\0b"s), KeyedHash(1, "a\0c"s));
  EXPECT_NE(KeyedHash(1, "a"), KeyedHash(1, "a\0"s));
}

TEST(KeyedHash, ReadsTheViewAndNothingBehindIt) {
  const std::string text = "a@example.comTAIL";
  EXPECT_EQ(KeyedHash(7, std::string_view(text).substr(0, 13)), KeyedHash(7, "a@example.com"));
}

}  // namespace
}  // namespace cohort_sync
