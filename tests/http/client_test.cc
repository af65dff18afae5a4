#include "http/client.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/format.h"
#include "base/redaction.h"

namespace cohort_sync::http {
namespace {

std::string Reason(std::string_view url) {
  const Status status = CheckBaseUrl(url);
  if (status) return "";
  EXPECT_EQ(status.error().code(), ErrorCode::kConfiguration);
  const std::string start = Format("base url '{}': ", url);
  EXPECT_EQ(status.error().message().substr(0, start.size()), start);
  return status.error().message().substr(start.size());
}

TEST(CheckBaseUrl, HttpsHostAndPortAreAccepted) {
  for (const char* url : {"https://api.cordial.io",
                          "https://api.cordial.io:8443",
                          "HTTPS://Api.Cordial.io",
                          "http://127.0.0.1:8080",
                          "http://127.255.0.1",
                          "http://localhost:65535",
                          "https://10.0.0.1"}) {
    EXPECT_EQ(Reason(url), "") << url;
  }
}

TEST(CheckBaseUrl, PlainHttpIsForLoopbackOnly) {
  for (const char* url : {"http://api.cordial.io",
                          "http://127.0.0.1.example.com",
                          "http://127.1",
                          "http://127.0.0.256",
                          "http://127.0.0.0001",
                          "http://2130706433",
                          "http://0.0.0.0",
                          "http://localhost.",
                          "http://localhost.example.com"}) {
    EXPECT_EQ(Reason(url), "plain http is accepted for loopback addresses only; use https") << url;
  }
}

TEST(CheckBaseUrl, EverythingElseIsRefusedWithItsReason) {
  EXPECT_EQ(Reason(""), "no scheme; write https://host or https://host:port");
  EXPECT_EQ(Reason("api.cordial.io"), "no scheme; write https://host or https://host:port");
  EXPECT_EQ(Reason("ftp://x"), "unknown scheme; write https://host or https://host:port");
  EXPECT_EQ(Reason("https://[::1]:80"), "an ipv6 address is not supported here; use a host name");
  EXPECT_EQ(Reason("https://x/"), "nothing may follow host and port");
  EXPECT_EQ(Reason("https://x/v2"), "nothing may follow host and port");
  EXPECT_EQ(Reason("https://x?y"), "nothing may follow host and port");
  for (const char* url : {"https://",
                          "https://:80",
                          "https://a b",
                          "https://key@host",
                          "https://host%2e",
                          "https://h\xC3\xB6st"}) {
    EXPECT_FALSE(CheckBaseUrl(url)) << url;
  }
  for (const char* url :
       {"https://x:", "https://x:0", "https://x:65536", "https://x:-1", "https://x:000080"}) {
    EXPECT_EQ(Reason(url), "the port has to be a number from 1 to 65535") << url;
  }
}

TEST(IsLoopback, LooksAtTheHostOnly) {
  EXPECT_TRUE(IsLoopback("http://127.0.0.1:80/x"));
  EXPECT_TRUE(IsLoopback("https://LOCALHOST/x"));
  EXPECT_TRUE(IsLoopback("http://[::1]:80/"));
  EXPECT_FALSE(IsLoopback("http://example.com/127.0.0.1"));
  EXPECT_FALSE(IsLoopback("http://127.0.0.1@example.com/"));
  EXPECT_FALSE(IsLoopback("http://example.com\\@127.0.0.1/"));
  EXPECT_FALSE(IsLoopback("127.0.0.1"));
}

TEST(SplitUrl, GivesOriginAndTarget) {
  using Parts = std::pair<std::string, std::string>;
  EXPECT_EQ(SplitUrl("https://h:1/a/b?c=d"), Parts("https://h:1", "/a/b?c=d"));
  EXPECT_EQ(SplitUrl("https://h"), Parts("https://h", "/"));
  EXPECT_EQ(SplitUrl("https://h?x=1"), Parts("https://h", "/?x=1"));
  EXPECT_EQ(SplitUrl("https://h/a#b"), Parts("https://h", "/a"));
  EXPECT_EQ(SplitUrl("/a?b=c://d"), Parts("", "/a?b=c://d"));
}

RC_GTEST_PROP(SplitUrl, JoiningThePartsYieldsTheUrl, ()) {
  const auto path = *rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab/?=&%.:@")));
  const std::string url = "https://host:8443/" + path;
  const auto [origin, target] = SplitUrl(url);
  RC_ASSERT(origin == "https://host:8443");
  RC_ASSERT(origin + target == url);
}

TEST(BasicAuthorization, EncodesUserAndPassword) {
  EXPECT_EQ(BasicAuthorization("Aladdin", "open sesame"), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  EXPECT_EQ(BasicAuthorization("key", ""), "Basic a2V5Og==");
}

TEST(BasicAuthorization, IsNeverPrinted) {
  const std::string value = BasicAuthorization("some-key", "and-its-secret");
  EXPECT_EQ(Redact("sent " + value), "sent Basic ***");
}

}  // namespace
}  // namespace cohort_sync::http
