#include "config/service_url.h"

#include <gtest/gtest.h>

namespace cohort_sync {
namespace {

TEST(ParseServiceUrl, SplitsOriginAndPath) {
  const auto url = ParseServiceUrl("https://API.Cordial.io:8443/v2//");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->origin, "https://api.cordial.io:8443");
  EXPECT_EQ(url->path, "/v2");
  EXPECT_EQ(ParseServiceUrl("https://amplitude.com/")->path, "");
}

class AcceptedUrl : public ::testing::TestWithParam<const char*> {};
TEST_P(AcceptedUrl, IsAccepted) {
  EXPECT_TRUE(ParseServiceUrl(GetParam())) << GetParam();
}
INSTANTIATE_TEST_SUITE_P(ParseServiceUrl,
                         AcceptedUrl,
                         ::testing::Values("https://amplitude.com",
                                           "https://10.0.0.7",
                                           "https://[2001:db8::1]:443/v2",
                                           "http://127.0.0.1:8401",
                                           "http://127.255.0.9",
                                           "http://[::1]:80",
                                           "http://localhost:65535/v2"));

struct Refused {
  const char* url;
  const char* message;
};
class RefusedUrl : public ::testing::TestWithParam<Refused> {};
TEST_P(RefusedUrl, IsRefusedWithItsReason) {
  const auto url = ParseServiceUrl(GetParam().url);
  ASSERT_FALSE(url) << GetParam().url;
  EXPECT_EQ(url.error().code(), ErrorCode::kConfiguration);
  EXPECT_EQ(url.error().message(), GetParam().message);
}
constexpr const char* kPlainHttp =
    " is plain http, which is accepted for this machine only; use https";
INSTANTIATE_TEST_SUITE_P(
    ParseServiceUrl,
    RefusedUrl,
    ::testing::Values(
        Refused{"api.cordial.io",
                "'api.cordial.io' is not an address; write it as in \"https://host\""},
        Refused{"ftp://a.b", "'ftp://a.b' must start with https://"},
        Refused{"https://user:secret@a.b",
                "the address holds '@'; leave user name and password out, keys have settings of "
                "their own"},
        Refused{"https://a.b/?q=1",
                "'https://a.b/?q=1' has a query or a fragment; end it after host and path"},
        Refused{"https://a.b/#f",
                "'https://a.b/#f' has a query or a fragment; end it after host and path"},
        Refused{"https://a b",
                "'https://a b' holds a character that does not belong into an address"},
        Refused{"https://", "'https://' does not name a host"},
        Refused{"https://:443", "'https://:443' does not name a host"},
        Refused{"https://[::1", "'https://[::1' does not name a host"},
        Refused{"https://[::1]443", "'https://[::1]443' does not name a host"},
        Refused{"https://1.2.3", "'https://1.2.3' does not name a host"},
        Refused{"https://2130706433", "'https://2130706433' does not name a host"},
        Refused{"https://a.b:0", "'https://a.b:0' has a port outside 1..65535"},
        Refused{"https://a.b:65536", "'https://a.b:65536' has a port outside 1..65535"},
        Refused{"https://a.b:", "'https://a.b:' has a port outside 1..65535"}));

TEST(ParseServiceUrl, RefusesPlainHttpToOtherMachines) {
  for (const std::string url : {"http://api.cordial.io/v2",
                                "http://10.0.0.1",
                                "http://127.evil.example",
                                "http://localhost.evil.example",
                                "http://[::2]"}) {
    const auto result = ParseServiceUrl(url);
    ASSERT_FALSE(result) << url;
    EXPECT_EQ(result.error().message(), "'" + url + "'" + kPlainHttp);
  }
}

TEST(ParseListenAddress, TakesAnAddressAndAPort) {
  EXPECT_EQ(ParseListenAddress("127.0.0.1:8321"), (ListenAddress{"127.0.0.1", 8321}));
  EXPECT_EQ(ParseListenAddress("[::1]:8321"), (ListenAddress{"::1", 8321}));
  EXPECT_EQ(ParseListenAddress("localhost:1"), (ListenAddress{"127.0.0.1", 1}));
  EXPECT_EQ(ParseListenAddress("0.0.0.0:65535"), (ListenAddress{"0.0.0.0", 65535}));
  for (const char* text : {"127.0.0.1",
                           "127.0.0.1:0",
                           "127.0.0.1:65536",
                           ":8321",
                           "example.com:8321",
                           "::1:8321",
                           "[127.0.0.1]:8321",
                           ""})
    EXPECT_EQ(ParseListenAddress(text), std::nullopt) << text;
}

TEST(ListenAddress, IsPrintedAsItIsWritten) {
  for (const std::string text : {"127.0.0.1:8321", "[::1]:80", "[::]:8321"})
    EXPECT_EQ(ToString(ParseListenAddress(text).value()), text);
}

TEST(ListenAddress, KnowsWhatOnlyThisMachineReaches) {
  for (const char* text : {"127.0.0.1:1", "127.1.2.3:1", "[::1]:1", "localhost:1"})
    EXPECT_TRUE(ParseListenAddress(text)->is_loopback()) << text;
  for (const char* text :
       {"0.0.0.0:1", "10.0.0.1:1", "[::]:1", "[fe80::1]:1", "[::ffff:127.0.0.1]:1"})
    EXPECT_FALSE(ParseListenAddress(text)->is_loopback()) << text;
}

TEST(IsUrlHost, TakesNamesAndAddressesWithoutPorts) {
  for (const char* text : {"cohorts.example.com", "cohorts", "10.0.0.1", "[::1]"})
    EXPECT_TRUE(IsUrlHost(text)) << text;
  for (const char* text : {"", "example.com:80", "https://a.b", "a.b/", "a_b", "*", "1.2.3", "A.b"})
    EXPECT_FALSE(IsUrlHost(text)) << text;
}

}  // namespace
}  // namespace cohort_sync
