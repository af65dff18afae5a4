#include "http/server.h"

#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/format.h"
#include "base/log.h"
#include "http/raw_socket.h"

namespace cohort_sync::http {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

Reply Ok(std::string body) {
  Reply reply;
  reply.response.body = std::move(body);
  return reply;
}

std::unique_ptr<Server> Serve(Handler handler, const ServerOptions& options = {}) {
  return Server::Start(options, std::move(handler)).value();
}

// The whole conversation when `bytes` are sent on a new connection and then nothing more.
std::string Converse(const Server& server, std::string_view bytes) {
  RawConnection connection = RawConnection::To(server.port());
  connection.Write(bytes);
  ::shutdown(connection.fd(), SHUT_WR);
  return connection.ReadToEnd();
}

TEST(Server, HandlerSeesTheRequestAsItWasSent) {
  Request seen;
  const auto server = Serve([&](const Request& request) {
    seen = request;
    return Ok("");
  });
  Converse(*server,
           "PATCH /a%2fb/../c?d=%20e HTTP/1.1\r\nHost: x\r\nX-A: 1\r\nx-a: 2\r\n"
           "Content-Length: 4\r\n\r\nbody");
  server->Run([&] {
    EXPECT_EQ(seen.method, "PATCH");
    EXPECT_EQ(seen.target, "/a%2fb/../c?d=%20e");
    EXPECT_EQ(seen.body, "body");
    EXPECT_EQ(seen.headers.Find("x-a"), "1");
    EXPECT_EQ(seen.headers.fields().size(), 4U);
  });
}

TEST(Server, ConnectionIsKeptForFurtherRequests) {
  const auto server = Serve([](const Request& request) { return Ok(request.target); });
  RawConnection connection = RawConnection::To(server->port());
  for (const std::string target : {"/1", "/2", "/3"}) {
    connection.Write(Format("GET {} HTTP/1.1\r\nHost: x\r\n\r\n", target));
    EXPECT_EQ(connection.ReadMessage(), "HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\n" + target);
  }
}

TEST(Server, PipelinedRequestsAreAnsweredInOrder) {
  const auto server = Serve([](const Request& request) { return Ok(request.target); });
  EXPECT_EQ(
      Converse(*server, "GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\n"),
      "HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\n/1"
      "HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\n/2");
}

TEST(Server, ChunkedRequestBodyIsJoined) {
  const auto server = Serve([](const Request& request) { return Ok(request.body); });
  EXPECT_THAT(Converse(*server,
                       "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                       "2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"),
              EndsWith("\r\n\r\nabc"));
}

TEST(Server, BodyAboveTheLimitIsRefusedAndTheAnswerIsSeen) {
  bool called = false;
  const auto server = Serve(
      [&](const Request&) {
        called = true;
        return Ok("");
      },
      {.max_body_bytes = 1'000});
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n";
  EXPECT_EQ(Converse(*server, head + std::string(1'001, 'x')),
            "HTTP/1.1 413 \r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(Converse(*server,
                       "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" +
                           std::string(1'001, 'x')),
              StartsWith("HTTP/1.1 413 "));
  EXPECT_FALSE(called);
}

TEST(Server, WhatIsNotHttpIsRefused) {
  const auto server = Serve([](const Request&) { return Ok(""); });
  for (const char* bytes : {"nonsense\r\n\r\n",
                            "GET http://x/ HTTP/1.1\r\nHost: x\r\n\r\n",
                            "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
                            "GET / HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n",
                            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n"}) {
    EXPECT_THAT(Converse(*server, bytes), StartsWith("HTTP/1.1 400 ")) << bytes;
  }
  EXPECT_THAT(Converse(*server, "GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(100'000, 'x')),
              StartsWith("HTTP/1.1 431 "));
}

TEST(Server, HalfARequestIsDroppedAfterTheReadTimeout) {
  const auto server = Serve([](const Request&) { return Ok(""); }, {.read_timeout = Duration(50)});
  RawConnection connection = RawConnection::To(server->port());
  connection.Write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf");
  EXPECT_EQ(connection.ReadToEnd(), "");
}

TEST(Server, DelayDoesNotHoldOthersUp) {
  const auto server = Serve([](const Request& request) {
    Reply reply = Ok(request.target);
    if (request.target == "/slow") reply.delay = Duration(60'000);
    return reply;
  });
  RawConnection slow = RawConnection::To(server->port());
  slow.Write("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
  RawConnection fast = RawConnection::To(server->port());
  fast.Write("GET /fast HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(fast.ReadMessage(), EndsWith("/fast"));
  EXPECT_FALSE(slow.ClosedWithin(0));
}

TEST(Server, DelayedReplyIsSent) {
  const auto server = Serve([](const Request&) {
    Reply reply = Ok("late");
    reply.delay = Duration(5);
    return reply;
  });
  EXPECT_THAT(Converse(*server, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"), EndsWith("late"));
}

TEST(Server, ResetIsSeenAsReset) {
  const auto server = Serve([](const Request&) {
    Reply reply;
    reply.reset_connection = true;
    return reply;
  });
  RawConnection connection = RawConnection::To(server->port());
  connection.Write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(connection.EndsWithReset());
}

TEST(Server, CutReplyEndsEarlyInGoodOrder) {
  const auto server = Serve([](const Request&) {
    Reply reply = Ok("hello");
    reply.cut_after = 2;
    return reply;
  });
  EXPECT_EQ(Converse(*server, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
            "HTTP/1.1 200 \r\nContent-Length: 5\r\nConnection: close\r\n\r\nhe");
}

TEST(Server, HandlerThatThrowsIsAnsweredAndForgotten) {
  SetLogLevel(LogLevel::kOff);
  const auto server = Serve([](const Request& request) -> Reply {
    if (request.target == "/int") throw 1;  // NOLINT(hicpp-exception-baseclass)
    if (request.target == "/error") throw std::runtime_error("broken");
    return Ok("fine");
  });
  for (const char* target : {"/int", "/error"}) {
    EXPECT_THAT(Converse(*server, Format("GET {} HTTP/1.1\r\nHost: x\r\n\r\n", target)),
                StartsWith("HTTP/1.1 500 "));
  }
  EXPECT_THAT(Converse(*server, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"), EndsWith("fine"));
  SetLogLevel(LogLevel::kWarning);
}

TEST(Server, RunWaitsForItsTaskOnTheServersThread) {
  std::thread::id handler_thread;
  const auto server = Serve([&](const Request&) {
    handler_thread = std::this_thread::get_id();
    return Ok("");
  });
  Converse(*server, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  bool same = false;
  server->Run([&] { same = std::this_thread::get_id() == handler_thread; });
  EXPECT_TRUE(same);
  EXPECT_THROW(server->Run([] { throw std::runtime_error("x"); }), std::runtime_error);
}

TEST(Server, DestructionClosesWhatIsOpen) {
  auto server = Serve([](const Request&) {
    Reply reply = Ok("");
    reply.delay = Duration(60'000);
    return reply;
  });
  RawConnection idle = RawConnection::To(server->port());
  RawConnection waiting = RawConnection::To(server->port());
  waiting.Write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  server.reset();
  EXPECT_EQ(idle.ReadToEnd(), "");
  EXPECT_EQ(waiting.ReadToEnd(), "");
}

TEST(Server, UrlHasAddressAndPort) {
  const auto server = Serve([](const Request&) { return Ok(""); });
  EXPECT_NE(server->port(), 0);
  EXPECT_EQ(server->url(), Format("http://127.0.0.1:{}", server->port()));
}

TEST(Server, AddressThatCannotBeBoundIsUnavailable) {
  const auto server = Serve([](const Request&) { return Ok(""); });
  const auto second = Server::Start({.port = server->port()}, nullptr);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code(), ErrorCode::kUnavailable);
  EXPECT_EQ(second.error().message(),
            Format("listen on '127.0.0.1' port {}: Address already in use; choose another address "
                   "or port",
                   server->port()));
  const auto nowhere = Server::Start({.address = "nowhere"}, nullptr);
  ASSERT_FALSE(nowhere);
  EXPECT_THAT(nowhere.error().message(), HasSubstr("listen on 'nowhere' port 0: "));
}

}  // namespace
}  // namespace cohort_sync::http
