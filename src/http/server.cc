#include "http/server.h"

#include <utility>

#include "http/guarded_server.h"

namespace cohort_sync::http {
namespace {

class SynchronousServer final : public Server, private RequestHandler {
 public:
  SynchronousServer(std::size_t max_body_bytes, Handler handler)
      : max_body_bytes_(max_body_bytes), handler_(std::move(handler)) {}

  Status Start(const GuardedServerOptions& options) {
    auto server = GuardedServer::Start(options, *this);
    if (!server) return Fail(server.error());
    server_ = std::move(*server);
    return {};
  }

  [[nodiscard]] std::uint16_t port() const override { return server_->port(); }
  [[nodiscard]] std::string url() const override { return server_->url(); }
  void Run(const std::function<void()>& task) override { server_->Run(task); }

 private:
  Admission Admit(const Request& /*head*/) override {
    return {.refusal = {}, .max_body_bytes = max_body_bytes_, .keep_alive = true};
  }
  Reply Refuse(const Request& /*head*/, int status) override { return ReplyWith(status); }
  void Handle(Request request, Responder responder) override { responder.Send(handler_(request)); }

  const std::size_t max_body_bytes_;
  const Handler handler_;
  std::unique_ptr<GuardedServer> server_;  // After what it calls.
};

}  // namespace

Result<std::unique_ptr<Server>> Server::Start(const ServerOptions& options, Handler handler) {
  const GuardedServerOptions guarded{
      .address = options.address,
      .port = options.port,
      .hosts = {"*"},
      .max_connections = SIZE_MAX,
      .max_body_bytes_in_flight = SIZE_MAX,
      .header_timeout = options.read_timeout,
      .body_timeout = options.read_timeout,
      .write_timeout = options.read_timeout,
      .idle_timeout = options.read_timeout,
  };
  auto server = std::make_unique<SynchronousServer>(options.max_body_bytes, std::move(handler));
  if (const Status started = server->Start(guarded); !started) return Fail(started.error());
  return server;
}

}  // namespace cohort_sync::http
