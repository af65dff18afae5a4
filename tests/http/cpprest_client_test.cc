#include <atomic>
#include <future>
#include <latch>
#include <map>
#include <mutex>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/format.h"
#include "http/client.h"
#include "http/raw_socket.h"
#include "http/server.h"

namespace cohort_sync::http {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr Duration kShort{60};

std::unique_ptr<Client> ClientFor(const std::string& url,
                                  Duration timeout = Duration(10'000),
                                  std::size_t max_response_bytes = 1U << 20U) {
  return MakeClient({.base_url = url, .timeout = timeout, .max_response_bytes = max_response_bytes})
      .value();
}

Request Get(std::string target = "/") {
  return {.target = std::move(target)};
}
Request Post(std::string body) {
  return {.method = "POST", .target = "/", .body = std::move(body)};
}

// A server that answers every message on every connection with the same bytes.
RawServer Answering(std::string answer) {
  return RawServer([answer = std::move(answer)](RawConnection& connection) {
    while (!connection.ReadMessage().empty()) {
      if (!connection.Write(answer)) return;
    }
  });
}
// The same, and then closes.
RawServer AnsweringOnce(std::string answer) {
  return RawServer([answer = std::move(answer)](RawConnection& connection) {
    connection.ReadMessage();
    connection.Write(answer);
  });
}

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

class ClientTest : public ::testing::Test {
 protected:
  // Keeps what arrived, and answers 200 with the target as body.
  ClientTest()
      : server_(Server::Start({},
                              [this](const Request& request) {
                                requests_.push_back(request);
                                Reply reply;
                                reply.response.body = request.target;
                                return reply;
                              })
                    .value()),
        client_(ClientFor(server_->url())) {}

  std::vector<Request> Arrived() {
    std::vector<Request> requests;
    server_->Run([&] { requests = requests_; });
    return requests;
  }

  std::vector<Request> requests_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<Client> client_;
};

TEST_F(ClientTest, AnswerHasStatusHeadersAndBody) {
  const auto server =
      Server::Start({}, [](const Request&) {
        Reply reply;
        reply.response = {
            .status = 418, .headers = {{"X-Kind", "teapot"}}, .body = "short and stout"};
        return reply;
      }).value();
  const Answer answer = ClientFor(server->url())->SendAndWait(Get());
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 418);
  EXPECT_EQ(answer->headers.Find("x-kind"), "teapot");
  EXPECT_EQ(answer->body, "short and stout");
}

TEST_F(ClientTest, RequestArrivesAsGiven) {
  const Request request{.method = "PUT",
                        .target = "/v2/contacts",
                        .headers = {{"Content-Type", "application/json"}, {"X-Key", "a \t b"}},
                        .body = R"({"list": true})"};
  ASSERT_TRUE(client_->SendAndWait(request));
  const Request arrived = Arrived().at(0);
  EXPECT_EQ(arrived.method, "PUT");
  EXPECT_EQ(arrived.body, R"({"list": true})");
  EXPECT_EQ(arrived.headers.Find("Content-Type"), "application/json");
  EXPECT_EQ(arrived.headers.Find("X-Key"), "a \t b");
  EXPECT_EQ(arrived.headers.Find("Content-Length"), "14");
  EXPECT_EQ(arrived.headers.Find("Host"), server_->url().substr(7));
}

TEST_F(ClientTest, TargetGoesOnTheWireByteForByte) {
  for (const std::string target : {"/v2/contacts/email:a%2Bb%40x.com",
                                   "/v2/contacts/email:a+b@x.com",
                                   "/a%2fb%2Fc/../%7e~?x=%20y&z=1,2&empty=&k=a/b?c",
                                   "/%e2%82%ac;v=1//double/",
                                   "/?q=1"}) {
    const Answer answer = client_->SendAndWait(Get(target));
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->body, target);
  }
}

