// Bytes of hostile peers and what each gets (design/faults.md G7): the answer that is right, the
// end of the connection, and nothing for the handler.
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/format.h"
#include "http/recording_handler.h"

namespace cohort_sync::http {
namespace {

using namespace std::string_literals;
using ::testing::IsEmpty;
using ::testing::StartsWith;

std::string Repeated(std::string_view text, int times) {
  std::string all;
  all.reserve(text.size() * static_cast<std::size_t>(times));
  for (int i = 0; i < times; ++i)
    all += text;
  return all;
}

struct Attack {
  std::string name;
  std::string bytes;
  int status;  // 0: the connection ends without an answer, because the bytes ended early.
};

void PrintTo(const Attack& attack, std::ostream* out) {
  *out << attack.name;
}

// clang-format off
const std::vector<Attack>& Attacks() {
  static const std::vector<Attack> attacks = {
      // Line ends and control characters.
      {"EmptyLineFirst", "\r\n" "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
      {"LineFeedFirst", "\n" "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
      {"BareLineFeeds", "GET / HTTP/1.1\nHost: localhost\n\n", 400},
      {"BareLineFeedAfterRequestLine", "GET / HTTP/1.1\nHost: localhost\r\n\r\n", 400},
      {"BareLineFeedAtTheEnd", "GET / HTTP/1.1\r\nHost: localhost\r\n\n", 400},
      {"BareLineFeedInAValue", "GET / HTTP/1.1\r\nHost: localhost\r\nA: b\nContent-Length: 5\r\n\r\n", 400},
      {"CarriageReturnsOnly", "GET / HTTP/1.1\rHost: localhost\r\r", 400},
      {"TwoCarriageReturns", "GET / HTTP/1.1\r\r\nHost: localhost\r\n\r\n", 400},
      {"BareCarriageReturnInTheTarget", "GET /\ra HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
      {"BareCarriageReturnInAValue", "GET / HTTP/1.1\r\nHost: localhost\r\nA: b\rX: c\r\n\r\n", 400},
      {"NulInTheMethod", "G\0T / HTTP/1.1\r\nHost: localhost\r\n\r\n"s, 400},
      {"NulInTheTarget", "GET /\0 HTTP/1.1\r\nHost: localhost\r\n\r\n"s, 400},
      {"NulInAName", "GET / HTTP/1.1\r\nHost: localhost\r\nA\0: b\r\n\r\n"s, 400},
      {"NulInAValue", "GET / HTTP/1.1\r\nHost: localhost\r\nA: \0\r\n\r\n"s, 400},
      {"NulInTheHost", "GET / HTTP/1.1\r\nHost: localhost\0.evil\r\n\r\n"s, 400},
      {"EscapeInAValue", "GET / HTTP/1.1\r\nHost: localhost\r\nA: \x1B[2J\r\n\r\n", 400},
      {"DeleteInAValue", "GET / HTTP/1.1\r\nHost: localhost\r\nA: \x7F\r\n\r\n", 400},
      {"VerticalTabInAValue", "GET / HTTP/1.1\r\nHost: localhost\r\nA: \v\r\n\r\n", 400},
      {"FormFeedInTheRequestLine", "GET\f/ HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
      // Request lines.
      {"Http09", "GET /\r\n\r\n", 400},
      {"NoVersion", "GET / \r\nHost: localhost\r\n\r\n", 400},
      {"Http10", "GET / HTTP/1.0\r\nHost: localhost\r\n\r\n", 400},
      {"Http12", "GET / HTTP/1.2\r\nHost: localhost\r\n\r\n", 400},
      {"Http20", "GET / HTTP/2.0\r\nHost: localhost\r\n\r\n", 400},
      {"Http2Preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400},
      {"VersionInLowerCase", "GET / http/1.1\r\nHost: localhost\r\n\r\n", 400},
      {"VersionWithMoreDigits", "GET / HTTP/1.10\r\nHost: localhost\r\n\r\n", 400},
      {"VersionWithLeadingZero", "GET / HTTP/01.1\r\nHost: localhost\r\n\r\n", 400},
      {"VersionWithComma", "GET / HTTP/1,1\r\nHost: localhost\r\n\r\n", 400},
      {"VersionInTwoWords", "GET / HTTP /1.1\r\nHost: localhost\r\n\r\n", 400},
      {"VersionAndMore", "GET / HTTP/1.1x\r\nHost: localhost\r\n\r\n", 400},
      {"VersionAndSpace", "GET / HTTP/1.1 \r\nHost: localhost\r\n\r\n", 400},
      {"TwoSpaces", "GET  / HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
      {"TabInsteadOfSpace", "GET\t/\tHTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
      {"SpaceFirst", " GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
      {"SpaceInTheTarget", "GET /a b HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
      {"NoMethod", "/ HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
      {"MethodWithBracket", "G[T / HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
      {"MethodWithColon", "GET: / HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
      {"AbsoluteTarget", "GET http://localhost/ HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
      {"AbsoluteTargetElsewhere", "GET http://169.254.169.254/ HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
      {"AuthorityTarget", "CONNECT localhost:22 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
      {"AsteriskTarget", "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
      {"TargetWithoutSlash", "GET amplitude/webhook HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
      {"TargetOfAQuery", "GET ?a HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
      {"TargetWithBackslashFirst", "GET \\\\evil HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
      {"TargetInUtf8", "GET /\xC3\xBC HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
      {"EndlessMethod", std::string(100'000, 'G'), 431},
      {"EndlessTarget", "GET /" + std::string(100'000, 'a'), 431},
      // Fields.
      {"SpaceBeforeTheColon", "GET / HTTP/1.1\r\nHost: localhost\r\nA : b\r\n\r\n", 400},
      {"TabBeforeTheColon", "GET / HTTP/1.1\r\nHost: localhost\r\nA\t: b\r\n\r\n", 400},
      {"SpaceBeforeTheColonOfHost", "GET / HTTP/1.1\r\nHost : localhost\r\n\r\n", 400},
      {"SpaceBeforeTheColonOfLength", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length : 5\r\n\r\nhello", 400},
      {"SpaceBeforeTheColonOfEncoding", "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n", 400},
      {"NoColon", "GET / HTTP/1.1\r\nHost: localhost\r\nnothing\r\n\r\n", 400},
      {"NoName", "GET / HTTP/1.1\r\nHost: localhost\r\n: value\r\n\r\n", 400},
      {"NameWithSpace", "GET / HTTP/1.1\r\nHost: localhost\r\nContent Length: 5\r\n\r\n", 400},
      {"NameWithBrackets", "GET / HTTP/1.1\r\nHost: localhost\r\nA(b): c\r\n\r\n", 400},
      {"NameInUtf8", "GET / HTTP/1.1\r\nHost: localhost\r\n\xC3\xBC: b\r\n\r\n", 400},
      {"FoldedBySpace", "GET / HTTP/1.1\r\nHost: localhost\r\nA: b\r\n c\r\n\r\n", 400},
      {"FoldedByTab", "GET / HTTP/1.1\r\nHost: localhost\r\nA: b\r\n\tc\r\n\r\n", 400},
      {"FoldedEncoding", "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n", 400},
      {"FoldedFirstField", "GET / HTTP/1.1\r\n Host: localhost\r\n\r\n", 400},
      {"FoldOfSpacesOnly", "GET / HTTP/1.1\r\nHost: localhost\r\nA: b\r\n  \r\n\r\n", 400},
      {"EndlessValue", "GET / HTTP/1.1\r\nA: " + std::string(100'000, 'a'), 431},
      {"EndlessFields", "GET / HTTP/1.1\r\n" + Repeated("A: b\r\n", 20'000), 431},
      {"LongHeaderWithAnEnd", "GET / HTTP/1.1\r\nHost: localhost\r\nA: " + std::string(9'000, 'a') + "\r\n\r\n", 431},
      // Hosts.
      {"NoHost", "GET / HTTP/1.1\r\n\r\n", 400},
      {"TwoHosts", "GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n", 400},
      {"TwoDifferentHosts", "GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n", 400},
      {"OtherHost", "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", 400},
      {"OtherHostForwarded", "GET / HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: localhost\r\n\r\n", 400},
      {"EmptyHost", "GET / HTTP/1.1\r\nHost:\r\n\r\n", 400},
      {"HostWithSpace", "GET / HTTP/1.1\r\nHost: local host\r\n\r\n", 400},
      {"HostWithUser", "GET / HTTP/1.1\r\nHost: localhost@evil.example\r\n\r\n", 400},
      {"HostWithPath", "GET / HTTP/1.1\r\nHost: localhost/a\r\n\r\n", 400},
      {"HostList", "GET / HTTP/1.1\r\nHost: localhost, evil.example\r\n\r\n", 400},
      {"HostWithSuffix", "GET / HTTP/1.1\r\nHost: localhost.evil.example\r\n\r\n", 400},
      {"HostWithPrefix", "GET / HTTP/1.1\r\nHost: evil-localhost\r\n\r\n", 400},
      {"HostWithDot", "GET / HTTP/1.1\r\nHost: localhost.\r\n\r\n", 400},
      {"HostOfAnotherAddress", "GET / HTTP/1.1\r\nHost: 127.0.0.2\r\n\r\n", 400},
      {"HostAsANumber", "GET / HTTP/1.1\r\nHost: 2130706433\r\n\r\n", 400},
      {"HostPortThatIsNone", "GET / HTTP/1.1\r\nHost: localhost:http\r\n\r\n", 400},
      {"HostPortOfManyDigits", "GET / HTTP/1.1\r\nHost: localhost:000080\r\n\r\n", 400},
      {"HostWithoutBrackets", "GET / HTTP/1.1\r\nHost: ::1\r\n\r\n", 400},
      // Where the body ends.
      {"LengthThenEncoding", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /b HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
      {"EncodingThenLength", "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\nGET /b HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
      {"TwoLengths", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello", 400},
      {"TwoDifferentLengths", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 0\r\n\r\nhello", 400},
      {"TwoLengthsInOtherCase", "POST / HTTP/1.1\r\nHost: localhost\r\ncontent-length: 0\r\nCONTENT-LENGTH: 5\r\n\r\nhello", 400},
      {"LengthList", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5, 5\r\n\r\nhello", 400},
      {"NegativeLength", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\nhello", 400},
      {"LengthWithPlus", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: +5\r\n\r\nhello", 400},
      {"LengthInHex", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0x5\r\n\r\nhello", 400},
      {"LengthWithExponent", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5e0\r\n\r\nhello", 400},
      {"LengthWithPoint", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5.0\r\n\r\nhello", 400},
      {"LengthInQuotes", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: \"5\"\r\n\r\nhello", 400},
      {"LengthWithSpace", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5 5\r\n\r\nhello", 400},
      {"LengthInOtherDigits", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: \xD9\xA5\r\n\r\nhello", 400},
      {"EmptyLength", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length:\r\n\r\nhello", 400},
      {"LengthInWords", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: five\r\n\r\nhello", 400},
      {"LengthBeyond64Bits", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 18446744073709551621\r\n\r\nhello", 400},
      {"LengthBeyond63Bits", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9223372036854775808\r\n\r\nhello", 400},
      {"HugeLength", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9223372036854775807\r\n\r\nhello", 413},
      {"LengthAboveTheLimit", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1001\r\n\r\n", 413},
      {"XChunked", "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\nGET /b HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
      {"ChunkedAndMore", "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunkedx\r\n\r\n0\r\n\r\nGET /b HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
      {"ChunkedTwice", "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\nGET /b HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
      {"ChunkedInTwoFields", "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /b HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
      {"GzipThenChunked", "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\nGET /b HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
      {"ChunkedThenIdentity", "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\nGET /b HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
      {"Identity", "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: identity\r\n\r\nhello", 400},
      {"EmptyEncoding", "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding:\r\n\r\nhello", 400},
      {"ChunkedInCapitals", "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: CHUNKED\r\n\r\n0\r\n\r\nGET /b HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
      {"ChunkedInQuotes", "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\nGET /b HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
      {"ChunkedWithParameter", "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked;a=b\r\n\r\n0\r\n\r\nGET /b HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
      {"ChunkedAfterVerticalTab", "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: \vchunked\r\n\r\n0\r\n\r\nGET /b HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
      // Chunks.
      {"NegativeChunk", "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\nhello\r\n0\r\n\r\n", 400},
      {"ChunkWithPlus", "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n+5\r\nhello\r\n0\r\n\r\n", 400},
      {"ChunkWithPrefix", "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n", 400},
      {"ChunkOfAllBits", "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nhello\r\n0\r\n\r\n", 413},
      {"ChunkBeyond64Bits", "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000005\r\nhello\r\n0\r\n\r\n", 400},
      {"ChunkWithoutSize", "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n\r\nhello\r\n0\r\n\r\n", 400},
      {"ChunkNotInHex", "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nhello\r\n0\r\n\r\n", 400},
      {"ChunkAfterSpace", "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n 5\r\nhello\r\n0\r\n\r\n", 400},
      {"ChunkWithBareLineFeed", "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\nhello\n0\n\n\r\n", 400},
      {"ChunkLongerThanItSays", "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello!\r\n0\r\n\r\n", 400},
      {"ChunkShorterThanItSays", "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nhello\r\n0\r\n\r\n", 400},
      {"ChunkWithoutLineEnd", "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello0\r\n\r\n", 400},
      {"ChunkFollowedByWords", "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5 words\r\nhello\r\n0\r\n\r\n", 400},
      {"ChunkAboveTheLimit", "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n", 413},
      {"ChunksAboveTheLimit", "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n" + std::string(1'000, 'a') + "\r\n1\r\n", 413},
      {"EndlessChunkExtension", "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5;" + std::string(100'000, 'a'), 400},
      {"EndlessChunkSize", "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n" + std::string(100'000, '0'), 400},
      {"EndlessTrailer", "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: " + std::string(100'000, 'a'), 400},
      {"TrailerThatIsNone", "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nno colon\r\n\r\n", 400},
      // Other protocols.
      {"TlsClientHello", "\x16\x03\x01\x02\x00\x01\x00\x01\xFC\x03\x03 and more"s, 400},
      {"Ssl2ClientHello", "\x80\x2E\x01\x00\x02"s, 400},
      {"SmtpGreeting", "EHLO evil.example\r\n\r\n", 400},
      {"RtspRequest", "OPTIONS / RTSP/1.0\r\nHost: localhost\r\n\r\n", 400},
      {"ProxyProtocol1", "PROXY TCP4 192.0.2.1 192.0.2.2 1 80\r\n" "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
      {"ProxyProtocol2", "\r\n\r\n\0\r\nQUIT\n!\x11\0\x0C"s, 400},
      {"RedisCommand", "*1\r\n$4\r\nPING\r\n\r\n", 400},
      {"SshBanner", "SSH-2.0-OpenSSH_9.2\r\n", 0},
      {"JsonWithoutARequest", "{\"users\": []}", 0},
      {"NothingAtAll", "", 0},
      {"RequestWithoutItsEnd", "GET / HTTP/1.1\r\nHost: localhost\r\n", 0},
      {"BodyWithoutItsEnd", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhell", 0},
      {"ChunksWithoutTheirEnd", "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n", 0},
  };
  return attacks;
}
// clang-format on

class AttackTest : public ::testing::TestWithParam<Attack> {};

TEST_P(AttackTest, IsAnsweredRightAndReachesNobody) {
  GuardedWorld world;
  RawConnection connection = world.Connect();
  connection.Write(GetParam().bytes);
  if (GetParam().status == 0) ::shutdown(connection.fd(), SHUT_WR);
  const std::string answer = connection.ReadToEnd();
  if (GetParam().status == 0) {
    EXPECT_EQ(answer, "");
  } else {
    EXPECT_THAT(answer, StartsWith(Format("HTTP/1.1 {} ", GetParam().status)));
    EXPECT_EQ(answer.rfind("HTTP/1.1 "), answer.find("HTTP/1.1 "));
  }
  EXPECT_THAT(world.handler.handled(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Server,
                         AttackTest,
                         ::testing::ValuesIn(Attacks()),
                         [](const ::testing::TestParamInfo<Attack>& attack) {
                           return attack.param.name;
                         });

// The same bytes one at a time reach the same end: no decision depends on how they were cut.
TEST(Attacks, InSmallPiecesAreAnsweredTheSame) {
  GuardedWorld world;
  for (const Attack& attack : Attacks()) {
    if (attack.bytes.size() > 1'000 || attack.status == 0) continue;
    RawConnection connection = world.Connect();
    for (const char byte : attack.bytes) {
      if (!connection.Write({&byte, 1})) break;
    }
    EXPECT_THAT(connection.ReadToEnd(), StartsWith(Format("HTTP/1.1 {} ", attack.status)))
        << attack.name;
  }
  EXPECT_THAT(world.handler.handled(), IsEmpty());
}

}  // namespace
}  // namespace cohort_sync::http
