// Answers every request with Cordial's usual answer to a contact write, at once or after a fixed
// time: what scripts/bench delivers to. It looks at nothing but where a request ends, so that it
// costs a fraction of what its clients cost.
//
//   instant_server [LATENCY_MS]     prints its port; until it is killed. GET /count says how many
//   other requests it has answered.
//
// The wait is a queue of due times before one timer; no thread sleeps for a request.
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <iostream>
#include <map>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/text.h"

namespace cohort_sync::bench {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::string_view kAnswer =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 77\r\n\r\n"
    R"({"success":true,"message":"contact created","cID":"64c8f1a20b5d3e7f90a1b2c3"})";

int Checked(int result, const char* what) {
  if (result < 0) throw std::runtime_error(what);
  return result;
}

class InstantServer {
 public:
  explicit InstantServer(std::chrono::milliseconds latency)
      : latency_(latency),
        listener_(Checked(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), "socket")),
        timer_(Checked(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK), "timerfd_create")),
        epoll_(Checked(::epoll_create1(0), "epoll_create1")) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* const plain = reinterpret_cast<sockaddr*>(&address);
    Checked(::bind(listener_, plain, size), "bind");
    Checked(::listen(listener_, SOMAXCONN), "listen");
    Checked(::getsockname(listener_, plain, &size), "getsockname");
    port_ = ntohs(address.sin_port);
    Watch(listener_);
    Watch(timer_);
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }

  [[noreturn]] void Run() {
    constexpr int kMostEvents = 256;
    epoll_event events[kMostEvents];
    for (;;) {
      const int ready = ::epoll_wait(epoll_, events, kMostEvents, -1);
      if (ready < 0 && errno != EINTR) throw std::runtime_error("epoll_wait");
      for (int i = 0; i < ready; ++i) {
        const int fd = events[i].data.fd;
        if (fd == listener_) {
          Accept();
        } else if (fd == timer_) {
          AnswerDue();
        } else {
          Read(fd);
        }
      }
    }
  }

 private:
  struct Connection {
    std::uint64_t serial = 0;  // Descriptors come again, serials do not.
    std::string input;
  };
  struct Due {
    Steady::time_point at;
    int fd;
    std::uint64_t serial;
  };

  void Watch(int fd) const {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    Checked(::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
  }

  void Accept() {
    for (;;) {
      const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK);
      if (fd < 0) return;
      const int on = 1;
      ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
      connections_[fd] = {++last_serial_, {}};
      Watch(fd);
    }
  }

  void Read(int fd) {
    char bytes[16'384];
    const ssize_t got = ::read(fd, bytes, sizeof(bytes));
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
      ::close(fd);
      connections_.erase(fd);
      return;
    }
    Connection& connection = connections_[fd];
    connection.input.append(bytes, static_cast<std::size_t>(got));
    while (const std::optional<std::size_t> end = EndOfRequest(connection.input)) {
      const bool asks_for_count = connection.input.starts_with("GET /count ");
      connection.input.erase(0, *end);
      if (asks_for_count) {
        AnswerCount(fd);
        continue;
      }
      ++answered_;
      if (latency_.count() == 0) {
        Write(fd, kAnswer);
      } else {
        due_.push_back({Steady::now() + latency_, fd, connection.serial});
        if (due_.size() == 1) SetTimer();
      }
    }
  }

  // How long the first request in `input` is; nullopt while it is not whole.
  static std::optional<std::size_t> EndOfRequest(std::string_view input) {
    constexpr std::string_view kLength = "\r\nContent-Length: ";
    const std::size_t end = input.find("\r\n\r\n");
    if (end == std::string_view::npos) return std::nullopt;
    const std::size_t field = input.substr(0, end).find(kLength);
    std::size_t body = 0;
    if (field != std::string_view::npos)
      body = std::strtoull(input.data() + field + kLength.size(), nullptr, 10);
    const std::size_t size = end + 4 + body;
    return size <= input.size() ? std::optional(size) : std::nullopt;
  }

  // Answers are small and awaited one by one: they fit into the socket's buffer.
  static void Write(int fd, std::string_view bytes) {
    if (::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0 && errno == EAGAIN)
      throw std::runtime_error("a client does not read its answers");
  }

  void AnswerCount(int fd) const {
    const std::string body = std::to_string(answered_);
    Write(fd,
          "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  }

  void SetTimer() const {
    const auto left =
        std::chrono::duration_cast<std::chrono::nanoseconds>(due_.front().at - Steady::now());
    itimerspec spec{};
    spec.it_value.tv_nsec = std::max<std::int64_t>(1, left.count());
    spec.it_value.tv_sec = spec.it_value.tv_nsec / 1'000'000'000;
    spec.it_value.tv_nsec %= 1'000'000'000;
    Checked(::timerfd_settime(timer_, 0, &spec, nullptr), "timerfd_settime");
  }

  void AnswerDue() {
    std::uint64_t expirations = 0;
    if (::read(timer_, &expirations, sizeof(expirations)) < 0) return;
    const auto now = Steady::now();
    for (; !due_.empty() && due_.front().at <= now; due_.pop_front()) {
      const auto connection = connections_.find(due_.front().fd);
      if (connection != connections_.end() && connection->second.serial == due_.front().serial)
        Write(due_.front().fd, kAnswer);
    }
    if (!due_.empty()) SetTimer();
  }

  const std::chrono::milliseconds latency_;
  const int listener_;
  const int timer_;
  const int epoll_;
  std::uint16_t port_ = 0;
  std::map<int, Connection> connections_;
  std::deque<Due> due_;
  std::uint64_t last_serial_ = 0;
  std::uint64_t answered_ = 0;
};

}  // namespace
}  // namespace cohort_sync::bench

int main(int argc, char** argv) {
  try {
    const auto latency = argc > 1 ? cohort_sync::ParseInteger(argv[1]) : 0;
    if (argc > 2 || !latency || *latency < 0) {
      std::cerr << "instant_server: say LATENCY_MS or nothing\n";
      return 2;
    }
    cohort_sync::bench::InstantServer server{std::chrono::milliseconds(*latency)};
    std::cout << server.port() << std::endl;
    server.Run();
  } catch (const std::exception& error) {
    std::cerr << "instant_server: " << error.what() << '\n';
  }
  return 1;
}
