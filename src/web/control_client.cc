#include "web/control_client.h"

#include <array>
#include <cerrno>
#include <cstdint>
#include <functional>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/check.h"
#include "base/text.h"

namespace cohort_sync::web {
namespace {

constexpr Duration kCallTimeout = std::chrono::seconds(5);
// Of the rest of a frame that has begun to come.
constexpr Duration kFrameTimeout = std::chrono::seconds(30);
constexpr int kFailed = 1;

// Until the socket has something to read: true; or `stopped` has: false.
bool WaitForFrame(int socket, int stopped) {
  std::array<pollfd, 2> ready{{{socket, POLLIN, 0}, {stopped, POLLIN, 0}}};
  int result = 0;
  do {
    result = ::poll(ready.data(), ready.size(), -1);
  } while (result < 0 && errno == EINTR);
  return ready[1].revents == 0;
}

}  // namespace

Result<std::optional<int>> CarryOutInDaemon(const std::string& path,
                                            const CommandCall& call,
                                            const CommandStreams& streams) {
  const auto socket = ConnectTo(path);
  if (!socket && socket.error().code() == ErrorCode::kNotFound) return std::nullopt;
  if (!socket) return Fail(socket.error());
  const UniqueFd stopped(::eventfd(0, EFD_CLOEXEC));
  CHECK(stopped.valid());
  const std::stop_callback on_stop(streams.stop, [&stopped] {
    const std::uint64_t one = 1;
    (void)!::write(stopped.get(), &one, sizeof one);
  });
  // A daemon that does not talk to this user has closed already; the first frame tells.
  (void)SendFrame(socket->get(), FrameKind::kCall, ToJson(call), kCallTimeout);
  bool any = false;
  while (true) {
    if (!WaitForFrame(socket->get(), stopped.get())) {
      return Fail(ErrorCode::kInterrupted,
                  "the daemon goes on with it; 'cohort-sync status' shows how far it is");
    }
    const std::optional<Frame> frame = ReceiveFrame(socket->get(), kFrameTimeout);
    if (!frame && any) {
      return Fail(ErrorCode::kUnavailable,
                  "the daemon went away before the command ended; 'cohort-sync status' shows how "
                  "things stand");
    }
    if (!frame) {
      return Fail(ErrorCode::kUnavailable,
                  "the daemon does not take the command: it takes those of its own user and of "
                  "root");
    }
    any = true;
    if (frame->kind == FrameKind::kOut) streams.out << frame->content << std::flush;
    if (frame->kind == FrameKind::kErr) streams.err << frame->content << std::flush;
    if (frame->kind == FrameKind::kEnd)
      return static_cast<int>(ParseInteger(frame->content).value_or(kFailed));
  }
}

}  // namespace cohort_sync::web