TEST_F(ClientTest, TargetThatWouldBeChangedIsNotSent) {
  for (const std::string target :
       {"", "relative", "//host/path", "/a b", "/a#b", "/a\r\nX: y", "/\xC3\xA9", "/a?"}) {
    const Answer answer = client_->SendAndWait(Get(target));
    ASSERT_FALSE(answer) << target;
    EXPECT_EQ(answer.error().kind, FailureKind::kNotSent);
    EXPECT_THAT(answer.error().message, HasSubstr("target '"));
  }
  EXPECT_TRUE(Arrived().empty());
}

TEST_F(ClientTest, HeaderThatWouldInjectAnotherIsNotSent) {
  const std::vector<std::pair<std::string, std::string>> fields = {
      {"X", "a\r\nY: b"}, {"X", "a\nb"}, {"X", std::string(1, '\0')}, {"X: y", "z"}, {"", "z"}};
  for (const auto& [name, value] : fields) {
    Request request = Get();
    request.headers.Add(name, value);
    const Answer answer = client_->SendAndWait(request);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, FailureKind::kNotSent);
    EXPECT_THAT(answer.error().message, HasSubstr("header"));
  }
  EXPECT_TRUE(Arrived().empty());
}

TEST_F(ClientTest, FramingAndHostCannotBeSetByTheCaller) {
  for (const char* name : {"Host", "content-length", "Transfer-Encoding", "Connection"}) {
    Request request = Get();
    request.headers.Add(name, "1");
    const Answer answer = client_->SendAndWait(request);
    ASSERT_FALSE(answer) << name;
    EXPECT_EQ(answer.error().message,
              Format("{}: header '{}' is the client's own", server_->url(), name));
  }
}

TEST_F(ClientTest, OneUserAgentIsSent) {
  Request named = Get("/named");
  named.headers.Add("User-Agent", "probe");
  ASSERT_TRUE(client_->SendAndWait(Get()));
  ASSERT_TRUE(client_->SendAndWait(named));
  EXPECT_EQ(Arrived().at(0).headers.Find("User-Agent"), "cohort-sync");
  EXPECT_EQ(Arrived().at(1).headers.Find("User-Agent"), "probe");
}

TEST_F(ClientTest, NothingIsAddedThatNobodyAskedFor) {
  ASSERT_TRUE(client_->SendAndWait(Post("x")));
  ASSERT_TRUE(client_->SendAndWait({.method = "DELETE", .target = "/x"}));
  for (const Request& request : Arrived()) {
    EXPECT_FALSE(request.headers.Find("Content-Type"));
    EXPECT_FALSE(request.headers.Find("Accept-Encoding"));
    EXPECT_FALSE(request.headers.Find("TE"));
    EXPECT_FALSE(request.headers.Find("Transfer-Encoding"));
  }
}

TEST_F(ClientTest, ConnectionIsReused) {
  const RawServer server = Answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  const auto client = ClientFor(server.url());
  for (int i = 0; i < 5; ++i)
    ASSERT_TRUE(client->SendAndWait(Post("x")));
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(ClientTest, RedirectIsReturnedAsItIs) {
  const auto server = Server::Start({}, [this](const Request& request) {
                        Reply reply;
                        reply.response.status = request.method == "GET" ? 302 : 301;
                        reply.response.headers.Add("Location", server_->url() + "/elsewhere");
                        return reply;
                      }).value();
  const auto client = ClientFor(server->url());
  const Answer read = client->SendAndWait(Get());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->status, 302);
  EXPECT_EQ(read->headers.Find("Location"), server_->url() + "/elsewhere");
  const Answer written = client->SendAndWait(Post("x"));
  ASSERT_TRUE(written);
  EXPECT_EQ(written->status, 301);
  EXPECT_TRUE(Arrived().empty());
}

TEST_F(ClientTest, ContentEncodingIsNotUndone) {
  const RawServer server =
      Answering("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b!!");
  const Answer answer = ClientFor(server.url())->SendAndWait(Get());
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "\x1f\x8b!!");
}

