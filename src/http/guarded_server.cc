#include "http/guarded_server.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <future>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>  // Before Asio, which uses std::exchange without including it (GCC 12).

#include <boost/asio/dispatch.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/tcp_stream.hpp>

#include "base/format.h"
#include "base/log.h"
#include "base/text.h"
#include "http/connection_table.h"
#include "http/mailbox.h"
#include "http/reply_wire.h"
#include "http/request_reader.h"

namespace cohort_sync::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::string_view kContinue = "HTTP/1.1 100 \r\n\r\n";
constexpr int kBacklog = 1'024;
// Between two tries when a connection cannot be accepted (no descriptors left).
constexpr Duration kAcceptPause{100};

// Whose it is, as the limit for one address sees it: who has an IPv6 address has 2^64 of them.
std::string PeerOf(const tcp::socket& socket) {
  error_code error;
  const asio::ip::address address = socket.remote_endpoint(error).address();
  if (error || address.is_v4()) return address.to_string();
  const asio::ip::address_v6 v6 = address.to_v6();
  if (v6.is_v4_mapped()) return asio::ip::make_address_v4(asio::ip::v4_mapped, v6).to_string();
  asio::ip::address_v6::bytes_type bytes = v6.to_bytes();
  std::fill(bytes.begin() + bytes.size() / 2, bytes.end(), std::uint8_t{0});
  return asio::ip::address_v6(bytes).to_string();
}

// What the connections of one server share.
struct Shared {
  const GuardedServerOptions options;
  RequestHandler& handler;
  const std::shared_ptr<Mailbox> mailbox;
  ConnectionTable table;
  bool stopping = false;
  std::int64_t refused_heads = 0;
};

class Connection final : public TrackedConnection, public std::enable_shared_from_this<Connection> {
 public:
  Connection(tcp::socket socket, std::string peer, Shared& shared)
      : TrackedConnection(std::move(peer)),
        stream_(std::move(socket)),
        delay_(stream_.get_executor()),
        reader_(shared.options.hosts),
        shared_(shared) {
    error_code ignored;
    stream_.socket().set_option(tcp::no_delay(true), ignored);
  }

  void Start() {
    Enter(Phase::kHeader, shared_.options.header_timeout);
    ReadSome(&Connection::OnHeadBytes);
  }

  void End() override {
    if (std::exchange(ended_, true)) return;
    const auto self = shared_from_this();
    ReleaseBody();
    delay_.cancel();
    stream_.close();
    shared_.table.Remove(*this);
  }

 private:
  // From here on the deadline counts.
  void Enter(Phase phase, std::optional<Duration> deadline) {
    deadline ? stream_.expires_after(*deadline) : stream_.expires_never();
    shared_.table.Enter(*this, phase);
  }

  // Waits for more bytes, then calls `next`. The end of the input or the deadline ends all.
  void ReadSome(void (Connection::*next)()) {
    const auto [room, size] = reader_.Prepare();
    stream_.async_read_some(asio::buffer(room, size),
                            [self = shared_from_this(), next](error_code error, std::size_t count) {
                              if (self->ended_) return;
                              if (error) return self->End();
                              self->reader_.Commit(count);
                              (self.get()->*next)();
                            });
  }

  // Calls `next` when all is written.
  auto Written(void (Connection::*next)()) {
    return [self = shared_from_this(), next](error_code error, std::size_t) {
      if (self->ended_) return;
      if (error) return self->End();
      (self.get()->*next)();
    };
  }

  void OnHeadBytes() {
    if (ConnectionTable::PhaseOf(*this) == Phase::kIdle) {
      Enter(Phase::kHeader, shared_.options.header_timeout);
    }
    auto head = reader_.ReadHead();
    if (!head) return ReadSome(&Connection::OnHeadBytes);
    if (!*head) return RefuseHead(head->error());
    request_ = std::move((*head)->request);
    method_ = request_.method;
    Admit((*head)->keep_alive, (*head)->content_length.value_or(0));
  }

  void RefuseHead(const HeadRefusal& refusal) {
    ++shared_.refused_heads;
    Log(LogLevel::kDebug, Format("http server: answered {}: {}", refusal.status, refusal.reason));
    method_.clear();
    Finish(ReplyWith(refusal.status, "text/plain; charset=utf-8", refusal.reason + "\n"));
  }

  void Admit(bool keep_alive, std::uint64_t content_length) {
    Admission admission;
    if (!Guarded([&] { admission = shared_.handler.Admit(request_); })) {
      return Finish(ReplyWith(500));
    }
    if (admission.refusal) return Finish(std::move(*admission.refusal));
    keep_alive_ = keep_alive && admission.keep_alive;
    max_body_bytes_ = admission.max_body_bytes;
    if (content_length > max_body_bytes_) return Decline(413);
    if (!ReserveBody(content_length)) return Decline(503);
    Enter(Phase::kBody, shared_.options.body_timeout);
    const auto expected = request_.headers.Find("Expect").value_or("");
    if (!EqualsIgnoringCase(expected, "100-continue") || reader_.has_unread()) return OnBodyBytes();
    asio::async_write(stream_,
                      asio::buffer(kContinue.data(), kContinue.size()),
                      Written(&Connection::OnBodyBytes));
  }

