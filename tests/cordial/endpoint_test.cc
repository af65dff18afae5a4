#include "cordial/endpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cohort_sync::cordial {
namespace {

using ::testing::HasSubstr;

std::string UrlOf(const std::string& text) {
  const auto endpoint = ParseEndpoint(text);
  return endpoint ? endpoint->Url() : endpoint.error().message();
}

std::string ErrorOf(const std::string& text) {
  const auto endpoint = ParseEndpoint(text);
  if (endpoint) return "accepted as " + endpoint->Url();
  EXPECT_EQ(endpoint.error().code(), ErrorCode::kConfiguration);
  return endpoint.error().message();
}

TEST(ParseEndpoint, EverySpellingOfOnePlaceGivesOneUrl) {
  for (const char* const text : {"https://api.cordial.io",
                                 "https://api.cordial.io/",
                                 "https://api.cordial.io/v2",
                                 "https://api.cordial.io/v2/",
                                 "https://API.Cordial.io//v2//",
                                 " https://api.cordial.io/v2 "}) {
    EXPECT_EQ(UrlOf(text), "https://api.cordial.io/v2") << text;
  }
}

TEST(ParseEndpoint, SplitsForTheHttpClient) {
  const auto endpoint = ParseEndpoint("https://api.usw2.cordial.io");
  ASSERT_TRUE(endpoint);
  EXPECT_EQ(*endpoint, (Endpoint{"https://api.usw2.cordial.io", "/v2"}));
}

TEST(ParseEndpoint, KeepsPortAndAPathOfAProxy) {
  EXPECT_EQ(UrlOf("http://127.0.0.1:8080/to/Cordial"), "http://127.0.0.1:8080/to/Cordial/v2");
  EXPECT_EQ(UrlOf("https://proxy.example:444/cordial/v2"), "https://proxy.example:444/cordial/v2");
}

TEST(ParseEndpoint, RefusesPlainHttpBeyondThisMachine) {
  EXPECT_THAT(ErrorOf("http://api.cordial.io/v2"),
              HasSubstr("endpoint 'http://api.cordial.io/v2': "));
}

TEST(ParseEndpoint, RefusesWhatIsNoUrl) {
  EXPECT_THAT(ErrorOf("api.cordial.io"), HasSubstr("for example 'https://api.cordial.io/v2'"));
  EXPECT_THAT(ErrorOf(""), HasSubstr("for example 'https://api.cordial.io/v2'"));
}

TEST(ParseEndpoint, DoesNotRepeatAUrlThatMayHoldAKey) {
  for (const char* const text : {"https://key:@api.cordial.io/v2",
                                 "https://api.cordial.io/v2?api_key=key",
                                 "https://api.cordial.io/v2#key"}) {
    EXPECT_EQ(ErrorOf(text),
              "endpoint: credentials, a query or a fragment ('@', '?', '#') do not belong in it; "
              "set endpoint to the base URL of Cordial's REST API, for example "
              "'https://api.cordial.io/v2'");
  }
}

TEST(ParseEndpoint, RefusesAnotherVersionOfTheApi) {
  EXPECT_EQ(ErrorOf("https://api.cordial.io/v1"),
            "endpoint 'https://api.cordial.io/v1': version 'v1' of the API is not spoken here; set "
            "endpoint to the base URL of Cordial's REST API, for example "
            "'https://api.cordial.io/v2'");
}

TEST(ParseEndpoint, RefusesAPathThatWouldHaveToBeEncoded) {
  EXPECT_THAT(ErrorOf("https://api.cordial.io/a b"),
              HasSubstr("'a b' is not a plain path segment"));
  EXPECT_THAT(ErrorOf("https://api.cordial.io/../v2"),
              HasSubstr("'..' is not a plain path segment"));
}

}  // namespace
}  // namespace cohort_sync::cordial