TEST_F(ClientTest, ChunksAreJoined) {
  const std::string body(100'000, 'x');
  const auto server = Server::Start({}, [&](const Request&) {
                        Reply reply;
                        reply.response.body = body;
                        reply.chunked = true;
                        return reply;
                      }).value();
  const Answer answer = ClientFor(server->url())->SendAndWait(Get());
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, body);
}

TEST_F(ClientTest, BodyThatEndsWithTheConnectionIsTaken) {
  const RawServer server = AnsweringOnce("HTTP/1.1 200 OK\r\n\r\n{\"a\":1}");
  const Answer answer = ClientFor(server.url())->SendAndWait(Get());
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "{\"a\":1}");
}

TEST_F(ClientTest, ProxyOfTheEnvironmentIsIgnored) {
  const std::string proxy = Format("http://127.0.0.1:{}", UnusedPort());
  for (const char* name : {"http_proxy", "HTTP_PROXY", "all_proxy"}) {
    ::setenv(name, proxy.c_str(), 1);  // NOLINT(concurrency-mt-unsafe): nobody reads it now.
  }
  const Answer answer = ClientFor(server_->url())->SendAndWait(Get("/direct"));
  for (const char* name : {"http_proxy", "HTTP_PROXY", "all_proxy"}) {
    ::unsetenv(name);  // NOLINT(concurrency-mt-unsafe)
  }
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "/direct");
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