  void OnBodyBytes() {
    const BodyState state = reader_.ReadBody(max_body_bytes_);
    if (state == BodyState::kTooLarge) return Decline(413);
    if (state == BodyState::kMalformed) return Decline(400);
    const std::size_t size = reader_.body_size();
    if (size > body_bytes_ && !ReserveBody(size - body_bytes_)) return Decline(503);
    if (state == BodyState::kPartial) return ReadSome(&Connection::OnBodyBytes);
    request_.body = reader_.TakeBody();
    HandOver();
  }

  [[nodiscard]] bool ReserveBody(std::uint64_t bytes) {
    if (!shared_.table.Reserve(bytes)) return false;
    body_bytes_ += bytes;
    return true;
  }

  void ReleaseBody() { shared_.table.Release(std::exchange(body_bytes_, 0)); }

  void HandOver() {
    Enter(Phase::kHandled, std::nullopt);
    Responder responder([mailbox = shared_.mailbox, peer = weak_from_this()](Reply reply) {
      mailbox->Post([peer, reply = std::move(reply)] {
        if (const auto connection = peer.lock()) connection->OnAnswer(reply);
      });
    });
    Guarded([&] { shared_.handler.Handle(std::move(request_), std::move(responder)); });
  }

  // An exception costs its own request, not the thread.
  template <typename Call>
  bool Guarded(const Call& call) {
    try {
      call();
      return true;
    } catch (const std::exception& error) {
      Log(LogLevel::kError, Format("http server: handler failed: {}", error.what()));
    } catch (...) {
      Log(LogLevel::kError, "http server: handler failed with an unknown exception");
    }
    return false;
  }

  void OnAnswer(Reply reply) {
    if (ended_) return;
    ReleaseBody();
    if (reply.delay <= Duration::zero()) return Send(std::move(reply));
    delay_.expires_after(reply.delay);
    delay_.async_wait([self = shared_from_this(), reply = std::move(reply)](error_code error) {
      if (!error && !self->ended_) self->Send(reply);
    });
  }

  // The request was admitted and is not taken.
  void Decline(int status) {
    Reply reply = ReplyWith(500);
    Guarded([&] { reply = shared_.handler.Refuse(request_, status); });
    Finish(std::move(reply));
  }

  // Answers a request that was not read to its end: what follows on the connection is unknown.
  void Finish(Reply reply) {
    keep_alive_ = false;
    ReleaseBody();
    Send(std::move(reply));
  }

  void Send(Reply reply) {
    if (reply.reset_connection) return Reset();
    wire_ = EncodeReply(std::move(reply), method_, keep_alive_ && !shared_.stopping);
    const std::array<asio::const_buffer, 2> parts = {asio::buffer(wire_.header),
                                                     asio::buffer(wire_.body)};
    Enter(Phase::kWriting, shared_.options.write_timeout);
    asio::async_write(stream_, parts, Written(&Connection::OnSent));
  }

  void OnSent() {
    if (wire_.close || shared_.stopping) {
      error_code ignored;
      stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
      Enter(Phase::kLingering, shared_.options.linger_timeout);
      return Drain();
    }
    Enter(Phase::kIdle, shared_.options.idle_timeout);
    if (reader_.has_unread()) return OnHeadBytes();
    ReadSome(&Connection::OnHeadBytes);
  }

  void Drain() {
    reader_.DiscardUnread();
    ReadSome(&Connection::Drain);
  }

  // Closing with a linger time of 0 sends RST instead of FIN.
  void Reset() {
    error_code ignored;
    stream_.socket().set_option(asio::socket_base::linger(true, 0), ignored);
    End();
  }

  beast::tcp_stream stream_;
  asio::steady_timer delay_;
  RequestReader reader_;
  Request request_;
  std::string method_;  // Of the request that is answered next; empty when it is not known.
  bool keep_alive_ = false;
  std::uint64_t max_body_bytes_ = 0;
  std::uint64_t body_bytes_ = 0;  // Reserved in the table.
  ReplyWire wire_;
  bool ended_ = false;
  Shared& shared_;
};

class AsioServer final : public GuardedServer {
 public:
  AsioServer(const GuardedServerOptions& options, RequestHandler& handler)
      : shared_{
            .options = options,
            .handler = handler,
            .mailbox = std::make_shared<Mailbox>(
                [this](std::function<void()> task) { asio::post(context_, std::move(task)); }),
            .table = ConnectionTable(
                options.max_connections, options.max_body_bytes_in_flight, [this] { OnRoom(); })} {}
  ~AsioServer() override { Halt(); }
  AsioServer(const AsioServer&) = delete;
  AsioServer& operator=(const AsioServer&) = delete;

