#include <array>
#include <atomic>
#include <future>
#include <latch>
#include <map>
#include <mutex>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/format.h"
#include "http/client_helpers.h"
#include "http/server.h"

namespace cohort_sync::http {
namespace {

using ::testing::HasSubstr;

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
  constexpr std::array kNames = {
      "http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};
  const RawServer proxy([](RawConnection& connection) { connection.WaitForClose(); });
  const RawServer secure([](RawConnection&) {});
  for (const char* name : kNames)
    ::setenv(name, proxy.url().c_str(), 1);  // NOLINT(concurrency-mt-unsafe): nobody reads it now.
  const Answer answer = ClientFor(server_->url())->SendAndWait(Get("/direct"));
  const Answer tls =
      ClientFor(Format("https://127.0.0.1:{}", secure.port()))->SendAndWait(Get("/direct"));
  for (const char* name : kNames)
    ::unsetenv(name);  // NOLINT(concurrency-mt-unsafe)
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "/direct");
  EXPECT_FALSE(tls);
  EXPECT_EQ(secure.connections(), 1);
  EXPECT_EQ(proxy.connections(), 0);
}

// The answer that follows it, to the same request, must not be taken for that to the next one.
TEST(ClientConnections, InterimAnswerEndsItsConnection) {
  RawServer server([&](RawConnection& connection) {
    const bool is_first = server.connections() == 1;
    connection.ReadMessage();
    if (is_first) {
      connection.Write("HTTP/1.1 103 Early Hints\r\n\r\n");
      if (connection.ReadMessage().empty()) return;
    }
    connection.Write("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n");
    connection.Write(is_first ? "1" : "2");
  });
  const auto client = ClientFor(server.url());
  const Answer interim = client->SendAndWait(Post("x"));
  ASSERT_FALSE(interim);
  EXPECT_EQ(interim.error().kind, FailureKind::kCutOff);
  EXPECT_EQ(interim.error().message, server.url() + ": interim answer 103");
  const Answer next = client->SendAndWait(Post("x"));
  ASSERT_TRUE(next) << next.error().message;
  EXPECT_EQ(next->body, "2");
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
