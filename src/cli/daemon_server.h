// What `serve` answers over HTTP, at the address of the configuration's `server`.
#ifndef COHORT_SYNC_CLI_DAEMON_SERVER_H_
#define COHORT_SYNC_CLI_DAEMON_SERVER_H_

#include <atomic>
#include <memory>
#include <string>
#include <utility>

#include "base/result.h"
#include "config/config.h"
#include "http/guarded_server.h"
#include "web/request_router.h"

namespace cohort_sync {

// Handlers are added before it starts, and outlive it. The thread that makes it.
class DaemonServer {
 public:
  DaemonServer() = default;
  ~DaemonServer();
  DaemonServer(const DaemonServer&) = delete;
  DaemonServer& operator=(const DaemonServer&) = delete;

  void Add(std::string path, http::RequestHandler& handler) {
    router_.Add(std::move(path), handler);
  }
  // kUnavailable when the address cannot be bound.
  [[nodiscard]] Status Start(const ServerConfig& settings);
  // REQUIRES: started.
  [[nodiscard]] std::string url() const { return server_->url(); }
  // For its handlers, which may be asked before Start has returned.
  [[nodiscard]] http::ServerCounts Counts() const {
    http::GuardedServer* const server = running_.load();
    return server == nullptr ? http::ServerCounts() : server->Counts();
  }

 private:
  web::RequestRouter router_;
  std::unique_ptr<http::GuardedServer> server_;
  std::atomic<http::GuardedServer*> running_ = nullptr;  // The same, for the server's thread.
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_CLI_DAEMON_SERVER_H_
