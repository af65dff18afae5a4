// Plain sockets on 127.0.0.1, for bytes that no library would send.
#ifndef COHORT_SYNC_TESTS_HTTP_RAW_SOCKET_H_
#define COHORT_SYNC_TESTS_HTTP_RAW_SOCKET_H_

#include <arpa/inet.h>
#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <netinet/in.h>
#include <string>
#include <string_view>
#include <sys/poll.h>
#include <sys/socket.h>
#include <thread>
#include <utility>

#include "base/check.h"
#include "base/format.h"
#include "base/unique_fd.h"

namespace cohort_sync::http {

inline sockaddr_in LoopbackAddress(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

class RawConnection {
 public:
  explicit RawConnection(UniqueFd fd) : fd_(std::move(fd)) {}

  // `from` is the last number of the address 127.0.0.N that it comes from.
  static RawConnection To(std::uint16_t port, std::uint32_t from = 1) {
    RawConnection connection(UniqueFd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)));
    sockaddr_in own = LoopbackAddress(0);
    own.sin_addr.s_addr = htonl(INADDR_LOOPBACK - 1 + from);
    if (from != 1)
      CHECK(::bind(connection.fd(), reinterpret_cast<const sockaddr*>(&own), sizeof(own)) == 0);
    const sockaddr_in address = LoopbackAddress(port);
    CHECK(::connect(
              connection.fd(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
    return connection;
  }

  [[nodiscard]] int fd() const { return fd_.get(); }

  // False when the peer does not take it.
  bool Write(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  // One message with its Content-Length body, or what came before the end of the connection.
  std::string ReadMessage() {
    constexpr std::string_view kLength = "Content-Length:";
    while (unread_.find("\r\n\r\n") == std::string::npos) {
      if (!Receive()) return std::exchange(unread_, {});
    }
    std::size_t size = unread_.find("\r\n\r\n") + 4;
    const std::size_t length = unread_.find(kLength);
    if (length < size) size += std::stoul(unread_.substr(length + kLength.size()));
    while (unread_.size() < size) {
      if (!Receive()) return std::exchange(unread_, {});
    }
    std::string message = unread_.substr(0, size);
    unread_.erase(0, size);
    return message;
  }

  // Everything up to the end of the connection.
  std::string ReadToEnd() {
    while (Receive()) {
    }
    return std::exchange(unread_, {});
  }

  // Did the connection end with a reset (and not in good order)? Waits for the end.
  bool EndsWithReset() {
    while (Receive()) {
    }
    return was_reset_;
  }

  // Waits until the peer closes, at most for `millis`; true when it has.
  [[nodiscard]] bool ClosedWithin(int millis) const {
    pollfd peer{.fd = fd(), .events = POLLRDHUP, .revents = 0};
    return ::poll(&peer, 1, millis) > 0;
  }
  void WaitForClose() const { static_cast<void>(ClosedWithin(-1)); }

 private:
  bool Receive() {
    std::array<char, 65'536> buffer;
    const ssize_t count = ::recv(fd(), buffer.data(), buffer.size(), 0);
    was_reset_ = count < 0;
    if (count > 0) unread_.append(buffer.data(), static_cast<std::size_t>(count));
    return count > 0;
  }

  UniqueFd fd_;
  std::string unread_;
  bool was_reset_ = false;
};

// Serves each connection by `serve` on a thread of its own and closes it after that. Destruction
// shuts all connections down, so that no `serve` waits for ever.
class RawServer {
 public:
  explicit RawServer(std::function<void(RawConnection&)> serve)
      : serve_(std::move(serve)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = LoopbackAddress(0);
    socklen_t size = sizeof(address);
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    CHECK(::bind(listener_.get(), generic, size) == 0);
    CHECK(::listen(listener_.get(), 128) == 0);
    CHECK(::getsockname(listener_.get(), generic, &size) == 0);
    port_ = ntohs(address.sin_port);
    acceptor_ = std::jthread([this] { Accept(); });
  }
  ~RawServer() {
    ::shutdown(listener_.get(), SHUT_RDWR);
    acceptor_.join();
    {
      const std::lock_guard lock(mutex_);
      for (const int fd : open_)
        ::shutdown(fd, SHUT_RDWR);
    }
    threads_.clear();
  }
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  [[nodiscard]] std::string url() const { return Format("http://127.0.0.1:{}", port_); }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] int connections() const { return connections_; }

 private:
  struct Serving {
    std::shared_ptr<std::atomic<bool>> ended;
    std::jthread thread;
  };

  void Accept() {
    for (;;) {
      UniqueFd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!fd.valid()) return;
      ++connections_;
      {
        const std::lock_guard lock(mutex_);
        open_.push_back(fd.get());
      }
      // Those that have ended, so that tests may open thousands of connections.
      threads_.remove_if([](const Serving& serving) { return serving.ended->load(); });
      const auto ended = std::make_shared<std::atomic<bool>>(false);
      auto serve = [this, ended, connection = RawConnection(std::move(fd))]() mutable {
        serve_(connection);
        // Under the lock, so that the descriptor is not shut down after it became another's.
        const std::lock_guard lock(mutex_);
        open_.remove(connection.fd());
        const RawConnection closed = std::move(connection);
        ended->store(true);
      };
      threads_.push_back({ended, std::jthread(std::move(serve))});
    }
  }

  const std::function<void(RawConnection&)> serve_;
  UniqueFd listener_;
  std::uint16_t port_ = 0;
  std::atomic<int> connections_{0};
  std::mutex mutex_;
  std::list<int> open_;
  std::list<Serving> threads_;  // Of the acceptor while it runs.
  std::jthread acceptor_;
};

// A port that nobody listens on (any more).
inline std::uint16_t UnusedPort() {
  return RawServer([](RawConnection&) {}).port();
}

}  // namespace cohort_sync::http

#endif  // COHORT_SYNC_TESTS_HTTP_RAW_SOCKET_H_
