// Has a command carried out by the daemon that owns the state.
#ifndef COHORT_SYNC_WEB_CONTROL_CLIENT_H_
#define COHORT_SYNC_WEB_CONTROL_CLIENT_H_

#include <optional>
#include <ostream>
#include <stop_token>
#include <string>

#include "base/result.h"
#include "web/control_socket.h"

namespace cohort_sync::web {

struct CommandStreams {
  std::ostream& out;
  std::ostream& err;
  std::stop_token stop;  // Ends the watching; the daemon goes on.
};

// Prints what the command prints, while it does. The exit code of the command; nullopt when no
// daemon listens at `path`. kInterrupted after a stop, kUnavailable when the daemon went away first
// or does not talk to this user.
[[nodiscard]] Result<std::optional<int>> CarryOutInDaemon(const std::string& path,
                                                          const CommandCall& call,
                                                          const CommandStreams& streams);

}  // namespace cohort_sync::web

#endif  // COHORT_SYNC_WEB_CONTROL_CLIENT_H_
