// What cpprestsdk does with connections that die, under load: requests that arrive, against Sends.
#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <latch>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "base/check.h"
#include "base/format.h"
#include "http/client_helpers.h"
#include "http/server.h"
#include "support/fake_random.h"

namespace cohort_sync::http {
namespace {

constexpr const char* kHead = "HTTP/1.1 200 OK\r\nContent-Length: ";

// What a server did with a request.
enum class Fate { kUnread, kClosed, kHalfAnswered, kAnswered };

// Reads requests for "/NUMBER" and keeps their connections, but now and then closes one: with the
// request unread, read, half answered, or answered.
class MoodyServer {
 public:
  explicit MoodyServer(std::size_t requests) : arrivals_(requests), fates_(requests) {}

  [[nodiscard]] std::string url() const { return server_.url(); }
  [[nodiscard]] int connections() const { return server_.connections(); }
  [[nodiscard]] int arrivals(std::size_t request) const { return arrivals_[request]; }
  [[nodiscard]] Fate fate(std::size_t request) const { return fates_[request]; }

 private:
  Fate Draw(bool& keep) {
    const std::lock_guard lock(mutex_);
    const std::uint64_t drawn = random_.Below(12);
    keep = drawn > 3;
    return keep ? Fate::kAnswered
                : std::array{Fate::kUnread, Fate::kClosed, Fate::kHalfAnswered, Fate::kAnswered}.at(
                      drawn);
  }

  void Serve(RawConnection& connection) {
    for (bool keep = true; keep;) {
      const Fate fate = Draw(keep);
      if (fate == Fate::kUnread) {
        pollfd request{.fd = connection.fd(), .events = POLLIN, .revents = 0};
        static_cast<void>(::poll(&request, 1, -1));
        return;
      }
      const std::string message = connection.ReadMessage();
      if (message.empty()) return;
      const std::size_t number = std::stoul(message.substr(message.find('/') + 1));
      ++arrivals_[number];
      fates_[number] = fate;
      if (fate == Fate::kClosed) return;
      const std::string body = std::to_string(number);
      const std::string answer = Format("{}{}\r\n\r\n{}", kHead, body.size(), body);
      connection.Write(fate == Fate::kAnswered ? answer : answer.substr(0, answer.size() / 2));
      if (fate == Fate::kHalfAnswered) return;
    }
  }

  std::mutex mutex_;
  FakeRandom random_{7};
  std::vector<std::atomic<int>> arrivals_;
  std::vector<std::atomic<Fate>> fates_;
  RawServer server_{[this](RawConnection& connection) { Serve(connection); }};
};

// Sends `number` writes, `window` of them at a time, and waits for their answers.
class Sender {
 public:
  Sender(Client& client, std::size_t number, std::size_t window)
      : client_(client),
        answers_(number),
        ends_(number),
        left_(static_cast<std::ptrdiff_t>(number)) {
    for (std::size_t i = 0; i < window; ++i)
      SendNext();
    left_.wait();
  }

  [[nodiscard]] const Answer& answer(std::size_t request) const { return *answers_[request]; }
  // How often `done` was called.
  [[nodiscard]] int ends(std::size_t request) const { return ends_[request]; }

 private:
  void SendNext() {
    const std::size_t number = next_++;
    if (number >= answers_.size()) return;
    constexpr std::array kMethods = {"POST", "PUT", "DELETE"};
    const Request request{.method = kMethods.at(number % kMethods.size()),
                          .target = "/" + std::to_string(number),
                          .body = number % 2 == 0 ? "" : "{}"};
    client_.Send(request, [this, number](Answer answer) {
      answers_[number] = std::move(answer);
      if (++ends_[number] > 1) return;
      SendNext();
      left_.count_down();
    });
  }