TEST(ClientFailures, DripIsTimedOutInTotal) {
  const RawServer server([](RawConnection& connection) {
    connection.ReadMessage();
    connection.Write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    while (!connection.ClosedWithin(5))
      connection.Write("1\r\nx\r\n");
  });
  EXPECT_EQ(FailureFrom(server, kShort).kind, FailureKind::kTimedOut);
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
  for (const char* size : {"-1", "-2", "zz", "ffffffff", ""}) {
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

// The answer to the request after it must not be mistaken.
TEST(ClientConnections, InterimAnswerEndsItsConnection) {
  const RawServer server([](RawConnection& connection) {
    for (int i = 0; !connection.ReadMessage().empty(); ++i) {
      if (i == 0) connection.Write("HTTP/1.1 103 Early Hints\r\n\r\n");
      connection.Write("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n" + std::to_string(i));
    }
  });
  const auto client = ClientFor(server.url());
  const Answer interim = client->SendAndWait(Post("x"));
  ASSERT_FALSE(interim);
  EXPECT_EQ(interim.error().kind, FailureKind::kCutOff);
  EXPECT_EQ(interim.error().message, server.url() + ": interim answer 103");
  EXPECT_FALSE(client->SendAndWait(Post("x")));
  EXPECT_EQ(server.connections(), 2);
}

TEST(ClientConnections, ConnectionClosedWhileIdleIsNotUsed) {
  std::atomic<int> arrived = 0;
  std::latch closed(1);
  RawServer server([&](RawConnection& connection) {
    if (!connection.ReadMessage().empty()) ++arrived;
    connection.Write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    if (server.connections() == 1) {
      { const RawConnection ended = std::move(connection); }
      closed.count_down();
    }
  });
  const auto client = ClientFor(server.url());
  ASSERT_TRUE(client->SendAndWait(Post("x")));
  closed.wait();
  const Answer second = client->SendAndWait(Post("x"));
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_EQ(arrived, 2);
  EXPECT_EQ(server.connections(), 2);
}

// Answers the first request of a connection and closes in place of an answer to the second.
class DyingServer {
 public:
  [[nodiscard]] std::string url() const { return server_.url(); }
  [[nodiscard]] int arrived() const { return arrived_; }

 private:
  std::atomic<int> arrived_ = 0;
  RawServer server_{[this](RawConnection& connection) {
    if (connection.ReadMessage().empty()) return;
    ++arrived_;
    connection.Write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    if (!connection.ReadMessage().empty()) ++arrived_;
  }};
};

TEST(ClientConnections, WriteIsNotRepeatedWhenItsConnectionDies) {
  for (const char* method : {"POST", "PUT", "DELETE"}) {
    const DyingServer server;
    const auto client = ClientFor(server.url());
    for (const std::string body : {"", "x"}) {
      const Request request{.method = method, .target = "/", .body = body};
      const Answer first = client->SendAndWait(request);
      ASSERT_TRUE(first) << method << " '" << body << "' " << first.error().message;
      const int before = server.arrived();
      const Answer second = client->SendAndWait(request);
      ASSERT_FALSE(second) << method;
      EXPECT_EQ(second.error().kind, FailureKind::kCutOff);
      EXPECT_EQ(server.arrived(), before + 1) << method;
    }
  }
}

TEST(ClientConnections, ReadIsRepeatedWhenItsConnectionDies) {
  const DyingServer server;
  const auto client = ClientFor(server.url());
  ASSERT_TRUE(client->SendAndWait(Get()));
  EXPECT_TRUE(client->SendAndWait(Get()));
  EXPECT_EQ(server.arrived(), 3);
}

TEST(ClientConcurrency, ManyRequestsInFlightComplete) {
  constexpr int kRequests = 64;
  const auto server = Server::Start({}, [](const Request& request) {
                        Reply reply;
                        reply.response.body = request.body;
                        reply.delay = Duration(20);
                        return reply;
                      }).value();
  const auto client = ClientFor(server->url());
  std::latch answered(kRequests);
  std::mutex mutex;
  std::map<std::string, std::string> answers;
  for (int i = 0; i < kRequests; ++i) {
    const std::string body = std::to_string(i);
    client->Send(Post(body), [&, body](Answer answer) {
      {
        const std::lock_guard lock(mutex);
        answers[body] = answer ? answer->body : answer.error().message;
      }
      answered.count_down();
    });
  }
  answered.wait();
  for (int i = 0; i < kRequests; ++i)
    EXPECT_EQ(answers[std::to_string(i)], std::to_string(i));
}

TEST(ClientConcurrency, DoneMaySendTheNextRequest) {
  const RawServer server = Answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  const auto client = ClientFor(server.url());
  std::promise<int> finished;
  int count = 0;
  const std::function<void(Answer)> next = [&](const Answer& answer) {
    if (!answer || ++count == 100) return finished.set_value(count);
    client->Send(Post("x"), next);
  };
  client->Send(Post("x"), next);
  EXPECT_EQ(finished.get_future().get(), 100);
}

TEST(ClientConcurrency, DestructionEndsRequestsInFlightOnce) {
  constexpr int kRequests = 32;
  const RawServer server([](RawConnection& connection) { connection.WaitForClose(); });
  auto client = ClientFor(server.url());
  std::atomic<int> interrupted = 0;
  std::atomic<int> other = 0;
  for (int i = 0; i < kRequests; ++i) {
    client->Send(Post("x"), [&](const Answer& answer) {
      const bool expected = !answer && answer.error().kind == FailureKind::kInterrupted;
      ++(expected ? interrupted : other);
    });
  }
  client.reset();
  EXPECT_EQ(interrupted, kRequests);
  EXPECT_EQ(other, 0);
}

TEST(ClientConcurrency, AnswerAndDeadlineTogetherGiveOneOutcome) {
  const RawServer server([](RawConnection& connection) {
    while (!connection.ReadMessage().empty()) {
      static_cast<void>(connection.ClosedWithin(2));
      connection.Write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    }
  });
  const auto client = ClientFor(server.url(), Duration(2));
  for (int i = 0; i < 100; ++i) {
    std::promise<void> once;  // Throws when it is set again.
    client->Send(Post("x"), [&](const Answer&) { once.set_value(); });
    once.get_future().get();
  }
}

TEST(MakeClient, BaseUrlThatIsNotAcceptableIsRefused) {
  const auto client = MakeClient({.base_url = "http://example.com"});
  ASSERT_FALSE(client);
  EXPECT_EQ(client.error().code(), ErrorCode::kConfiguration);
  EXPECT_EQ(client.error().message(),
            "base url 'http://example.com': plain http is accepted for loopback addresses only; "
            "use https");
}

}  // namespace
}  // namespace cohort_sync::http
