// systemd's side of sd_notify(3): a real datagram socket, for NOTIFY_SOCKET to name.
#ifndef COHORT_SYNC_TESTS_SUPPORT_NOTIFY_SOCKET_H_
#define COHORT_SYNC_TESTS_SUPPORT_NOTIFY_SOCKET_H_

#include <array>
#include <cstring>
#include <optional>
#include <string>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <vector>

#include "base/check.h"
#include "base/unique_fd.h"
#include "support/temp_dir.h"

namespace cohort_sync {

class NotifySocket {
 public:
  NotifySocket() : path_(directory_.File("notify")) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    CHECK(path_.size() < sizeof address.sun_path);
    std::memcpy(address.sun_path, path_.c_str(), path_.size());
    socket_ = UniqueFd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    constexpr timeval kLongest{30, 0};
    CHECK(::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &kLongest, sizeof kLongest) == 0);
    CHECK(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  }

  [[nodiscard]] const std::string& path() const { return path_; }

  // Waits for the next message; throws when none comes for half a minute.
  [[nodiscard]] std::string Next() const { return Receive(0).value(); }
  // Those that have come since the last call, without waiting.
  [[nodiscard]] std::vector<std::string> All() const {
    std::vector<std::string> all;
    while (auto message = Receive(MSG_DONTWAIT))
      all.push_back(*std::move(message));
    return all;
  }

 private:
  [[nodiscard]] std::optional<std::string> Receive(int flags) const {
    std::array<char, 4096> buffer{};
    const ssize_t size = ::recv(socket_.get(), buffer.data(), buffer.size(), flags);
    if (size < 0) return std::nullopt;
    return std::string(buffer.data(), static_cast<std::size_t>(size));
  }

  TempDir directory_;
  std::string path_;
  UniqueFd socket_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_TESTS_SUPPORT_NOTIFY_SOCKET_H_
