#include "http/message.h"

#include <gtest/gtest.h>

namespace cohort_sync::http {
namespace {

TEST(Headers, FindIgnoresCaseAndGivesTheFirst) {
  Headers headers = {{"Retry-After", "1"}};
  headers.Add("retry-after", "2");
  EXPECT_EQ(headers.Find("RETRY-AFTER"), "1");
  EXPECT_EQ(headers.Find("Retry"), std::nullopt);
}

TEST(Request, PathEndsAtTheFirstQuestionMark) {
  EXPECT_EQ((Request{.target = "/a/b?c=/d?e"}).path(), "/a/b");
  EXPECT_EQ((Request{.target = "/a%3Fb"}).path(), "/a%3Fb");
}

TEST(Request, QueryValueIsDecoded) {
  const Request request{.target = "/x?a=1&na%6De=J%C3%B6rg+x&empty=&bare&a=2&=none"};
  EXPECT_EQ(request.QueryValue("a"), "1");
  EXPECT_EQ(request.QueryValue("name"), "J\xC3\xB6rg+x");
  EXPECT_EQ(request.QueryValue("empty"), "");
  EXPECT_EQ(request.QueryValue("bare"), "");
  EXPECT_EQ(request.QueryValue(""), "none");
  EXPECT_EQ(request.QueryValue("none"), std::nullopt);
}

TEST(Request, QueryValueOfBrokenEncodingIsNone) {
  EXPECT_EQ((Request{.target = "/x?a=%2"}).QueryValue("a"), std::nullopt);
  EXPECT_EQ((Request{.target = "/x"}).QueryValue("x"), std::nullopt);
}

TEST(IsToken, HasNoSeparatorsAndIsNotEmpty) {
  EXPECT_TRUE(IsToken("X-Rate_Limit.1"));
  for (const char* text : {"", "a b", "a:b", "a\r", "\xC3\xA9", "a/b"}) {
    EXPECT_FALSE(IsToken(text)) << text;
  }
}

TEST(IsFieldValue, HasNoControlCharactersButTab) {
  EXPECT_TRUE(IsFieldValue(""));
  EXPECT_TRUE(IsFieldValue("a\t\"b\" \xC3\xA9"));
  for (const char byte : {'\0', '\r', '\n', '\x1B', '\x7F'}) {
    EXPECT_FALSE(IsFieldValue(std::string("a") + byte)) << static_cast<int>(byte);
  }
}

}  // namespace
}  // namespace cohort_sync::http
