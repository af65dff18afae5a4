#include "web/control_socket.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <fcntl.h>
#include <filesystem>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "base/format.h"

namespace cohort_sync::web {
namespace {

using Json = nlohmann::json;

constexpr int kBacklog = 16;
constexpr mode_t kOwnerOnly = 0600;
constexpr std::size_t kHeadBytes = 5;

tl::unexpected<Error> SystemFailure(ErrorCode code, const std::string& path, const char* what) {
  return Fail(code,
              Format("control socket '{}': cannot {}: {}",
                     path,
                     what,
                     std::generic_category().message(errno)));
}

struct Address {
  UniqueFd directory;  // Open while the address is used, when it goes through it.
  sockaddr_un name{};
};

bool SetName(Address& address, const std::string& name) {
  if (name.size() >= sizeof address.name.sun_path) return false;
  address.name.sun_family = AF_UNIX;
  std::copy(name.begin(), name.end(), std::begin(address.name.sun_path));
  return true;
}

// A path that is too long goes through its open directory. Only such a one: a chroot may have no
// /proc.
Result<Address> AddressOf(const std::string& path) {
  Address address;
  if (SetName(address, path)) return address;
  const std::filesystem::path whole(path);
  const std::filesystem::path parent = whole.has_parent_path() ? whole.parent_path() : ".";
  address.directory = UniqueFd(::open(parent.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!address.directory.valid())
    return SystemFailure(ErrorCode::kUnavailable, path, "open its directory");
  const std::string name =
      Format("/proc/self/fd/{}/{}", address.directory.get(), whole.filename().string());
  if (SetName(address, name)) return address;
  errno = ENAMETOOLONG;
  return SystemFailure(ErrorCode::kUnavailable, path, "use its name");
}

const sockaddr* Generic(const sockaddr_un& name) {
  return reinterpret_cast<const sockaddr*>(&name);  // As the system's interface has it.
}

bool WaitFor(int socket, short events, Duration timeout) {
  pollfd ready{socket, events, 0};
  int result = 0;
  do {
    result = ::poll(&ready, 1, static_cast<int>(timeout.count()));
  } while (result < 0 && errno == EINTR);
  return result > 0;
}

bool SendAll(int socket, std::string_view bytes, Duration timeout) {
  while (!bytes.empty()) {
    if (!WaitFor(socket, POLLOUT, timeout)) return false;
    const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) return false;
    if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool ReceiveAll(int socket, char* to, std::size_t size, Duration timeout) {
  while (size > 0) {
    if (!WaitFor(socket, POLLIN, timeout)) return false;
    const ssize_t received = ::recv(socket, to, size, MSG_DONTWAIT);
    if (received == 0) return false;
    if (received < 0 && errno != EAGAIN && errno != EINTR) return false;
    if (received < 0) continue;
    to += received;
    size -= static_cast<std::size_t>(received);
  }
  return true;
}

}  // namespace

std::string ToJson(const CommandCall& call) {
  return Json{
      {"words", call.words}, {"live_progress", call.live_progress}, {"columns", call.columns}}
      .dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::optional<CommandCall> CommandCallOf(const std::string& json) {
  try {
    const Json parsed = Json::parse(json);
    CommandCall call;
    call.words = parsed.at("words").get<std::vector<std::string>>();
    call.live_progress = parsed.value("live_progress", false);
    call.columns = parsed.value("columns", std::size_t{0});
    return call;
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

Result<UniqueFd> ListenAt(const std::string& path) {
  const auto address = AddressOf(path);
  if (!address) return Fail(address.error());
  UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket.valid()) return SystemFailure(ErrorCode::kUnavailable, path, "make a socket");
  // Before it has a name: nobody else can reach it in between.
  if (::fchmod(socket.get(), kOwnerOnly) != 0)
    return SystemFailure(ErrorCode::kUnavailable, path, "set its mode");
  if (::unlink(path.c_str()) != 0 && errno != ENOENT)
    return SystemFailure(ErrorCode::kUnavailable, path, "take the old one away");
  if (::bind(socket.get(), Generic(address->name), sizeof address->name) != 0)
    return SystemFailure(ErrorCode::kUnavailable, path, "bind it");
  if (::listen(socket.get(), kBacklog) != 0)
    return SystemFailure(ErrorCode::kUnavailable, path, "listen");
  return socket;
}

Result<UniqueFd> ConnectTo(const std::string& path) {
  const auto address = AddressOf(path);
  if (!address) return Fail(ErrorCode::kNotFound, address.error().message());
  UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket.valid()) return SystemFailure(ErrorCode::kUnavailable, path, "make a socket");
  if (::connect(socket.get(), Generic(address->name), sizeof address->name) == 0) return socket;
  const bool nobody = errno == ENOENT || errno == ECONNREFUSED || errno == ENOTDIR;
  return SystemFailure(
      nobody ? ErrorCode::kNotFound : ErrorCode::kUnavailable, path, "reach the daemon");
}

bool IsTrustedPeer(int socket) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
  return peer.uid == ::geteuid() || peer.uid == 0;
}

bool SendFrame(int socket, FrameKind kind, std::string_view content, Duration timeout) {
  if (content.size() > kMaxFrameBytes) return false;
  std::string head(1, static_cast<char>(kind));
  for (unsigned shift = 0; shift < 32; shift += 8)
    head.push_back(static_cast<char>((content.size() >> shift) & 0xFFU));
  return SendAll(socket, head, timeout) && SendAll(socket, content, timeout);
}

std::optional<Frame> ReceiveFrame(int socket, Duration timeout) {
  std::array<char, kHeadBytes> head{};
  if (!ReceiveAll(socket, head.data(), head.size(), timeout)) return std::nullopt;
  std::size_t size = 0;
  for (std::size_t i = kHeadBytes - 1; i > 0; --i)
    size = size << 8U | static_cast<unsigned char>(head[i]);
  if (size > kMaxFrameBytes) return std::nullopt;
  Frame frame{static_cast<FrameKind>(head[0]), std::string(size, '\0')};
  if (!ReceiveAll(socket, frame.content.data(), size, timeout)) return std::nullopt;
  return frame;
}

}  // namespace cohort_sync::web
