#include "config/json_value.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/print_config_problem.h"

namespace cohort_sync {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Parsed {
  std::optional<JsonValue> value;
  ConfigProblems problems;
};

Parsed Parse(std::string_view text) {
  Parsed parsed;
  parsed.value = ParseJson(text, parsed.problems);
  return parsed;
}

TEST(ParseJson, KeepsKindsValuesAndTheOrderOfKeys) {
  const Parsed parsed = Parse(R"({"b": [1, -2, 1.5, null], "a": {"x": "y"}, "c": true})");
  ASSERT_TRUE(parsed.value);
  EXPECT_THAT(parsed.problems, IsEmpty());
  const auto& members = parsed.value->members;
  ASSERT_EQ(members.size(), 3U);
  EXPECT_EQ(members[0].key, "b");
  ASSERT_EQ(members[0].value.items.size(), 4U);
  EXPECT_EQ(members[0].value.items[0].integer, 1);
  EXPECT_EQ(members[0].value.items[1].integer, -2);
  EXPECT_EQ(members[0].value.items[2].number, 1.5);
  EXPECT_EQ(members[0].value.items[3].kind, JsonKind::kNull);
  EXPECT_EQ(members[1].key, "a");
  ASSERT_EQ(members[1].value.members.size(), 1U);
  EXPECT_EQ(members[1].value.members[0].value.text, "y");
  EXPECT_EQ(members[2].value.kind, JsonKind::kBool);
  EXPECT_TRUE(members[2].value.boolean);
}

TEST(ParseJson, SkipsCommentsOfBothKinds) {
  const Parsed parsed = Parse("// one\n{ /* two\n lines */ \"a\": 1 // three\n}");
  ASSERT_TRUE(parsed.value);
  ASSERT_EQ(parsed.value->members.size(), 1U);
  EXPECT_EQ(parsed.value->members[0].value.integer, 1);
}

TEST(ParseJson, SaysWhereTextStopsBeingJson) {
  EXPECT_THAT(Parse("{\n  \"a\" 1\n}").problems,
              ElementsAre(ConfigProblem{
                  "",
                  "not valid json: line 2, column 7: syntax error while parsing object separator - "
                  "unexpected number literal; expected ':'"}));
  EXPECT_FALSE(Parse("{\n  \"a\" 1\n}").value);
}

TEST(ParseJson, NeverRepeatsTheTextThatItCouldNotRead) {
  const Parsed parsed = Parse("{\"api_key\": \"sk-live-12345\n\"}");
  ASSERT_EQ(parsed.problems.size(), 1U);
  EXPECT_EQ(parsed.problems[0].message.find("sk-live"), std::string::npos);
}

TEST(ParseJson, NeverTakesTheTextForThePartOfTheParsersWordsThatItLooksLike) {
  for (const char* const text : {"{\"a\": \"; expected sk-live-12345",
                                 "{\"a\": \"'; expected sk-live-12345\n\"}",
                                 "{\"a\": \"; last read: '; expected sk-live-12345"}) {
    const Parsed parsed = Parse(text);
    ASSERT_EQ(parsed.problems.size(), 1U);
    EXPECT_EQ(parsed.problems[0].message.find("sk-live"), std::string::npos)
        << parsed.problems[0].message;
  }
}

TEST(ParseJson, SaysWhatItExpectedInPlaceOfTextThatItCouldNotRead) {
  EXPECT_THAT(Parse("{\"a\": 1 sk-live-12345}").problems,
              ElementsAre(ConfigProblem{
                  "",
                  "not valid json: line 1, column 9: syntax error while parsing object - invalid "
                  "literal; expected '}'"}));
}

TEST(ParseJson, NamesARepeatedKeyWithoutCharacters) {
  EXPECT_THAT(Parse(R"({"":1,"":2})").problems,
              ElementsAre(ConfigProblem{"''", "stands twice; remove one of the two"}));
}

TEST(ParseJson, RefusesWhatFollowsTheEnd) {
  EXPECT_FALSE(Parse("{} {}").value);
}

TEST(ParseJson, RefusesEmptyText) {
  EXPECT_EQ(Parse("").problems.size(), 1U);
}

TEST(ParseJson, RefusesNumbersThatNoTypeHolds) {
  EXPECT_THAT(
      Parse("[1e999]").problems,
      ElementsAre(ConfigProblem{"", "not valid json: line 1, column 6: a number is too large"}));
}

TEST(ParseJson, HoldsWholeNumbersOf64BitsExactly) {
  EXPECT_EQ(Parse("9223372036854775807").value->integer, INT64_MAX);
  EXPECT_EQ(Parse("9223372036854775808").value->kind, JsonKind::kNumber);
}

TEST(ParseJson, ReportsEveryRepeatedKeyAndKeepsTheFirstValue) {
  const Parsed parsed =
      Parse(R"({"a": {"k": 1, "k": 2}, "l": [{"x": 1, "x": {"x": 1, "x": []}}], "a": 3})");
  EXPECT_THAT(parsed.problems,
              ElementsAre(ConfigProblem{"a.k", "stands twice; remove one of the two"},
                          ConfigProblem{"l[0].x", "stands twice; remove one of the two"},
                          ConfigProblem{"l[0].x.x", "stands twice; remove one of the two"},
                          ConfigProblem{"a", "stands twice; remove one of the two"}));
  ASSERT_TRUE(parsed.value);
  ASSERT_EQ(parsed.value->members.size(), 2U);
  EXPECT_EQ(parsed.value->members[0].value.members[0].value.integer, 1);
}

TEST(ParseJson, RefusesDeepNesting) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_TRUE(Parse(nested(kMaxJsonDepth)).value);
  const Parsed parsed = Parse(nested(kMaxJsonDepth + 1));
  EXPECT_FALSE(parsed.value);
  ASSERT_EQ(parsed.problems.size(), 1U);
  EXPECT_EQ(parsed.problems[0].message, "nested deeper than 16 levels");
  EXPECT_FALSE(Parse(nested(1'000'000)).value);
}

}  // namespace
}  // namespace cohort_sync
