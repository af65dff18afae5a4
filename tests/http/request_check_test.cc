#include "http/request_check.h"

#include <gtest/gtest.h>

namespace cohort_sync::http {
namespace {

TEST(RequestObjection, OrdinaryRequestHasNone) {
  const Request request{.method = "PUT",
                        .target = "/v2/contacts/email:a%2Bb%40x.com?x=1",
                        .headers = {{"Authorization", "Basic eDp5"}}};
  EXPECT_EQ(RequestObjection(request), std::nullopt);
}

TEST(RequestObjection, SaysWhatIsWrong) {
  EXPECT_EQ(RequestObjection({.method = "GET /x", .target = "/"}), "method 'GET /x' is not one");
  EXPECT_EQ(RequestObjection({.target = "x"}), "target 'x' is not a percent-encoded path");
  EXPECT_EQ(RequestObjection({.target = "/", .headers = {{"a b", "1"}}}),
            "header name 'a b' is not one");
  EXPECT_EQ(RequestObjection({.target = "/", .headers = {{"host", "x"}}}),
            "header 'host' is the client's own");
}

TEST(RequestObjection, DoesNotRepeatCredentials) {
  const Request header{.target = "/", .headers = {{"Authorization", "secret\r\n"}}};
  EXPECT_EQ(RequestObjection(header), "header 'Authorization' has a control character");
  EXPECT_EQ(RequestObjection({.target = "/a?key=secret value"}),
            "target '/a' is not a percent-encoded path");
}

}  // namespace
}  // namespace cohort_sync::http
