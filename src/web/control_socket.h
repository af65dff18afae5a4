// The Unix socket through which commands reach the daemon that owns the state, and what is said on
// it: frames of one kind byte, four bytes of length (little endian) and the content.
#ifndef COHORT_SYNC_WEB_CONTROL_SOCKET_H_
#define COHORT_SYNC_WEB_CONTROL_SOCKET_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/unique_fd.h"

namespace cohort_sync::web {

// A command as it was given, and where its progress is shown.
struct CommandCall {
  std::vector<std::string> words;  // Behind "cohort-sync".
  bool live_progress = false;      // On a terminal.
  std::size_t columns = 0;         // Of it; 0: not known.
};

enum class FrameKind : char {
  kCall = 'c',  // To the daemon, once: a CommandCall as JSON.
  kOut = 'o',   // To the caller: what the command prints,
  kErr = 'e',   // and its progress and errors.
  kEnd = 'x',   // To the caller, last: the exit code in decimal digits.
};

struct Frame {
  FrameKind kind = FrameKind::kCall;
  std::string content;
};

inline constexpr std::size_t kMaxFrameBytes = 1U << 20U;

[[nodiscard]] std::string ToJson(const CommandCall& call);
// nullopt when it is not one.
[[nodiscard]] std::optional<CommandCall> CommandCallOf(const std::string& json);

// Sockets at `path`, however long it is: beyond the 107 bytes of a sockaddr_un its last name
// counts, and /proc has to be mounted. Listening replaces a socket that a process left behind,
// which the caller has to be sure of; its mode is 0600. kUnavailable with the system's reason.
[[nodiscard]] Result<UniqueFd> ListenAt(const std::string& path);
// kNotFound when nobody listens there.
[[nodiscard]] Result<UniqueFd> ConnectTo(const std::string& path);
// Is the process at the other end this process's user, or root?
[[nodiscard]] bool IsTrustedPeer(int socket);

// Waits for the peer at most `timeout` for each piece of bytes. False when the connection broke,
// the time passed, or `content` is longer than a frame may be.
[[nodiscard]] bool SendFrame(int socket,
                             FrameKind kind,
                             std::string_view content,
                             Duration timeout);
// nullopt likewise.
[[nodiscard]] std::optional<Frame> ReceiveFrame(int socket, Duration timeout);

}  // namespace cohort_sync::web

#endif  // COHORT_SYNC_WEB_CONTROL_SOCKET_H_
