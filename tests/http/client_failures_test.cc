#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/format.h"
#include "http/client_helpers.h"
#include "http/server.h"

namespace cohort_sync::http {
namespace {

using ::testing::HasSubstr;

constexpr Duration kShort{60};

// The failure of a GET of "/".
Failure FailureFrom(const RawServer& server, Duration timeout = Duration(10'000)) {
  const auto client = ClientFor(server.url(), timeout, 1'000);
  const Answer answer = client->SendAndWait(Get());
  if (answer) {
    ADD_FAILURE() << "answered " << answer->status << " '" << answer->body << "'";
    return {};
  }
  return answer.error();
}

TEST(ClientFailures, NobodyListeningIsNotSent) {
  const std::string url = Format("http://127.0.0.1:{}", UnusedPort());
  const Answer answer = ClientFor(url)->SendAndWait(Get());
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, FailureKind::kNotSent);
  EXPECT_EQ(answer.error().message, url + ": failed to connect to any resolved endpoint");
}

TEST(ClientFailures, UnknownHostIsNotSent) {
  const Answer answer =
      ClientFor("https://no-such-host.invalid", Duration(60'000))->SendAndWait(Get("/x?secret=1"));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, FailureKind::kNotSent);
  EXPECT_EQ(answer.error().message, "https://no-such-host.invalid: error resolving address");
}

TEST(ClientFailures, SilenceIsTimedOut) {
  const RawServer server([](RawConnection& connection) {
    connection.ReadMessage();
    connection.WaitForClose();
  });
  const Failure failure = FailureFrom(server, kShort);
  EXPECT_EQ(failure.kind, FailureKind::kTimedOut);
  EXPECT_EQ(failure.message, server.url() + ": no whole answer within 60 ms");
}

// `head` at once, and then `drop` again and again.
RawServer Dripping(std::string head, std::string drop) {
  return RawServer([head = std::move(head), drop = std::move(drop)](RawConnection& connection) {
    connection.ReadMessage();
    connection.Write(head);
    while (!connection.ClosedWithin(5))
      connection.Write(drop);
  });
}

// cpprestsdk's own timer would begin anew with each of these.
TEST(ClientFailures, DripIsTimedOutInTotal) {
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  const std::string large(65'536, 'x');
  const std::vector<std::pair<std::string, std::string>> drips = {
      {"", "H"},
      {ok, "X: y\r\n"},
      {ok + "Content-Length: 1000000000\r\n\r\n", "x"},
      {ok + "Content-Length: 1000000000\r\n\r\n", large},
      {ok + "Transfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n"},
      {ok + "Transfer-Encoding: chunked\r\n\r\n", "10000\r\n" + large + "\r\n"},
      {ok + "Transfer-Encoding: chunked\r\n\r\n7fffffff\r\n", large},
      {ok + "\r\n", "x"}};
  for (const auto& [head, drop] : drips) {
    const RawServer server = Dripping(head, drop);
    const auto client = ClientFor(server.url(), kShort, 1U << 31U);
    const Answer answer = client->SendAndWait(Post("x"));
    ASSERT_FALSE(answer) << head;
    EXPECT_EQ(answer.error().kind, FailureKind::kTimedOut) << head;
    EXPECT_EQ(server.connections(), 1) << head;
  }
}

// What cannot be refused while it arrives costs memory until the deadline, and no longer.
TEST(ClientFailures, HeaderOrChunkWithoutEndIsTimedOut) {
  for (const char* head : {"HTTP/1.1 200 OK\r\nX: ",
                           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7ffffff0\r\n",
                           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-3\r\n",
                           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"}) {
    const RawServer server([head](RawConnection& connection) {
      connection.ReadMessage();
      connection.Write(head);
      while (connection.Write(std::string(4'096, 'x'))) {
      }
    });
    EXPECT_EQ(FailureFrom(server, kShort).kind, FailureKind::kTimedOut) << head;
  }
}

TEST(ClientFailures, CutAtAnyByteIsCutOff) {
  const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nX: y\r\n\r\n{\"a\": 12}";
  for (std::size_t bytes = 0; bytes < answer.size(); ++bytes) {
    const RawServer server = AnsweringOnce(answer.substr(0, bytes));
    const Failure failure = FailureFrom(server);
    EXPECT_EQ(failure.kind, FailureKind::kCutOff) << "after " << bytes << " bytes";
    EXPECT_THAT(failure.message, HasSubstr("the connection ended before the answer did: "));
  }
}

TEST(ClientFailures, ChunkedBodyCutAtAnyByteIsCutOff) {
  const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::string body = "5\r\nhello\r\n0\r\n\r\n";
  for (std::size_t bytes = 0; bytes < body.size(); ++bytes) {
    const RawServer server = AnsweringOnce(head + body.substr(0, bytes));
    EXPECT_EQ(FailureFrom(server).kind, FailureKind::kCutOff) << "after " << bytes << " bytes";
  }
}

TEST(ClientFailures, ResetIsCutOff) {
  const auto server = Server::Start({}, [](const Request&) {
                        Reply reply;
                        reply.reset_connection = true;
                        return reply;
                      }).value();
  const Answer answer = ClientFor(server->url())->SendAndWait(Post("x"));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, FailureKind::kCutOff);
}

TEST(ClientFailures, NoHttpIsCutOff) {
  EXPECT_EQ(FailureFrom(AnsweringOnce("SSH-2.0-OpenSSH_9.2\r\n\r\n\r\n")).kind,
            FailureKind::kCutOff);
}

TEST(ClientFailures, ChunkSizeThatIsNoneIsCutOff) {
  for (const char* size : {"-1",
                           "-2",
                           "-3",
                           "-7fffffff",
                           "-80000000",
                           "7fffffff",
                           "80000000",
                           "ffffffff",
                           "100000000",
                           "ffffffffffffffff",
                           "10000000000000000",
                           "zz",
                           "",
                           " "}) {
    const RawServer server = AnsweringOnce(
        Format("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{}\r\nhello\r\n", size));
    EXPECT_EQ(FailureFrom(server).kind, FailureKind::kCutOff) << size;
  }
}

TEST(ClientFailures, LengthThatIsNoneIsCutOff) {
  for (const char* header : {"Content-Length: -1",
                             "Content-Length: 5, 5",
                             "Content-Length: five",
                             "Transfer-Encoding: gzip, chunked",
                             "Transfer-Encoding: xchunked"}) {
    const RawServer server = AnsweringOnce(Format("HTTP/1.1 200 OK\r\n{}\r\n\r\nhello", header));
    const Failure failure = FailureFrom(server);
    EXPECT_EQ(failure.kind, FailureKind::kCutOff) << header;
    EXPECT_THAT(failure.message, HasSubstr("the length of the answer cannot be read"));
  }
}

TEST(ClientFailures, AnswerAboveTheCapIsTooLarge) {
  const std::string body(1'001, 'x');
  for (const std::string& head : {std::string("Content-Length: 1001\r\n\r\n"),
                                  std::string("Transfer-Encoding: chunked\r\n\r\n3e9\r\n"),
                                  std::string("\r\n")}) {
    const RawServer server = AnsweringOnce("HTTP/1.1 200 OK\r\n" + head + body + "\r\n0\r\n\r\n");
    const Failure failure = FailureFrom(server);
    EXPECT_EQ(failure.kind, FailureKind::kTooLarge);
    EXPECT_EQ(failure.message, server.url() + ": the answer is larger than 1,000 bytes");
  }
}

TEST(ClientFailures, LengthAboveTheCapIsNotWaitedFor) {
  const RawServer server([](RawConnection& connection) {
    connection.ReadMessage();
    connection.Write("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n");
    connection.WaitForClose();
  });
  EXPECT_EQ(FailureFrom(server).kind, FailureKind::kTooLarge);
}

TEST(ClientFailures, EndlessBodyIsTooLarge) {
  const RawServer server([](RawConnection& connection) {
    connection.ReadMessage();
    connection.Write("HTTP/1.1 200 OK\r\n\r\n");
    while (connection.Write(std::string(65'536, 'x'))) {
    }
  });
  EXPECT_EQ(FailureFrom(server).kind, FailureKind::kTooLarge);
}

TEST(ClientFailures, StopIsInterrupted) {
  const RawServer server([](RawConnection& connection) { connection.WaitForClose(); });
  std::stop_source stop;
  stop.request_stop();
  const Answer answer = ClientFor(server.url())->SendAndWait(Get(), stop.get_token());
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, FailureKind::kInterrupted);
}

}  // namespace
}  // namespace cohort_sync::http
