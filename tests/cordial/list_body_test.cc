#include "cordial/list_body.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cohort_sync::cordial {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// "id name, id name"
std::string Lists(const std::string& body) {
  const auto lists = ReadLists(body);
  if (!lists) return lists.error().message();
  std::string text;
  for (const ListInfo& list : *lists) {
    if (!text.empty()) text += ", ";
    text += std::to_string(list.id.value()) + " " + list.name.value();
  }
  return text;
}

TEST(ReadLists, ReadsAnArray) {
  EXPECT_EQ(Lists(R"([{"id":1,"name":"a","enhanced":true},{"id":"2","name":"b"}])"), "1 a, 2 b");
  EXPECT_EQ(Lists("[]"), "");
}

TEST(ReadLists, ReadsOneListAndAnObjectOfLists) {
  EXPECT_EQ(Lists(R"({"id":1,"name":"a","enhanced":false})"), "1 a");
  EXPECT_EQ(Lists(R"({"1":{"id":1,"name":"a"},"2":{"id":2,"name":"b"}})"), "1 a, 2 b");
  EXPECT_EQ(Lists("{}"), "");
}

TEST(ReadLists, RefusesWhatIsNoList) {
  EXPECT_EQ(Lists("<html>"),
            "expected an array of lists, Cordial answered '<html>'; check that endpoint is the "
            "base URL of Cordial's REST API");
  for (const char* const body : {"",
                                 "7",
                                 R"(["a"])",
                                 R"([{"name":"a"}])",
                                 R"([{"id":1}])",
                                 R"([{"id":-1,"name":"a"}])",
                                 R"([{"id":1.5,"name":"a"}])",
                                 R"([{"id":1,"name":"a"})",
                                 R"({"success":false})",
                                 R"({"error":"no"})",
                                 R"({"error":true,"message":"no"})"}) {
    const auto lists = ReadLists(body);
    ASSERT_FALSE(lists) << body;
    EXPECT_EQ(lists.error().code(), ErrorCode::kInvalidInput);
  }
}

TEST(ReadCreatedListId, ReadsTheIdWhenThereIsOne) {
  EXPECT_EQ(ReadCreatedListId(R"({"success":true,"id":123})").value(), ListId(123));
  EXPECT_EQ(ReadCreatedListId(R"({"success":true})").value(), std::nullopt);
  EXPECT_FALSE(ReadCreatedListId(R"({"success":false,"id":123})"));
  EXPECT_FALSE(ReadCreatedListId("[]"));
}

TEST(ReadCount, ReadsTheCount) {
  EXPECT_EQ(ReadCount(R"({"id":1,"name":"a","enhanced":true,"count":255})"), 255);
  EXPECT_EQ(ReadCount(R"({"count":"12"})"), 12);
}

TEST(ReadCount, RefusesWhatIsNoCount) {
  for (const char* const body : {"{}",
                                 "[]",
                                 "255",
                                 R"({"count":-1})",
                                 R"({"count":null})",
                                 R"({"count":18446744073709551615})"}) {
    const auto count = ReadCount(body);
    ASSERT_FALSE(count) << body;
    EXPECT_THAT(count.error().message(), HasSubstr("expected a list's count, Cordial answered '"));
  }
}

TEST(ReadAttributeKeys, ReadsKeysAndNamesOfAnArray) {
  EXPECT_THAT(
      ReadAttributeKeys(R"([{"key":"last","name":"Last"},{"key":"age","name":"age"}])").value(),
      ElementsAre("Last", "age", "last"));
  EXPECT_THAT(ReadAttributeKeys("[]").value(), IsEmpty());
}

TEST(ReadAttributeKeys, ReadsAnObjectKeyedByAttribute) {
  EXPECT_THAT(ReadAttributeKeys(R"({"age":{"key":"age","name":"Age"},"error":{}})").value(),
              ElementsAre("Age", "age", "error"));
}

TEST(ReadAttributeKeys, RefusesWhatIsNoAttribute) {
  for (const char* const body : {"", R"(["age"])", R"({"age":1})", R"({"error":true})"}) {
    const auto keys = ReadAttributeKeys(body);
    ASSERT_FALSE(keys) << body;
    EXPECT_EQ(keys.error().code(), ErrorCode::kInvalidInput);
  }
}

}  // namespace
}  // namespace cohort_sync::cordial
