#include "amplitude/json_token.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cohort_sync::amplitude {
namespace {

TEST(IsJsonNumber, FollowsTheGrammarWhateverTheSize) {
  for (const char* token : {"0",
                            "-0",
                            "7",
                            "-12",
                            "1.5",
                            "0.25",
                            "1e9",
                            "1E+9",
                            "1.5e-300",
                            "1e999",
                            "123456789012345678901234567890"})
    EXPECT_TRUE(IsJsonNumber(token)) << token;
  for (const char* token : {"",
                            "-",
                            "+1",
                            "01",
                            "1.",
                            ".5",
                            "1e",
                            "1e+",
                            "0x1",
                            "1 ",
                            " 1",
                            "1,0",
                            "NaN",
                            "Infinity",
                            "1.2.3",
                            "--1"})
    EXPECT_FALSE(IsJsonNumber(token)) << token;
}

TEST(HasJsonEscapesOnly, KnowsEveryEscape) {
  for (const char* text :
       {"", "plain", R"(\"\\\/\b\f\n\r\t)", R"(\u00e9)", R"(\ud83d)", R"(\\u12)"})
    EXPECT_TRUE(HasJsonEscapesOnly(text)) << text;
  for (const char* text : {R"(\)", R"(\x41)", R"(\u12)", R"(\u12g4)", R"(\ude0)", R"(a\')"})
    EXPECT_FALSE(HasJsonEscapesOnly(text)) << text;
}

TEST(ParseEpochSeconds, ReadsSecondsInEveryForm) {
  for (const char* token :
       {"1692206763", "1692206763.0", "1692206763.999", "1.692206763e9", "1692206763e0"})
    EXPECT_EQ(ParseEpochSeconds(token), FromMillis(1'692'206'763'000)) << token;
  EXPECT_EQ(ParseEpochSeconds("0"), FromMillis(0));
  EXPECT_EQ(ParseEpochSeconds("253402300799"), FromMillis(253'402'300'799'000));
}

// Milliseconds would put a batch behind all that come later.
TEST(ParseEpochSeconds, RefusesWhatIsNoTimeInSeconds) {
  for (const char* token : {"",
                            "-1",
                            "1692206763000",
                            "253402300800",
                            "1e999",
                            "now",
                            " 1692206763",
                            "2023-08-16T17:26:03Z",
                            "0x64DD",
                            "1,692,206,763",
                            "NaN"})
    EXPECT_EQ(ParseEpochSeconds(token), std::nullopt) << token;
}

TEST(FindJsonError, CountsToTheFirstByteThatDoesNotFit) {
  EXPECT_EQ(FindJsonError(R"({"a": 1})"), std::nullopt);
  EXPECT_EQ(FindJsonError(R"({'a': 1})"), 2U);
  EXPECT_EQ(FindJsonError(R"({"a": 1} x)"), 10U);
  EXPECT_EQ(FindJsonError("[1, 2"), 6U);
  EXPECT_EQ(FindJsonError(std::string_view("[1]\0", 4)), 4U);
  EXPECT_EQ(FindJsonError(std::string(100'000, '[')), 100'001U);
}

}  // namespace
}  // namespace cohort_sync::amplitude
