#include <algorithm>
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/format.h"
#include "http/client.h"
#include "http/raw_socket.h"
#include "http/server.h"

namespace cohort_sync::http {
namespace {

constexpr std::size_t kNoLimit = SIZE_MAX;

// What a download gave, whatever its end.
struct Downloaded {
  Answer answer = Response{};
  std::vector<int> statuses;
  std::string body;
  std::size_t largest_piece = 0;
};

Downloaded Download(const std::string& url,
                    std::size_t max_bytes = kNoLimit,
                    Duration timeout = Duration(10'000)) {
  Downloaded result;
  const auto client = MakeClient({.base_url = url, .timeout = timeout}).value();
  result.answer = client->Download(
      {.target = "/file"},
      max_bytes,
      [&](const Response& head) {
        EXPECT_EQ(result.body, "");
        result.statuses.push_back(head.status);
        return true;
      },
      [&](std::string_view piece) {
        result.body += piece;
        result.largest_piece = std::max(result.largest_piece, piece.size());
        return true;
      },
      {});
  return result;
}

// Sends `answer` to the first request of each connection, and closes.
RawServer Sending(std::string answer) {
  return RawServer([answer = std::move(answer)](RawConnection& connection) {
    connection.ReadMessage();
    connection.Write(answer);
  });
}

Failure FailureOfDownload(const std::string& url,
                          std::size_t max_bytes = kNoLimit,
                          Duration timeout = Duration(10'000)) {
  const Downloaded result = Download(url, max_bytes, timeout);
  if (!result.answer) return result.answer.error();
  ADD_FAILURE() << "downloaded " << result.body.size() << " bytes";
  return {};
}

std::unique_ptr<Server> Serving(Reply reply) {
  return Server::Start({}, [reply = std::move(reply)](const Request&) { return reply; }).value();
}

// Not the same everywhere, so that pieces out of order are seen.
std::string Pattern(std::size_t size) {
  std::string text;
  for (int line = 0; text.size() < size; ++line)
    text += Format("{}\n", line);
  text.resize(size);
  return text;
}

TEST(Download, BodyArrivesWholeInSmallPieces) {
  const std::string body = Pattern(3'000'000);
  for (const bool chunked : {false, true}) {
    Reply reply;
    reply.response = {.status = 200, .headers = {{"X-A", "1"}}, .body = body};
    reply.chunked = chunked;
    const auto server = Serving(reply);
    const Downloaded result = Download(server->url());
    ASSERT_TRUE(result.answer) << result.answer.error().message;
    EXPECT_EQ(result.answer->headers.Find("x-a"), "1");
    EXPECT_EQ(result.answer->body, "");
    EXPECT_EQ(result.statuses, std::vector<int>{200});
    EXPECT_TRUE(result.body == body);
    EXPECT_LE(result.largest_piece, 65'536U);
  }
}

TEST(Download, AnswerWithoutBodyIsWhole) {
  for (const int status : {204, 304}) {
    Reply reply;
    reply.response.status = status;
    const auto server = Serving(reply);
    const Downloaded result = Download(server->url());
    ASSERT_TRUE(result.answer) << result.answer.error().message;
    EXPECT_EQ(result.answer->status, status);
    EXPECT_EQ(result.statuses, std::vector<int>{status});
  }
}

TEST(Download, ContentEncodingIsNotUndone) {
  Reply reply;
  reply.response = {.headers = {{"Content-Encoding", "gzip"}}, .body = "\x1f\x8b!!"};
  const auto server = Serving(reply);
  EXPECT_EQ(Download(server->url()).body, "\x1f\x8b!!");
}

TEST(Download, BodyCutAnywhereIsCutOff) {
  for (const bool chunked : {false, true}) {
    for (const std::size_t cut : {0U, 1U, 65'536U, 99'999U, 100'000U}) {
      if (!chunked && cut == 100'000U) continue;  // That is all of it.
      Reply reply;
      reply.response.body = Pattern(100'000);
      reply.chunked = chunked;
      reply.cut_after = cut;
      const auto server = Serving(reply);
      EXPECT_EQ(FailureOfDownload(server->url()).kind, FailureKind::kCutOff) << cut;
    }
  }
}

TEST(Download, BodyThatEndsWithTheConnectionIsCutOff) {
  Reply reply;
  reply.response.body = "a,b\n1,2\n";
  reply.close_delimited = true;
  const auto server = Serving(reply);
  const Downloaded result = Download(server->url());
  ASSERT_FALSE(result.answer);
  EXPECT_EQ(result.answer.error().kind, FailureKind::kCutOff);
  EXPECT_EQ(result.answer.error().message,
            server->url() + ": the answer does not say how long it is, so a cut would go unseen");
  EXPECT_EQ(result.body, "");
}

TEST(Download, RefusalThatEndsWithTheConnectionIsAnAnswer) {
  const RawServer server = Sending("HTTP/1.1 404 Not Found\r\n\r\n<html>");
  const Downloaded result = Download(server.url());
  ASSERT_TRUE(result.answer) << result.answer.error().message;
  EXPECT_EQ(result.answer->status, 404);
  EXPECT_EQ(result.body, "<html>");
}

TEST(Download, RedirectIsReturnedAsItIs) {
  const RawServer server =
      Sending("HTTP/1.1 302 Found\r\nLocation: https://s3/x\r\nContent-Length: 0\r\n\r\n");
  const Downloaded result = Download(server.url());
  ASSERT_TRUE(result.answer) << result.answer.error().message;
  EXPECT_EQ(result.answer->status, 302);
  EXPECT_EQ(result.answer->headers.Find("Location"), "https://s3/x");
}

TEST(Download, BodyAboveTheLimitIsTooLarge) {
  for (const bool chunked : {false, true}) {
    Reply reply;
    reply.response.body = Pattern(100'000);
    reply.chunked = chunked;
    const auto server = Serving(reply);
    const Failure failure = FailureOfDownload(server->url(), 99'999);
    EXPECT_EQ(failure.kind, FailureKind::kTooLarge);
    EXPECT_EQ(failure.message, server->url() + ": the answer is larger than 99,999 bytes");
    EXPECT_TRUE(Download(server->url(), 100'000).answer);
  }
}

TEST(Download, SilenceIsTimedOut) {
  for (const char* start : {"", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"}) {
    const RawServer server([start](RawConnection& connection) {
      connection.ReadMessage();
      connection.Write(start);
      connection.WaitForClose();
    });
    const Failure failure = FailureOfDownload(server.url(), kNoLimit, Duration(60));
    EXPECT_EQ(failure.kind, FailureKind::kTimedOut);
    EXPECT_EQ(failure.message, server.url() + ": no whole answer within 60 ms");
  }
}

TEST(Download, DripIsTimedOut) {
  const RawServer server([](RawConnection& connection) {
    connection.ReadMessage();
    connection.Write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    while (!connection.ClosedWithin(5))
      connection.Write("1\r\nx\r\n");
  });
  EXPECT_EQ(FailureOfDownload(server.url(), kNoLimit, Duration(60)).kind, FailureKind::kTimedOut);
}

TEST(Download, ProgressMayTakeLongerThanTheTimeoutInTotal) {
  constexpr int kPieces = 6;
  const std::string piece(65'536, 'x');
  const RawServer server([&](RawConnection& connection) {
    connection.ReadMessage();
    connection.Write(Format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", kPieces * 65'536));
    for (int i = 0; i < kPieces; ++i) {
      static_cast<void>(connection.ClosedWithin(100));
      connection.Write(piece);
    }
  });
  const Downloaded result = Download(server.url(), kNoLimit, Duration(500));
  ASSERT_TRUE(result.answer) << result.answer.error().message;
  EXPECT_EQ(result.body.size(), kPieces * piece.size());
}

TEST(Download, TimeInTheReaderDoesNotCount) {
  Reply reply;
  reply.response.body = Pattern(40'000);
  reply.chunked = true;
  const auto server = Serving(reply);
  const auto client = MakeClient({.base_url = server->url(), .timeout = Duration(200)}).value();
  const auto slow = [&](std::string_view) {
    ::poll(nullptr, 0, 150);
    return true;
  };
  const Answer answer =
      client->Download({.target = "/"}, kNoLimit, [](const Response&) { return true; }, slow, {});
  EXPECT_TRUE(answer) << answer.error().message;
}

TEST(Download, ReaderMayEndIt) {
  Reply reply;
  reply.response.body = Pattern(1'000'000);
  const auto server = Serving(reply);
  const auto client = MakeClient({.base_url = server->url()}).value();
  const auto yes = [](const auto&) { return true; };
  const auto no = [](const auto&) { return false; };
  const Answer at_headers = client->Download({.target = "/"}, kNoLimit, no, yes, {});
  ASSERT_FALSE(at_headers);
  EXPECT_EQ(at_headers.error().kind, FailureKind::kCutOff);
  const Answer at_data = client->Download({.target = "/"}, kNoLimit, yes, no, {});
  ASSERT_FALSE(at_data);
  EXPECT_EQ(at_data.error().message, server->url() + ": ended by its reader");
  // The client stays usable.
  EXPECT_TRUE(client->Download({.target = "/"}, kNoLimit, yes, yes, {}));
}

TEST(Download, ExceptionOfTheReaderPassesThrough) {
  Reply reply;
  reply.response.body = Pattern(1'000'000);
  const auto server = Serving(reply);
  const auto client = MakeClient({.base_url = server->url()}).value();
  const auto yes = [](const auto&) { return true; };
  const auto fail = [](std::string_view) -> bool { throw std::runtime_error("disk full"); };
  EXPECT_THROW(static_cast<void>(client->Download({.target = "/"}, kNoLimit, yes, fail, {})),
               std::runtime_error);
  EXPECT_TRUE(client->Download({.target = "/"}, kNoLimit, yes, yes, {}));
}

TEST(Download, StopIsInterrupted) {
  const RawServer server([](RawConnection& connection) {
    connection.ReadMessage();
    connection.Write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n");
    connection.WaitForClose();
  });
  const auto client = MakeClient({.base_url = server.url()}).value();
  std::stop_source stop;
  const Answer answer = client->Download(
      {.target = "/"},
      kNoLimit,
      [&](const Response&) { return stop.request_stop(); },
      [](std::string_view) { return true; },
      stop.get_token());
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, FailureKind::kInterrupted);
}

TEST(Download, RequestThatMayNotBeSentIsNotSent) {
  const auto client = MakeClient({.base_url = "http://127.0.0.1:9"}).value();
  const auto yes = [](const auto&) { return true; };
  const Answer answer = client->Download({.target = "x"}, kNoLimit, yes, yes, {});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, FailureKind::kNotSent);
}

}  // namespace
}  // namespace cohort_sync::http
