#include "cordial/answer_body.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace cohort_sync::cordial {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string Described(int status, const std::string& body) {
  return Describe(http::Response{.status = status, .headers = {}, .body = body},
                  ReadAnswerBody(body));
}

// The five shapes of contracts/cordial.md 2.11.
TEST(ReadAnswerBody, ReadsTheWordsOfEveryShape) {
  EXPECT_THAT(
      ReadAnswerBody(R"({"error":true,"errorKey":"GENERIC_ERROR_KEY","message":"No"})").texts,
      ElementsAre("No"));
  EXPECT_THAT(ReadAnswerBody(R"({"error":true,"errorKey":"K","messages":{"a":["x","y"]}})").texts,
              ElementsAre("x", "y"));
  EXPECT_THAT(
      ReadAnswerBody(R"({"error":true,"messages":{"validationErrors":{"a":["The a field"]}}})")
          .texts,
      ElementsAre("The a field"));
  EXPECT_THAT(ReadAnswerBody(R"({"error":true,"messages":"ID must be unique"})").texts,
              ElementsAre("ID must be unique"));
  EXPECT_THAT(ReadAnswerBody(R"({"error":"Access Denied: Authentication Failure"})").texts,
              ElementsAre("Access Denied: Authentication Failure"));
}

TEST(ReadAnswerBody, NamesTheFieldsThatWereComplainedAbout) {
  EXPECT_THAT(ReadAnswerBody(R"({"messages":{"validationErrors":{"a":["x"],"b":"y"}}})").fields,
              ElementsAre("a", "b"));
  EXPECT_THAT(ReadAnswerBody(R"({"messages":{"a":["x"]}})").fields, ElementsAre("a"));
  EXPECT_THAT(ReadAnswerBody(R"({"messages":"a"})").fields, IsEmpty());
}

TEST(ReadAnswerBody, TellsTheFlagsApart) {
  EXPECT_TRUE(ReadAnswerBody(R"({"error":true})").is_envelope);
  EXPECT_FALSE(ReadAnswerBody(R"({"error":"text"})").is_envelope);
  EXPECT_TRUE(ReadAnswerBody(R"({"error":"text"})").has_error);
  EXPECT_TRUE(ReadAnswerBody(R"({"error":null})").has_error);
  EXPECT_EQ(ReadAnswerBody("{}").success, SuccessFlag::kAbsent);
  EXPECT_EQ(ReadAnswerBody(R"({"success":true})").success, SuccessFlag::kTrue);
  EXPECT_EQ(ReadAnswerBody(R"({"success":false})").success, SuccessFlag::kFalse);
  EXPECT_EQ(ReadAnswerBody(R"({"success":"success"})").success, SuccessFlag::kOther);
}

TEST(ReadAnswerBody, OnlyAWholeJsonObjectCounts) {
  for (const char* const body : {"",
                                 "Good",
                                 "[]",
                                 "null",
                                 "true",
                                 R"({"success":true)",
                                 R"({"success":true}{})",
                                 "<html></html>",
                                 "{\"a\":\"\xFF\"}"}) {
    EXPECT_FALSE(ReadAnswerBody(body).is_object) << body;
  }
  EXPECT_TRUE(ReadAnswerBody(" {} ").is_object);
}

TEST(ReadAnswerBody, IsBoundedInDepthAndInTexts) {
  const std::string deep(200'000, '[');
  EXPECT_FALSE(ReadAnswerBody(R"({"message":)" + deep).is_object);
  EXPECT_THAT(
      ReadAnswerBody(R"({"messages":)" + deep + R"("x")" + std::string(200'000, ']') + "}").texts,
      IsEmpty());
  std::string many = R"({"messages":["x")";
  for (int i = 0; i < 1'000; ++i)
    many += R"(,"x")";
  EXPECT_THAT(ReadAnswerBody(many + "]}").texts, SizeIs(20));
}

TEST(AnswerBody, KnowsEveryWordForAMissingContact) {
  for (const char* const body :
       {R"({"error":true,"errorKey":"RECORD_NOT_FOUND","message":"record not found"})",
        R"({"error":true,"errorKey":"CONTACTS_CONTACT_NOT_FOUND","message":"?"})",
        R"({"error":true,"message":"Record not found."})",
        R"({"error":true,"messages":"Contact doesn't exist"})",
        R"({"error":true,"messages":{"x":["Contact doesn't exist"]}})"}) {
    EXPECT_TRUE(ReadAnswerBody(body).SaysContactMissing()) << body;
  }
  for (const char* const body : {R"({"message":"record not found"})",
                                 R"({"error":"record not found"})",
                                 R"({"error":true,"message":"the record not found here"})",
                                 R"({"error":true,"errorKey":"ACCOUNT_LISTS_NOT_FOUND"})",
                                 R"(["RECORD_NOT_FOUND"])"}) {
    EXPECT_FALSE(ReadAnswerBody(body).SaysContactMissing()) << body;
  }
}

TEST(AnswerBody, NamesTheListOnlyWhenTheKeyIsExactlyItsName) {
  const ListName list("vip");
  EXPECT_TRUE(
      ReadAnswerBody(R"({"messages":{"validationErrors":{"vip":["no"]}}})").NamesList(list));
  EXPECT_TRUE(ReadAnswerBody(R"({"message":"key vip is not part of the schema for this resource"})")
                  .NamesList(list));
  EXPECT_FALSE(
      ReadAnswerBody(R"({"message":"key my vip2 is not part of the schema for this resource"})")
          .NamesList(list));
  EXPECT_FALSE(
      ReadAnswerBody(R"({"messages":{"validationErrors":{"vips":["no"]}}})").NamesList(list));
  EXPECT_FALSE(ReadAnswerBody(R"({"message":"vip is bad"})").NamesList(list));
}

TEST(Describe, GivesStatusAndWords) {
  EXPECT_EQ(Described(422, R"({"error":true,"messages":{"a":["x","y"]}})"), "http 422: x; y");
  EXPECT_EQ(Described(422, R"({"error":true,"errorKey":"SOME_KEY"})"), "http 422: SOME_KEY");
}

TEST(Describe, QuotesTheBeginningOfABodyWithoutWords) {
  EXPECT_EQ(Described(502, " <html>Bad gateway</html>\n"), "http 502: '<html>Bad gateway</html>'");
  EXPECT_EQ(Described(500, ""), "http 500 without a body");
}

TEST(Describe, CutsAndEscapesForeignText) {
  EXPECT_EQ(Described(500,
                      "a\x01"
                      "b"),
            "http 500: 'a\\x01b'");
  EXPECT_THAT(Described(422, R"({"message":")" + std::string(5'000, 'x') + R"("})"),
              EndsWith("x…"));
}

RC_GTEST_PROP(Describe, AnswersAnyBytesWithShortPrintableText, (const std::string& body)) {
  const std::string text = Described(500, body);
  RC_ASSERT(text.size() < 1'300U);
  for (const char c : text)
    RC_ASSERT(static_cast<unsigned char>(c) >= 0x20U);
}

}  // namespace
}  // namespace cohort_sync::cordial
