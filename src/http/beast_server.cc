#include <algorithm>
#include <array>
#include <future>
#include <optional>
#include <thread>
#include <utility>  // Before Asio, which uses std::exchange without including it (GCC 12).

#include <boost/asio/dispatch.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include "base/format.h"
#include "base/log.h"
#include "http/reply_wire.h"
#include "http/server.h"

namespace cohort_sync::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using boost::system::error_code;

// Beast reads 512 bytes at a time unless its buffer has room (design/performance.md, section 5).
constexpr std::size_t kReadBufferBytes = 65'536;
constexpr int kBacklog = 1'024;
// How long a connection that ends early is read on, so that the peer sees our answer: closing with
// unread input resets the connection and can take the answer with it.
constexpr std::chrono::seconds kLinger{1};
// Between two tries when a connection cannot be accepted (no descriptors left).
constexpr Duration kAcceptPause{100};

// One connection. Kept alive by the handler of the operation that is under way.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(tcp::socket socket, const ServerOptions& options, const Handler& handler)
      : stream_(std::move(socket)),
        delay_(stream_.get_executor()),
        options_(options),
        handler_(handler) {
    buffer_.reserve(kReadBufferBytes);
    error_code ignored;
    stream_.socket().set_option(tcp::no_delay(true), ignored);
  }

  void ReadRequest() {
    parser_.emplace();
    parser_->body_limit(options_.max_body_bytes);
    stream_.expires_after(options_.read_timeout);
    beast::http::async_read(
        stream_, buffer_, *parser_, [self = shared_from_this()](error_code error, std::size_t) {
          self->OnRequest(error);
        });
  }

 private:
  void OnRequest(error_code error) {
    using BeastError = beast::http::error;
    if (error == BeastError::body_limit) return Refuse(413);
    if (error == BeastError::header_limit) return Refuse(431);
    if (error && error.category() == beast::http::make_error_code(BeastError{}).category() &&
        error != BeastError::end_of_stream && error != BeastError::partial_message) {
      return Refuse(400);
    }
    if (error) return;  // The peer left, or was silent for too long.

    keep_alive_ = parser_->keep_alive();
    Request request = TakeRequest();
    if (!request.target.starts_with('/')) return Refuse(400);
    method_ = request.method;
    Act(Answer(request));
  }

  Request TakeRequest() {
    auto message = parser_->release();
    Request request;
    request.method = std::string(message.method_string());
    request.target = std::string(message.target());
    for (const auto& field : message) {
      request.headers.Add(std::string(field.name_string()), std::string(field.value()));
    }
    request.body = std::move(message.body());
    return request;
  }

  // A handler that throws costs its own request, not the thread.
  Reply Answer(const Request& request) {
    Reply failed;
    failed.response.status = 500;
    try {
      return handler_(request);
    } catch (const std::exception& error) {
      Log(LogLevel::kError, Format("http server: handler failed: {}", error.what()));
    } catch (...) {
      Log(LogLevel::kError, "http server: handler failed with an unknown exception");
    }
    return failed;
  }

  void Act(Reply reply) {
    stream_.expires_never();
    if (reply.delay <= Duration::zero()) return Send(std::move(reply));
    delay_.expires_after(reply.delay);
    delay_.async_wait([self = shared_from_this(), reply = std::move(reply)](error_code error) {
      if (!error) self->Send(reply);
    });
  }

  void Refuse(int status) {
    Reply reply;
    reply.response.status = status;
    keep_alive_ = false;
    input_left_ = true;
    Send(std::move(reply));
  }

  void Send(Reply reply) {
    if (reply.reset_connection) return Reset();
    wire_ = EncodeReply(std::move(reply), method_, keep_alive_);
    const std::array<asio::const_buffer, 2> parts = {asio::buffer(wire_.header),
                                                     asio::buffer(wire_.body)};
    stream_.expires_after(options_.read_timeout);
    asio::async_write(stream_, parts, [self = shared_from_this()](error_code error, std::size_t) {
      self->OnSent(error);
    });
  }

  void OnSent(error_code error) {
    if (error) return;
    if (!wire_.close) return ReadRequest();
    stream_.socket().shutdown(tcp::socket::shutdown_send, error);
    if (!input_left_) return;
    stream_.expires_after(kLinger);
    Drain();
  }

  void Drain() {
    buffer_.clear();
    stream_.async_read_some(buffer_.prepare(kReadBufferBytes),
                            [self = shared_from_this()](error_code error, std::size_t) {
                              if (!error) self->Drain();
                            });
  }

  // Closing with a linger time of 0 sends RST instead of FIN.
  void Reset() {
    error_code ignored;
    stream_.socket().set_option(asio::socket_base::linger(true, 0), ignored);
    stream_.socket().close(ignored);
  }

  beast::tcp_stream stream_;
  asio::steady_timer delay_;
  beast::flat_buffer buffer_;
  std::optional<beast::http::request_parser<beast::http::string_body>> parser_;
  std::string method_;
  bool keep_alive_ = false;
  bool input_left_ = false;
  ReplyWire wire_;
  const ServerOptions& options_;
  const Handler& handler_;
};

class BeastServer final : public Server {
 public:
  BeastServer(ServerOptions options, Handler handler)
      : options_(std::move(options)), handler_(std::move(handler)) {}
  ~BeastServer() override {
    context_.stop();
    if (thread_.joinable()) thread_.join();
  }
  BeastServer(const BeastServer&) = delete;
  BeastServer& operator=(const BeastServer&) = delete;

  Status Listen() {
    error_code error;
    const auto address = asio::ip::make_address(options_.address, error);
    const tcp::endpoint endpoint(address, options_.port);
    if (!error) acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(kBacklog, error);
    if (!error) endpoint_ = acceptor_.local_endpoint(error);
    if (error) {
      return Fail(ErrorCode::kUnavailable,
                  Format("listen on '{}' port {}: {}; choose another address or port",
                         options_.address,
                         options_.port,
                         error.message()));
    }
    Accept();
    thread_ = std::thread([this] { context_.run(); });
    return {};
  }

  [[nodiscard]] std::uint16_t port() const override { return endpoint_.port(); }

  [[nodiscard]] std::string url() const override {
    const std::string host = endpoint_.address().to_string();
    return Format("http://{}:{}", endpoint_.address().is_v6() ? "[" + host + "]" : host, port());
  }

  void Run(const std::function<void()>& task) override {
    std::packaged_task<void()> job(task);
    auto done = job.get_future();
    asio::dispatch(context_, [&job] { job(); });
    done.get();
  }

 private:
  void Accept() {
    acceptor_.async_accept([this](error_code error, tcp::socket socket) {
      if (error) return AcceptLater();
      std::make_shared<Session>(std::move(socket), options_, handler_)->ReadRequest();
      Accept();
    });
  }

  void AcceptLater() {
    accept_pause_.expires_after(kAcceptPause);
    accept_pause_.async_wait([this](error_code error) {
      if (!error) Accept();
    });
  }

  const ServerOptions options_;
  const Handler handler_;
  // After what sessions refer to: destroying the context ends the sessions that wait in it.
  asio::io_context context_{1};
  tcp::acceptor acceptor_{context_};
  asio::steady_timer accept_pause_{context_};
  tcp::endpoint endpoint_;
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<Server>> Server::Start(const ServerOptions& options, Handler handler) {
  auto server = std::make_unique<BeastServer>(options, std::move(handler));
  if (const Status listening = server->Listen(); !listening) return Fail(listening.error());
  return server;
}

}  // namespace cohort_sync::http