  Status Listen() {
    const GuardedServerOptions& options = shared_.options;
    error_code error;
    const tcp::endpoint endpoint(asio::ip::make_address(options.address, error), options.port);
    if (!error) acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(kBacklog, error);
    if (!error) endpoint_ = acceptor_.local_endpoint(error);
    if (error) {
      return Fail(ErrorCode::kUnavailable,
                  Format("listen on '{}' port {}: {}; choose another address or port",
                         options.address,
                         options.port,
                         error.message()));
    }
    Accept();
    thread_ = std::thread([this] { context_.run(); });
    return {};
  }

  void Stop() override {
    if (!thread_.joinable()) return;
    Run([this] { BeginStop(); });
    drained_.get_future().wait_for(shared_.options.stop_timeout);
    Halt();
  }

  [[nodiscard]] std::uint16_t port() const override { return endpoint_.port(); }

  [[nodiscard]] std::string url() const override {
    const std::string host = endpoint_.address().to_string();
    return Format("http://{}:{}", endpoint_.address().is_v6() ? "[" + host + "]" : host, port());
  }

  void Run(const std::function<void()>& task) override {
    if (!thread_.joinable()) return task();
    std::packaged_task<void()> job(task);
    auto done = job.get_future();
    asio::dispatch(context_, [&job] { job(); });
    done.get();
  }

  ServerCounts Counts() override {
    ServerCounts counts;
    Run([&] {
      counts = {.open_connections = shared_.table.size(),
                .connections = connections_,
                .evicted = shared_.table.evicted(),
                .refused_heads = shared_.refused_heads,
                .turned_away = turned_away_};
    });
    return counts;
  }

 private:
  void Accept() {
    acceptor_.async_accept([this](error_code error, tcp::socket socket) {
      if (shared_.stopping) return;
      if (error) return AcceptLater();
      const std::size_t most = shared_.options.max_connections_per_address;
      std::string peer = most == 0 ? std::string() : PeerOf(socket);
      if (most > 0 && !shared_.table.MakeRoomFor(peer, most)) {
        ++turned_away_;
        return Accept();  // The socket closes.
      }
      waiting_.emplace(std::move(socket));
      waiting_peer_ = std::move(peer);
      StartWaiting();
    });
  }

  void AcceptLater() {
    accept_pause_.expires_after(kAcceptPause);
    accept_pause_.async_wait([this](error_code error) {
      if (!error) Accept();
    });
  }

  // Starts the connection that was accepted last, when there is room. While it waits, others wait
  // in the system's queue.
  void StartWaiting() {
    if (!waiting_ || !shared_.table.MakeRoom()) return;
    const auto connection =
        std::make_shared<Connection>(std::move(*waiting_), std::move(waiting_peer_), shared_);
    waiting_.reset();
    ++connections_;
    shared_.table.Add(connection);
    connection->Start();
    Accept();
  }

  void OnRoom() {
    if (shared_.stopping && shared_.table.size() == 0) {
      if (!std::exchange(is_drained_, true)) drained_.set_value();
    }
    // Later, because a connection is in the middle of its own work.
    if (waiting_) asio::post(context_, [this] { StartWaiting(); });
  }

  void BeginStop() {
    shared_.stopping = true;
    error_code ignored;
    acceptor_.close(ignored);
    accept_pause_.cancel();
    waiting_.reset();
    shared_.table.EndWaiting();
    OnRoom();
  }

  // Nothing runs from here on.
  void Halt() {
    context_.stop();
    if (thread_.joinable()) thread_.join();
    shared_.mailbox->Close();
    waiting_.reset();
    shared_.table.EndAll();
  }

  asio::io_context context_{1};  // The connections that wait in it go with it, last of all.
  // While all connections are at work, nothing else may be waiting in it.
  const asio::executor_work_guard<asio::io_context::executor_type> work_{context_.get_executor()};
  Shared shared_;
  tcp::acceptor acceptor_{context_};
  asio::steady_timer accept_pause_{context_};
  std::optional<tcp::socket> waiting_;  // Accepted while all connections are at work.
  std::string waiting_peer_;
  tcp::endpoint endpoint_;
  std::int64_t connections_ = 0;
  std::int64_t turned_away_ = 0;
  std::promise<void> drained_;
  bool is_drained_ = false;
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<GuardedServer>> GuardedServer::Start(const GuardedServerOptions& options,
                                                            RequestHandler& handler) {
  auto server = std::make_unique<AsioServer>(options, handler);
  if (const Status listening = server->Listen(); !listening) return Fail(listening.error());
  return server;
}

}  // namespace cohort_sync::http