  Client& client_;
  std::atomic<std::size_t> next_ = 0;
  std::vector<std::optional<Answer>> answers_;
  std::vector<std::atomic<int>> ends_;
  std::latch left_;
};

// faults.md F12: ten thousand requests, a third of their connections die.
TEST(ClientConnections, EachSendIsOneRequestWhateverItsConnectionDoes) {
  constexpr std::size_t kRequests = 10'000;
  MoodyServer server(kRequests);
  auto client = ClientFor(server.url());
  const Sender sender(*client, kRequests, 16);
  client.reset();
  std::size_t answered = 0;
  for (std::size_t i = 0; i < kRequests; ++i) {
    ASSERT_EQ(sender.ends(i), 1) << i;
    ASSERT_LE(server.arrivals(i), 1) << i;
    const Answer& answer = sender.answer(i);
    if (server.arrivals(i) == 1 && server.fate(i) == Fate::kAnswered) {
      ASSERT_TRUE(answer) << i << ": " << answer.error().message;
      EXPECT_EQ(answer->body, std::to_string(i));
      ++answered;
    } else {
      // Not kNotSent, also where it was not read: the client cannot tell.
      ASSERT_FALSE(answer) << i;
      EXPECT_EQ(answer.error().kind, FailureKind::kCutOff) << i << ": " << answer.error().message;
    }
  }
  EXPECT_GT(answered, kRequests / 2);
  EXPECT_GT(server.connections(), 1'000);
}

// Answers the first `first` requests when all of them are there, so that each has a connection of
// its own, and closes these after that.
class IdleClosingServer {
 public:
  explicit IdleClosingServer(int first) : first_(first), together_(first), closed_(first) {}

  [[nodiscard]] std::string url() const { return server_.url(); }
  [[nodiscard]] int arrived() const { return arrived_; }
  void WaitUntilClosed() { closed_.wait(); }

 private:
  void Serve(RawConnection& connection) {
    while (!connection.ReadMessage().empty()) {
      const bool is_first = ++arrived_ <= first_;
      if (is_first) together_.arrive_and_wait();
      connection.Write(Format("{}2\r\n\r\nok", kHead));
      if (!is_first) continue;
      { const RawConnection ended = std::move(connection); }
      closed_.count_down();
      return;
    }
  }

  const int first_;
  std::atomic<int> arrived_ = 0;
  std::latch together_;
  std::latch closed_;
  RawServer server_{[this](RawConnection& connection) { Serve(connection); }};
};

// performance.md 3.4.
TEST(ClientConnections, ConnectionsClosedWhileIdleFailNobody) {
  constexpr std::size_t kConnections = 32;
  for (int round = 0; round < 20; ++round) {
    IdleClosingServer server(kConnections);
    const auto client = ClientFor(server.url());
    const Sender first(*client, kConnections, kConnections);
    server.WaitUntilClosed();
    const Sender second(*client, 2 * kConnections, 4);
    for (std::size_t i = 0; i < 2 * kConnections; ++i)
      ASSERT_TRUE(second.answer(i)) << i << ": " << second.answer(i).error().message;
    EXPECT_EQ(server.arrived(), 3 * kConnections);
  }
}

// performance.md 3.2: there is no limit inside; the dispatcher's window is one.
TEST(ClientConcurrency, TwoThousandRequestsAtOnceComplete) {
  constexpr std::size_t kRequests = 2'000;
  const auto server = Server::Start({}, [](const Request& request) {
                        Reply reply;
                        reply.response.body = request.target;
                        reply.delay = Duration(50);
                        return reply;
                      }).value();
  const auto client = ClientFor(server->url(), Duration(120'000));
  const Sender sender(*client, kRequests, kRequests);
  for (std::size_t i = 0; i < kRequests; ++i) {
    ASSERT_TRUE(sender.answer(i)) << i << ": " << sender.answer(i).error().message;
    EXPECT_EQ(sender.answer(i)->body, "/" + std::to_string(i));
  }
}

// performance.md 3.1.
TEST(ClientConcurrency, OneThreadServesAllClients) {
  constexpr int kRequests = 200;
  const RawServer server = Answering(Format("{}2\r\n\r\nok", kHead));
  const std::array clients = {ClientFor(server.url()), ClientFor(server.url())};
  std::latch answered(kRequests);
  std::mutex mutex;
  std::set<std::thread::id> threads;
  for (std::size_t i = 0; i < kRequests; ++i) {
    clients.at(i % clients.size())->Send(Post("x"), [&](const Answer& answer) {
      EXPECT_TRUE(answer);
      {
        const std::lock_guard lock(mutex);
        threads.insert(std::this_thread::get_id());
      }
      answered.count_down();
    });
  }
  answered.wait();
  EXPECT_EQ(threads.size(), 1U);
}

}  // namespace
}  // namespace cohort_sync::http
