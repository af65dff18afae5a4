#include "simulator/exchange.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"

namespace cohort_sync::simulator {
namespace {

using ::testing::ElementsAre;

TEST(PathSegments, DecodesEachSegmentByItself) {
  EXPECT_THAT(PathSegments("/v2/contacts/email%3Aa%2Fb+c").value(),
              ElementsAre("v2", "contacts", "email:a/b+c"));
  EXPECT_FALSE(PathSegments("/v2/%zz"));
}

TEST(MatchPath, FitsTheWholePathOnly) {
  EXPECT_EQ(MatchPath("/v2/{key}", {"v2", "a"}), "a");
  EXPECT_EQ(MatchPath("/v2/x", {"v2", "x"}), "");
  EXPECT_FALSE(MatchPath("/v2/{key}", {"v2", ""}));
  EXPECT_FALSE(MatchPath("/v2/{key}", {"v2", "a", "b"}));
  EXPECT_FALSE(MatchPath("/v2/x", {"v2", "y"}));
}

TEST(QueryValues, FindsEveryValueInOrder) {
  EXPECT_THAT(QueryValues("/p?k=a%26b&x=1&k=c+d&k", "k"), ElementsAre("a&b", "c d", ""));
  EXPECT_THAT(QueryValues("/p", "k"), ElementsAre());
}

TEST(ReadBasicCredential, SplitsAtTheFirstColon) {
  http::Request request;
  EXPECT_FALSE(ReadBasicCredential(request));
  request.headers.Add("authorization", "basic " + Base64Encode("user:pass:word"));
  const BasicCredential credential = ReadBasicCredential(request).value();
  EXPECT_EQ(credential.user, "user");
  EXPECT_EQ(credential.password, "pass:word");
}

TEST(ReadBasicCredential, RefusesAnotherSchemeAndBrokenBase64) {
  http::Request bearer;
  bearer.headers.Add("Authorization", "Bearer abc");
  EXPECT_FALSE(ReadBasicCredential(bearer));
  http::Request broken;
  broken.headers.Add("Authorization", "Basic !!");
  EXPECT_FALSE(ReadBasicCredential(broken));
}

}  // namespace
}  // namespace cohort_sync::simulator
