#include "http/header_gate.h"

#include <ostream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/format.h"

namespace cohort_sync::http {
namespace {

using ::testing::Optional;

const std::vector<std::string>& Hosts() {
  static const std::vector<std::string> hosts = {"localhost", "[::1]", "push.example.com:8443"};
  return hosts;
}

TEST(HeaderGate, HeaderEndsWithItsEmptyLine) {
  const std::string header = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
  const HeaderScan scan = ScanHeader(header + "body\nof \0 any kind");
  EXPECT_EQ(scan.state, HeaderState::kWhole);
  EXPECT_EQ(scan.size, header.size());
}

TEST(HeaderGate, EveryBeginningOfAHeaderIsPartial) {
  const std::string header = "GET / HTTP/1.1\r\nHost: x\r\nA:\t\xC3\xBC\r\n\r\n";
  for (std::size_t size = 0; size < header.size(); ++size) {
    EXPECT_EQ(ScanHeader(header.substr(0, size)).state, HeaderState::kPartial) << size;
  }
}

TEST(HeaderGate, WhatCannotBecomeAHeaderIsKnownAtItsFirstBadByte) {
  using namespace std::string_literals;
  for (const std::string& bytes : {"\n"s,
                                   "\r\n"s,
                                   "GET / HTTP/1.1\n"s,
                                   "GET / HTTP/1.1\r\nHost: x\n"s,
                                   "GET / HTTP/1.1\r\nA: b\rc"s,
                                   "GET / HTTP/1.1\r\n\rx"s,
                                   "GET / HTTP/1.1\r\nA: \0"s,
                                   "\x16\x03\x01\x02"s,
                                   "GET /\x1b"s,
                                   "GET / HTTP/1.1\r\nA: \x7F"s}) {
    EXPECT_EQ(ScanHeader(bytes).state, HeaderState::kMalformed) << ::testing::PrintToString(bytes);
    EXPECT_EQ(ScanHeader(bytes + "\r\n\r\n").state, HeaderState::kMalformed);
  }
}

TEST(HeaderGate, HeaderMayHaveTheLimitAndNoByteMore) {
  const std::string begin = "GET / HTTP/1.1\r\nA: ";
  const std::string fill(kMaxHeaderBytes - begin.size() - 4, 'x');
  EXPECT_EQ(ScanHeader(begin + fill + "\r\n\r\n").state, HeaderState::kWhole);
  EXPECT_EQ(ScanHeader(begin + fill + "x\r\n\r\n").state, HeaderState::kTooLong);
  EXPECT_EQ(ScanHeader(begin + fill + "\r\n\r").state, HeaderState::kPartial);
  EXPECT_EQ(ScanHeader(begin + fill + "xxxx").state, HeaderState::kTooLong);
}

struct Case {
  const char* header;
  const char* objection;
};

void PrintTo(const Case& gate_case, std::ostream* out) {
  *out << ::testing::PrintToString(gate_case.header);
}

class RefusedHeader : public ::testing::TestWithParam<Case> {};

TEST_P(RefusedHeader, SaysWhy) {
  EXPECT_THAT(HeaderObjection(GetParam().header, Hosts()), Optional(GetParam().objection));
}

INSTANTIATE_TEST_SUITE_P(
    HeaderGate,
    RefusedHeader,
    ::testing::Values(
        Case{"GET /\r\nHost: localhost\r\n\r\n",
             "the request line is not a method, a target and a version"},
        Case{"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n",
             "version 'HTTP/1.0' is not spoken here, only HTTP/1.1"},
        Case{"PRI * HTTP/2.0\r\n\r\n", "version 'HTTP/2.0' is not spoken here, only HTTP/1.1"},
        Case{"GET / http/1.1\r\nHost: localhost\r\n\r\n",
             "version 'http/1.1' is not spoken here, only HTTP/1.1"},
        Case{"GET / HTTP/1.1 \r\nHost: localhost\r\n\r\n",
             "version '' is not spoken here, only HTTP/1.1"},
        Case{"G(T / HTTP/1.1\r\nHost: localhost\r\n\r\n", "method 'G(T' is not one"},
        Case{" GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "method '' is not one"},
        Case{"GET  / HTTP/1.1\r\nHost: localhost\r\n\r\n",
             "target ' /' is not a percent-encoded path"},
        Case{"GET /a b HTTP/1.1\r\nHost: localhost\r\n\r\n",
             "target '/a b' is not a percent-encoded path"},
        Case{"GET http://localhost/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
             "target 'http://localhost/' is not a percent-encoded path"},
        Case{"OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n",
             "target '*' is not a percent-encoded path"},
        Case{"CONNECT localhost:1 HTTP/1.1\r\nHost: localhost\r\n\r\n",
             "target 'localhost:1' is not a percent-encoded path"},
        Case{"GET /\xC3\xBC HTTP/1.1\r\nHost: localhost\r\n\r\n",
             "target '/\xC3\xBC' is not a percent-encoded path"},
        Case{"GET / HTTP/1.1\r\nHost: localhost\r\nA: b\r\n c\r\n\r\n",
             "a header is continued on a second line"},
        Case{"GET / HTTP/1.1\r\n Host: localhost\r\n\r\n",
             "a header is continued on a second line"},
        Case{"GET / HTTP/1.1\r\nHost : localhost\r\n\r\n", "header name 'Host ' is not one"},
        Case{"GET / HTTP/1.1\r\nHost: localhost\r\n: a\r\n\r\n", "header name '' is not one"},
        Case{"GET / HTTP/1.1\r\nHost: localhost\r\nnothing\r\n\r\n",
             "header name 'nothing' is not one"},
        Case{"GET / HTTP/1.1\r\n\r\n", "there are 0 hosts instead of one"},
        Case{"GET / HTTP/1.1\r\nHost: localhost\r\nhost: localhost\r\n\r\n",
             "there are 2 hosts instead of one"},
        Case{"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n",
             "host 'evil.example' is not served here"},
        Case{"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
             "content-length '-1' is not a number"},
        Case{"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1, 1\r\n\r\n",
             "content-length '1, 1' is not a number"},
        Case{"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999999999999\r\n\r\n",
             "content-length '99999999999999999999' is not a number"},
        Case{"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length:\r\n\r\n",
             "content-length '' is not a number"},
        Case{"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: xchunked\r\n\r\n",
             "transfer-encoding 'xchunked' is not 'chunked'"},
        Case{"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
             "transfer-encoding 'gzip, chunked' is not 'chunked'"},
        Case{"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n"
             "Transfer-Encoding: chunked\r\n\r\n",
             "the length of the body is given twice"},
        Case{"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n"
             "Content-Length: 1\r\n\r\n",
             "the length of the body is given twice"},
        Case{"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
             "Transfer-Encoding: chunked\r\n\r\n",
             "the length of the body is given twice"}));

TEST(HeaderGate, OrdinaryHeadersPass) {
  for (const char* header :
       {"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /a/b?c=%20d&e HTTP/1.1\r\nhost:localhost:8321\r\nUser-Agent: caf\xC3\xA9 (x; "
        "y)\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: \tlocalhost \r\nContent-Length: 007\r\nX-Empty:\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: [::1]:8321\r\ntransfer-encoding:chunked\r\n\r\n"}) {
    EXPECT_EQ(HeaderObjection(header, Hosts()), std::nullopt) << header;
  }
}

TEST(HeaderGate, HostIsServedByNameAndWhereItSaysSoByPort) {
  for (const char* host : {"localhost",
                           "LOCALHOST",
                           "localhost:1",
                           "localhost:65535",
                           "[::1]",
                           "[::1]:8321",
                           "push.example.com:8443"}) {
    EXPECT_TRUE(IsServedHost(host, Hosts())) << host;
  }
  for (const char* host : {"",
                           ":",
                           "localhost:",
                           "localhost:x",
                           "localhost:123456",
                           "localhost.",
                           "xlocalhost",
                           "localhost.evil.example",
                           "a@localhost",
                           "localhost/",
                           "localhost, localhost",
                           "localhost:1:2",
                           "::1",
                           "[::1",
                           "[::1]x",
                           "[]",
                           "push.example.com",
                           "push.example.com:443",
                           "127.0.0.1",
                           "*"}) {
    EXPECT_FALSE(IsServedHost(host, Hosts())) << host;
  }
}

TEST(HeaderGate, StarServesEveryHostThatIsOne) {
  EXPECT_TRUE(IsServedHost("any.example:80", {"*"}));
  EXPECT_FALSE(IsServedHost("", {"*"}));
  EXPECT_FALSE(IsServedHost("a b", {"*"}));
  EXPECT_FALSE(IsServedHost("localhost", {}));
}

}  // namespace
}  // namespace cohort_sync::http
