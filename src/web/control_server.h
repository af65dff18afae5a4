// Carries out, in the daemon, the commands that come through its Unix socket.
#ifndef COHORT_SYNC_WEB_CONTROL_SERVER_H_
#define COHORT_SYNC_WEB_CONTROL_SERVER_H_

#include <list>
#include <memory>
#include <ostream>
#include <string>
#include <thread>

#include "base/result.h"
#include "base/unique_fd.h"
#include "web/control_socket.h"

namespace cohort_sync::web {

// Port. Any thread, several at once.
class CommandRunner {
 public:
  virtual ~CommandRunner() = default;
  // Returns the exit code when the command has ended. Other threads may write to the streams while
  // it runs, one at a time for each.
  virtual int RunCommand(const CommandCall& call, std::ostream& out, std::ostream& err) = 0;
};

// A thread takes connections, and each has two of its own. A caller that goes away, or reads too
// slowly, misses what is printed; its command goes on.
class ControlServer {
 public:
  static constexpr std::size_t kMaxConnections = 16;

  // kUnavailable when the socket cannot be made. REQUIRES: no other process serves the same state.
  // `runner` outlives the server.
  [[nodiscard]] static Result<std::unique_ptr<ControlServer>> Start(const std::string& path,
                                                                    CommandRunner& runner);
  // Takes no more, and waits for the commands that are under way.
  ~ControlServer();
  ControlServer(const ControlServer&) = delete;
  ControlServer& operator=(const ControlServer&) = delete;

 private:
  struct Connection;

  ControlServer(std::string path, UniqueFd socket, UniqueFd end, CommandRunner& runner);
  void Accept();
  void Take(UniqueFd socket);
  void Serve(Connection& connection);
  void DropEnded();

  const std::string path_;
  const UniqueFd socket_;
  const UniqueFd end_;  // eventfd: readable when the server is to end.
  CommandRunner& runner_;
  std::list<std::unique_ptr<Connection>> connections_;  // Of the accepting thread.
  std::thread thread_;
};

}  // namespace cohort_sync::web

#endif  // COHORT_SYNC_WEB_CONTROL_SERVER_H_
