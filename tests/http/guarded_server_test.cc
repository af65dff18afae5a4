#include "http/guarded_server.h"

#include <cstdint>
#include <future>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/log.h"
#include "http/recording_handler.h"

namespace cohort_sync::http {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::StartsWith;

TEST(GuardedServer, RequestIsHandledAndAnsweredAndTheConnectionEnds) {
  GuardedWorld world;
  EXPECT_EQ(world.Answer(Post("/a?b=c", "hello")),
            "HTTP/1.1 200 \r\nContent-Type: text/plain\r\nContent-Length: 6\r\n"
            "Connection: close\r\n\r\n/a?b=c");
  ASSERT_THAT(world.handler.heads(), SizeIs(1));
  EXPECT_EQ(world.handler.heads()[0].body, "");
  ASSERT_THAT(world.handler.handled(), SizeIs(1));
  EXPECT_EQ(world.handler.handled()[0].method, "POST");
  EXPECT_EQ(world.handler.handled()[0].body, "hello");
  EXPECT_EQ(world.handler.handled()[0].headers.Find("host"), "localhost");
}

TEST(GuardedServer, ConnectionIsKeptWhereTheHandlerAllowsIt) {
  GuardedWorld world;
  RawConnection connection = world.Connect();
  for (const char* target : {"/keep/1", "/keep/2"}) {
    connection.Write(Get(target));
    EXPECT_THAT(connection.ReadMessage(), EndsWith(target));
  }
  connection.Write(Get("/last"));
  EXPECT_THAT(connection.ReadToEnd(), EndsWith("/last"));
}

TEST(GuardedServer, SecondRequestOfAConnectionThatEndsReachesNobody) {
  GuardedWorld world;
  EXPECT_THAT(world.Answer(Post("/a", "hello") + Get("/b")), EndsWith("\r\n\r\n/a"));
  EXPECT_THAT(world.handler.handled(), SizeIs(1));
}

TEST(GuardedServer, ChunksAreJoinedAndFieldsBehindThemAreDropped) {
  GuardedWorld world;
  world.Answer(
      "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
      "2;x=y\r\nab\r\n1\r\nc\r\n0\r\nHost: evil\r\nX-Secret: a\r\n\r\n");
  ASSERT_THAT(world.handler.handled(), SizeIs(1));
  EXPECT_EQ(world.handler.handled()[0].body, "abc");
  EXPECT_EQ(world.handler.handled()[0].headers.fields().size(), 2U);
}

TEST(GuardedServer, BodyMayHaveTheLimitAndNoByteMore) {
  GuardedWorld world;
  EXPECT_THAT(world.Answer(Post("/fits", std::string(1'000, 'x'))), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(world.Answer(Post("/large", std::string(1'001, 'x'))), StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(world.handler.refused(), ElementsAre(Pair("/large", 413)));
  EXPECT_THAT(world.handler.handled(), SizeIs(1));
}

TEST(GuardedServer, RefusalComesBeforeTheBody) {
  GuardedWorld world;
  EXPECT_EQ(world.Answer("POST /no HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n"),
            "HTTP/1.1 404 \r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(world.handler.handled(), IsEmpty());
  EXPECT_THAT(world.handler.refused(), IsEmpty());
}

TEST(GuardedServer, SenderThatAsksFirstIsToldToGoOn) {
  GuardedWorld world;
  RawConnection connection = world.Connect();
  connection.Write(
      "POST /a HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  EXPECT_EQ(connection.ReadMessage(), "HTTP/1.1 100 \r\n\r\n");
  connection.Write("hello");
  EXPECT_THAT(connection.ReadToEnd(), StartsWith("HTTP/1.1 200 "));
}

TEST(GuardedServer, AnswersComeInTheirOwnOrderFromAnyThread) {
  GuardedWorld world;
  RawConnection first = world.Connect();
  first.Write(Get("/held/1"));
  world.handler.WaitFor(1);
  RawConnection second = world.Connect();
  second.Write(Get("/held/2"));
  world.handler.WaitFor(2);
  std::thread([responder = world.handler.TakeHeld(1)]() mutable {
    responder.Send(ReplyWith(202));
  }).join();
  EXPECT_THAT(second.ReadToEnd(), StartsWith("HTTP/1.1 202 "));
  EXPECT_FALSE(first.ClosedWithin(0));
  world.handler.TakeHeld(0).Send(ReplyWith(201));
  EXPECT_THAT(first.ReadToEnd(), StartsWith("HTTP/1.1 201 "));
}

TEST(GuardedServer, RequestWithoutAnAnswerIsAnsweredServerError) {
  SetLogLevel(LogLevel::kOff);
  GuardedWorld world;
  for (const char* target : {"/drop", "/throw", "/throw/at/once"}) {
    EXPECT_THAT(world.Answer(Get(target)), StartsWith("HTTP/1.1 500 ")) << target;
  }
  EXPECT_THAT(world.Answer(Get("/fine")), EndsWith("/fine"));
  SetLogLevel(LogLevel::kWarning);
}

TEST(GuardedServer, AnswerAfterTheServersEndIsDropped) {
  std::optional<GuardedWorld> world(std::in_place);
  const RawConnection connection = world->Connect();
  connection.Write(Get("/held"));
  world->handler.WaitFor(1);
  Responder late = world->handler.TakeHeld(0);
  world.reset();
  connection.WaitForClose();
  late.Send(ReplyWith(200));
}

TEST(GuardedServer, AnswerToAPeerThatHasLeftIsDropped) {
  GuardedWorld world;
  {
    const RawConnection gone = world.Connect();
    gone.Write(Get("/held"));
    world.handler.WaitFor(1);
  }
  world.handler.TakeHeld(0).Send(ReplyWith(200));
  EXPECT_THAT(world.Answer(Get("/next")), EndsWith("/next"));
}

// Each deadline with the others out of reach: the connection ends, so the test does.
TEST(GuardedServer, HeaderHasADeadlineInTotal) {
  const GuardedWorld world({.header_timeout = Duration(20), .body_timeout = Duration(600'000)});
  const RawConnection silent = world.Connect();
  RawConnection dripping = world.Connect();
  while (dripping.Write("x") && !dripping.ClosedWithin(1)) {
  }
  EXPECT_EQ(dripping.ReadToEnd(), "");
  silent.WaitForClose();
}

TEST(GuardedServer, BodyHasADeadlineInTotal) {
  GuardedWorld world({.header_timeout = Duration(600'000), .body_timeout = Duration(20)});
  RawConnection silent = world.Connect();
  silent.Write("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhalf");
  RawConnection dripping = world.Connect();
  dripping.Write("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
  while (dripping.Write("1\r\nx\r\n") && !dripping.ClosedWithin(1)) {
  }
  EXPECT_EQ(silent.ReadToEnd(), "");
  EXPECT_THAT(world.handler.handled(), IsEmpty());
}

TEST(GuardedServer, IdleConnectionHasADeadline) {
  const GuardedWorld world({.header_timeout = Duration(600'000), .idle_timeout = Duration(20)});
  RawConnection connection = world.Connect();
  connection.Write(Get("/keep"));
  EXPECT_THAT(connection.ReadToEnd(), EndsWith("/keep"));
}

TEST(GuardedServer, ConnectionThatHasItsAnswerIsNotWaitedForLong) {
  const GuardedWorld world({.linger_timeout = Duration(20)});
  const RawConnection connection = world.Connect();
  connection.Write("nonsense\r\n\r\n");
  // Goes on sending until the server does not take it any more.
  while (connection.Write("x")) {
  }
}

TEST(GuardedServer, NoDeadlineRunsWhileARequestIsHandled) {
  GuardedWorld world({.header_timeout = Duration(1),
                      .body_timeout = Duration(1),
                      .write_timeout = Duration(600'000),
                      .idle_timeout = Duration(1)});
  RawConnection held = world.Connect();
  held.Write(Get("/held"));
  world.handler.WaitFor(1);
  const RawConnection later = world.Connect();
  later.WaitForClose();  // Its deadline began after the other one's.
  EXPECT_FALSE(held.ClosedWithin(0));
  world.handler.TakeHeld(0).Send(ReplyWith(200));
  EXPECT_THAT(held.ReadToEnd(), StartsWith("HTTP/1.1 200 "));
}

TEST(GuardedServer, BodiesInFlightHaveABudget) {
  GuardedWorld world({.max_body_bytes_in_flight = 1'500});
  RawConnection first = world.Connect();
  first.Write(Post("/held", std::string(1'000, 'x')));
  world.handler.WaitFor(1);
  const std::string chunked =
      "POST /chunked HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1f5\r\n" +
      std::string(501, 'x') + "\r\n0\r\n\r\n";
  EXPECT_THAT(world.Answer(Post("/second", std::string(501, 'x'))), StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(world.Answer(chunked), StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(world.Answer(Post("/fits", std::string(500, 'x'))), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(world.handler.refused(), ElementsAre(Pair("/second", 503), Pair("/chunked", 503)));
  world.handler.TakeHeld(0).Send(ReplyWith(200));
  first.ReadToEnd();
  EXPECT_THAT(world.Answer(chunked), StartsWith("HTTP/1.1 200 "));
}

TEST(GuardedServer, ConnectionBeyondTheLimitWaitsWhileAllOthersAreAtWork) {
  GuardedWorld world({.max_connections = 2});
  RawConnection first = world.Connect();
  first.Write(Get("/held/1"));
  const RawConnection second = world.Connect();
  second.Write(Get("/held/2"));
  world.handler.WaitFor(2);
  RawConnection third = world.Connect();
  third.Write(Get("/third"));
  EXPECT_EQ(world.server->Counts().open_connections, 2U);
  world.handler.TakeHeld(0).Send(ReplyWith(200));
  EXPECT_THAT(third.ReadToEnd(), EndsWith("/third"));
  EXPECT_FALSE(second.ClosedWithin(0));
}

// 1,000 peers that never finish a header, half of them silent, cannot keep a good one out.
TEST(GuardedServer, GoodRequestIsAnsweredBesideAThousandHalfOpenConnections) {
  GuardedWorld world;
  std::vector<RawConnection> hostile;
  hostile.reserve(1'000);
  for (int i = 0; i < 1'000; ++i) {
    hostile.push_back(world.Connect());
    if (i % 2 == 0) hostile.back().Write("GET / HTTP/1.1\r\nHost: localh");
    if (i % 100 == 99) {
      EXPECT_THAT(world.Answer(Get("/good")), EndsWith("/good"));
      for (const RawConnection& connection : hostile)
        connection.Write("x");
    }
  }
  EXPECT_THAT(world.handler.handled(), SizeIs(10));
  const ServerCounts counts = world.server->Counts();
  EXPECT_LE(counts.open_connections, 64U);
  EXPECT_EQ(counts.connections, 1'010);
  EXPECT_GE(counts.evicted, 1'000 - 64);
}

TEST(GuardedServer, OneAddressHasItsOwnLimit) {
  GuardedWorld world({.max_connections_per_address = 2});
  const RawConnection silent = world.Connect();
  RawConnection begun = world.Connect();
  begun.Write("GET / HTTP/1.1\r\n");
  const RawConnection of_another = RawConnection::To(world.server->port(), 2);
  EXPECT_THAT(world.Answer(Get("/third")), EndsWith("/third"));  // Ends the silent one.
  silent.WaitForClose();
  begun.Write("Host: localhost\r\n\r\n");
  EXPECT_THAT(begun.ReadToEnd(), StartsWith("HTTP/1.1 200 "));
  EXPECT_FALSE(of_another.ClosedWithin(0));
  EXPECT_EQ(world.server->Counts().turned_away, 0);
}

TEST(GuardedServer, AnAddressWhoseConnectionsAreAllAtWorkGetsNoMore) {
  GuardedWorld world({.max_connections_per_address = 2});
  RawConnection first = world.Connect();
  first.Write(Get("/held/1"));
  const RawConnection second = world.Connect();
  second.Write(Get("/held/2"));
  world.handler.WaitFor(2);
  RawConnection third = world.Connect();
  EXPECT_EQ(third.ReadToEnd(), "");
  RawConnection of_another = RawConnection::To(world.server->port(), 2);
  of_another.Write(Get("/other"));
  EXPECT_THAT(of_another.ReadToEnd(), EndsWith("/other"));
  EXPECT_EQ(world.server->Counts().turned_away, 1);
  world.handler.TakeHeld(0).Send(ReplyWith(200));
  first.ReadToEnd();
  EXPECT_THAT(world.Answer(Get("/again")), EndsWith("/again"));
}

// 200 peers of one address that never finish a header cannot keep another address out, although
// there is room for a few connections only.
TEST(GuardedServer, OneAddressDoesNotTakeTheRoomOfOthers) {
  GuardedWorld world({.max_connections = 16, .max_connections_per_address = 4});
  std::vector<RawConnection> quiet;
  for (std::uint32_t from = 2; from < 6; ++from) {
    quiet.push_back(RawConnection::To(world.server->port(), from));
    quiet.back().Write("GET /quiet HTTP/1.1\r\n");
  }
  std::vector<RawConnection> hostile;
  hostile.reserve(200);
  for (int i = 0; i < 200; ++i) {
    hostile.push_back(world.Connect());
    hostile.back().Write("GET / HTTP/1.1\r\nHost: localh");
  }
  for (RawConnection& connection : quiet) {
    connection.Write("Host: localhost\r\n\r\n");
    EXPECT_THAT(connection.ReadToEnd(), StartsWith("HTTP/1.1 200 "));
  }
  EXPECT_LE(world.server->Counts().open_connections, 8U);
}

TEST(GuardedServer, StopWaitsForWhatIsBeingHandledAndRefusesTheRest) {
  GuardedWorld world({.stop_timeout = Duration(600'000)});
  RawConnection idle = world.Connect();
  idle.Write(Get("/keep"));
  idle.ReadMessage();
  const RawConnection half = world.Connect();
  half.Write("GET / HT");
  RawConnection held = world.Connect();
  held.Write(Get("/held"));
  world.handler.WaitFor(2);
  std::thread stopper([&] { world.server->Stop(); });
  idle.WaitForClose();
  half.WaitForClose();
  EXPECT_FALSE(held.ClosedWithin(0));
  const int refused = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const UniqueFd owner(refused);
  const sockaddr_in address = LoopbackAddress(world.server->port());
  EXPECT_NE(::connect(refused, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  world.handler.TakeHeld(0).Send(ReplyWith(200));
  EXPECT_THAT(held.ReadToEnd(), StartsWith("HTTP/1.1 200 "));
  stopper.join();
}

TEST(GuardedServer, StopGivesUpAfterItsTime) {
  GuardedWorld world({.stop_timeout = Duration(10)});
  RawConnection held = world.Connect();
  held.Write(Get("/held"));
  world.handler.WaitFor(1);
  world.server->Stop();
  EXPECT_EQ(held.ReadToEnd(), "");
  world.handler.TakeHeld(0).Send(ReplyWith(200));
  world.server->Stop();  // Again: nothing.
  bool ran = false;
  world.server->Run([&] { ran = true; });
  EXPECT_TRUE(ran);
}

TEST(GuardedServer, HeadIsAnsweredWithoutABody) {
  GuardedWorld world;
  EXPECT_EQ(world.Answer("HEAD /a HTTP/1.1\r\nHost: localhost\r\n\r\n"),
            "HTTP/1.1 200 \r\nContent-Type: text/plain\r\nContent-Length: 2\r\n"
            "Connection: close\r\n\r\n");
}

TEST(GuardedServer, RefusedHeadsSayWhyAndAreCounted) {
  GuardedWorld world;
  EXPECT_EQ(world.Answer("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n"),
            "HTTP/1.1 400 \r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 39\r\n"
            "Connection: close\r\n\r\nhost 'evil.example' is not served here\n");
  EXPECT_THAT(world.Answer("\n"),
              EndsWith("\r\n\r\nthe header has a line end or a control character out of place\n"));
  EXPECT_THAT(world.Answer(std::string(9'000, 'x')),
              EndsWith("\r\n\r\nthe header has more than 8192 bytes\n"));
  EXPECT_EQ(world.server->Counts().refused_heads, 3);
}

}  // namespace
}  // namespace cohort_sync::http
