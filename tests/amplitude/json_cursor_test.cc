#include "amplitude/json_cursor.h"

#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cohort_sync::amplitude {
namespace {

using ::testing::ElementsAre;

WalkResult Skip(const std::string& text) {
  return WalkJson(text, [](JsonCursor& root) { root.Skip(); });
}

std::string Nested(int levels) {
  return std::string(static_cast<std::size_t>(levels), '[') +
         std::string(static_cast<std::size_t>(levels), ']');
}

// The texts of the root's items.
std::vector<std::string> Texts(const std::string& text) {
  std::vector<std::string> found;
  EXPECT_EQ(WalkJson(text,
                     [&](JsonCursor& root) {
                       root.ForEachItem([&](JsonCursor& item) { found.emplace_back(item.Text()); });
                     }),
            WalkResult::kWhole);
  return found;
}

TEST(JsonCursor, GivesFieldsAndItemsInOrder) {
  std::vector<std::string> seen;
  const WalkResult result = WalkJson(
      R"({"a": 1.50, "b": ["x", true, null], "c": {"d": false}, "a": ""})", [&](JsonCursor& root) {
        root.ForEachField([&](std::string_view key, JsonCursor& value) {
          std::string text = std::string(key) + " is " + ToString(value.type());
          if (value.type() == JsonType::kNumber)
            text += " " + std::string(value.Number());
          else
            value.Skip();
          seen.push_back(text);
        });
      });
  EXPECT_EQ(result, WalkResult::kWhole);
  EXPECT_THAT(seen,
              ElementsAre("a is a number 1.50", "b is an array", "c is an object", "a is text"));
}

TEST(JsonCursor, UnescapesTexts) {
  EXPECT_THAT(Texts(R"(["a\u00e9\n\"\\", "\ud83d\ude00", ""])"),
              ElementsAre("a\xC3\xA9\n\"\\", "\xF0\x9F\x98\x80", ""));
}

TEST(JsonCursor, LeavesATextWithHalfASurrogatePairAsItWasWritten) {
  EXPECT_THAT(Texts(R"(["\ud83d", "a\udead", "next"])"),
              ElementsAre("\\ud83d", "a\\udead", "next"));
}

TEST(JsonCursor, GivesTheTextOfAnything) {
  std::vector<std::string> seen;
  EXPECT_EQ(WalkJson(R"([ [1, {"a": []}] , {"b" : "]"} ,12, "x" ,true, null])",
                     [&](JsonCursor& root) {
                       root.ForEachItem([&](JsonCursor& item) { seen.emplace_back(item.Whole()); });
                     }),
            WalkResult::kWhole);
  EXPECT_THAT(seen,
              ElementsAre(R"([1, {"a": []}])", R"({"b" : "]"})", "12", "\"x\"", "true", "null"));
}

TEST(WalkJson, PassesOverAByteOrderMark) {
  EXPECT_EQ(Skip("\xEF\xBB\xBF{}"), WalkResult::kWhole);
}

TEST(WalkJson, FindsWhatIsNoJsonWhereverItStands) {
  for (const std::string text : {"",
                                 " ",
                                 "{",
                                 "[1, 2",
                                 "{\"a\" 1}",
                                 "{\"a\": 1,}",
                                 "[1,]",
                                 "[1 2]",
                                 "{a: 1}",
                                 "{'a': 1}",
                                 "[tru]",
                                 "[True]",
                                 "[nul]",
                                 "[01]",
                                 "[1.]",
                                 "[1a]",
                                 "[\"\\x\"]",
                                 "[\"\\u12\"]",
                                 "[\"a\nb\"]",
                                 "[\"\xFF\"]",
                                 "[\"\xED\xA0\x80\"]",
                                 "{} {}",
                                 "[1] x",
                                 "{\"a\": {\"b\": tru}}",
                                 "[[1, [2, [3,]]]]",
                                 "{\"a\\x\": 1}",
                                 "[\"\\",
                                 "[1]]",
                                 "}",
                                 "[}",
                                 "{]"})
    EXPECT_EQ(Skip(text), WalkResult::kNotJson) << text;
}

TEST(WalkJson, CallsForAnObjectOrAnArray) {
  for (const char* text : {"1", "\"a\"", "true", "null"})
    EXPECT_EQ(Skip(text), WalkResult::kNoContent) << text;
}

TEST(WalkJson, StopsBeforeItIsTooDeep) {
  EXPECT_EQ(Skip(Nested(kMaxJsonDepth)), WalkResult::kWhole);
  EXPECT_EQ(Skip(Nested(kMaxJsonDepth + 1)), WalkResult::kTooDeep);
  EXPECT_EQ(Skip(Nested(1'000'000)), WalkResult::kTooDeep);
}

TEST(WalkJson, TakesNumbersOfAnySize) {
  EXPECT_EQ(Skip("[1e999, -123456789012345678901234567890, 0.1e-999]"), WalkResult::kWhole);
}

TEST(WalkJson, WorksAgainAfterAnExceptionOfItsVisitor) {
  EXPECT_THROW(static_cast<void>(WalkJson(
                   "[1]", [](JsonCursor&) -> void { throw std::runtime_error("enough"); })),
               std::runtime_error);
  EXPECT_EQ(Skip("[1]"), WalkResult::kWhole);
  EXPECT_EQ(Skip("[\"" + std::string(3'000'000, 'x') + "\"]"), WalkResult::kWhole);
  EXPECT_EQ(Skip("[1]"), WalkResult::kWhole);
}

TEST(WalkJson, WorksOnSeveralThreads) {
  std::vector<std::thread> threads;
  std::vector<int> whole(4);
  for (int& count : whole)
    threads.emplace_back([&count] {
      for (int i = 0; i < 200; ++i)
        count += Skip("[\"" + std::string(static_cast<std::size_t>(i), 'x') + "\"]") ==
                 WalkResult::kWhole;
    });
  for (std::thread& thread : threads)
    thread.join();
  EXPECT_THAT(whole, ElementsAre(200, 200, 200, 200));
}

}  // namespace
}  // namespace cohort_sync::amplitude
