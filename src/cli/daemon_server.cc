#include "cli/daemon_server.h"

#include <utility>

namespace cohort_sync {

DaemonServer::~DaemonServer() {
  if (server_) server_->Stop();
}

Status DaemonServer::Start(const ServerConfig& settings) {
  http::GuardedServerOptions options;
  options.address = settings.listen.address;
  options.port = settings.listen.port;
  options.hosts.push_back(ToString(settings.listen));
  options.hosts.insert(
      options.hosts.end(), settings.allowed_hosts.begin(), settings.allowed_hosts.end());
  options.max_connections = static_cast<std::size_t>(settings.max_connections);
  options.max_connections_per_address =
      static_cast<std::size_t>(settings.max_connections_per_address);
  auto started = http::GuardedServer::Start(options, router_);
  if (!started) return Fail(started.error());
  server_ = std::move(*started);
  running_ = server_.get();
  return {};
}

}  // namespace cohort_sync
