#include <climits>
#include <mutex>
#include <optional>
#include <sys/poll.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <cpprest/http_client.h>
#include <cpprest/producerconsumerstream.h>
#include <pplx/threadpool.h>
#undef U  // A macro of cpprestsdk's; other headers use the name.

#include "base/check.h"
#include "base/format.h"
#include "base/text.h"
#include "http/client.h"
#include "http/failure.h"
#include "http/request_check.h"
#include "http/transport.h"

// cpprestsdk 2.10.18 as it is used here, and what is done about its habits (faults.md 0,
// performance.md 3):
// - All its work runs on one thread of its own: nothing below blocks on it.
// - It sends a request again when a reused connection dies before the answer. Prevented where there
//   is a body, also an empty one (BodySource); GET and HEAD have none.
// - It reuses connections that the other side has closed: refused before anything is sent
//   (CheckConnection), and the request takes the next one.
// - Its timer starts anew with every piece read: set out of the way, the deadlines are ours
//   (transport.h).
// - It takes a chunk size of -1 for a size: refused where the chunk is handed over (BodySink). A
//   chunk is held in memory whole, so an honest one of 2 GB, or headers without end, cost memory
//   until the deadline: no setting of the library prevents that.
// - It ends the process when a failed task is not looked at: every continuation here takes the task
//   itself.
namespace cohort_sync::http {
namespace {

namespace asio = boost::asio;
namespace streams = concurrency::streams;
using NativeClient = web::http::client::http_client;
using NativeRequest = web::http::http_request;
using NativeResponse = web::http::http_response;

constexpr const char* kUserAgent = "cohort-sync";

// Thrown before a request is written to a connection that its peer has closed.
struct StaleConnection : std::exception {
  [[nodiscard]] const char* what() const noexcept override { return "stale connection"; }
};

// Thrown before a request is written for the second time.
struct WouldBeRepeated : std::exception {
  [[nodiscard]] const char* what() const noexcept override { return "closed by the other side"; }
};

// Set on cpprestsdk's thread between its two steps of repeating a request: it rewinds the body, and
// then calls CheckConnection for the new connection.
thread_local bool repeating = false;

// A request's body.
class BodySource final : public streams::details::basic_producer_consumer_buffer<std::uint8_t> {
 public:
  static streams::istream Of(const std::string& body) {
    streams::streambuf<std::uint8_t> buffer(std::make_shared<BodySource>(body.size()));
    if (!body.empty()) {
      std::copy(body.begin(), body.end(), buffer.alloc(body.size()));
      buffer.commit(body.size());
    }
    buffer.close(std::ios_base::out);  // Done at once: this kind never waits.
    return buffer.create_istream();
  }

  explicit BodySource(std::size_t size) : basic_producer_consumer_buffer(size) {}
  // Says yes and does nothing, because of what follows. After a no, cpprestsdk would keep a
  // connection that was never opened and fail a later request on it.
  [[nodiscard]] bool can_seek() const override { return true; }
  pos_type seekpos(pos_type position, std::ios_base::openmode /*direction*/) override {
    repeating = true;
    return position;
  }
};

// Called for each connection before a request is written to it, also for new ones, which have no
// descriptor yet. Between two answers nothing may arrive: input is the end, or an answer that
// nobody asked for.
void CheckConnection(web::http::client::native_handle handle, bool tls) {
  using TlsStream = asio::ssl::stream<asio::ip::tcp::socket&>;
  if (std::exchange(repeating, false)) throw WouldBeRepeated();
  pollfd connection{.fd = -1, .events = POLLIN | POLLRDHUP, .revents = 0};
  connection.fd = tls ? static_cast<TlsStream*>(handle)->lowest_layer().native_handle()
                      : static_cast<asio::ip::tcp::socket*>(handle)->native_handle();
  if (::poll(&connection, 1, 0) > 0) throw StaleConnection();
}

// Where cpprestsdk writes a response's body.
class BodySink final : public streams::details::basic_producer_consumer_buffer<std::uint8_t> {
 public:
  explicit BodySink(std::shared_ptr<AnswerReader> reader)
      : basic_producer_consumer_buffer(1), reader_(std::move(reader)) {}

  // cpprestsdk keeps `bytes`, and does not read on, until the task is done. This replaces the
  // base's whole function: after a failure that one waits for its own thread.
  pplx::task<std::size_t> putn_nocopy(const std::uint8_t* bytes, std::size_t count) override {
    // Chunk sizes are `int` on their way here: a larger one was negative.
    if (count > INT_MAX) {
      return pplx::task_from_exception<std::size_t>(std::runtime_error("negative chunk size"));
    }
    const pplx::task_completion_event<std::size_t> taken;
    reader_->OnData({reinterpret_cast<const char*>(bytes), count}, [taken, count](bool go_on) {
      if (go_on) {
        taken.set(count);
      } else {
        taken.set_exception(std::runtime_error("ended by its reader"));
      }
    });
    return pplx::create_task(taken);
  }

 private:
  const std::shared_ptr<AnswerReader> reader_;
};

// One origin's connections. Outlives the client while cpprestsdk finishes what was cancelled.
class Origin {
 public:
  explicit Origin(ClientOptions options) : options_(std::move(options)) { Renew(); }

  [[nodiscard]] const ClientOptions& options() const { return options_; }

  // Will cpprestsdk send `target`, which `uri` was made from, as it is? The same steps as there. On
  // its thread only.
  bool SendsUnchanged(const std::string& target, const web::uri& uri) {
    if (target == unchanged_) return true;  // Most calls have the target of the one before.
    const auto sent = web::uri_builder(base_).append(uri.resource()).to_uri();
    if (sent.resource().to_string() != target) return false;
    unchanged_ = target;
    return true;
  }

  std::shared_ptr<NativeClient> Native() {
    const std::lock_guard lock(mutex_);
    return native_;
  }

  // Forgets all connections.
  void Renew() {
    auto native = std::make_shared<NativeClient>(web::uri(options_.base_url), Config());
    const std::lock_guard lock(mutex_);
    native_ = std::move(native);
  }

 private:
  [[nodiscard]] web::http::client::http_client_config Config() const {
    const bool tls = EqualsIgnoringCase(options_.base_url.substr(0, 6), "https:");
    web::http::client::http_client_config config;
    config.set_max_redirects(0);
    config.set_timeout(std::chrono::hours(24));
    config.set_proxy(web::web_proxy(web::web_proxy::disabled));
    config.set_validate_certificates(true);
    config.set_nativehandle_options(
        [tls](web::http::client::native_handle handle) { CheckConnection(handle, tls); });
    config.set_ssl_context_callback([](asio::ssl::context& context) {
      if (SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION) != 1) {
        throw std::runtime_error("this openssl cannot require tls 1.2");
      }
    });
    return config;
  }

  const ClientOptions options_;
  const web::uri base_{options_.base_url};
  std::string unchanged_;  // The last target that passed.
  std::mutex mutex_;
  std::shared_ptr<NativeClient> native_;
};

tl::expected<NativeRequest, std::string> ToNative(Origin& origin, const Request& request) {
  if (auto objection = RequestObjection(request)) return tl::unexpected(*std::move(objection));
  const auto bad_target = [&](std::string_view reason) {
    const std::string path = Printable(request.path());
    return tl::unexpected(Format("target '{}' cannot be sent as it is: {}", path, reason));
  };
  NativeRequest native(request.method);
  try {
    const web::uri target(request.target);
    if (!origin.SendsUnchanged(request.target, target)) return bad_target("it would be changed");
    native.set_request_uri(target);
  } catch (const web::uri_exception& error) {
    return bad_target(error.what());
  }
  const bool reads = request.method == "GET" || request.method == "HEAD";
  if (!reads || !request.body.empty()) {
    native.set_body(BodySource::Of(request.body), request.body.size());
    native.headers().remove("Content-Type");  // Put there by set_body.
  }
  if (!request.headers.Find("User-Agent")) native.headers().add("User-Agent", kUserAgent);
  for (const auto& [name, value] : request.headers.fields())
    native.headers().add(name, value);
  return native;
}

Response HeadOf(const NativeResponse& native) {
  Response head;
  head.status = native.status_code();
  for (const auto& [name, value] : native.headers())
    head.headers.Add(name, value);
  return head;
}

// One request, until its answer's body has ended. Kept alive by cpprestsdk's continuations.
class Exchange : public std::enable_shared_from_this<Exchange> {
 public:
  Exchange(std::shared_ptr<Origin> origin,
           Request request,
           std::shared_ptr<AnswerReader> reader,
           const std::stop_token& stop)
      : origin_(std::move(origin)),
        request_(std::move(request)),
        reader_(std::move(reader)),
        on_stop_(stop, [cancel = cancel_] { cancel.cancel(); }) {}

  void Begin() {
    auto native = ToNative(*origin_, request_);
    if (!native) return reader_->OnEnd(FailureHere(FailureKind::kNotSent, native.error()));
    const streams::streambuf<std::uint8_t> sink(std::make_shared<BodySink>(reader_));
    native->set_response_stream(sink.create_ostream());
    origin_->Native()
        ->request(*native, cancel_.get_token())
        .then([self = shared_from_this()](const pplx::task<NativeResponse>& head) {
          self->HeadRead(head);
        });
  }

 private:
  void HeadRead(const pplx::task<NativeResponse>& task) {
    try {
      const NativeResponse native = task.get();
      reader_->OnHead(HeadOf(native));
      native.content_ready().then(
          [self = shared_from_this()](const pplx::task<NativeResponse>& whole) {
            self->BodyRead(whole);
          });
    } catch (const StaleConnection&) {
      Begin();
    } catch (const std::exception& error) {
      reader_->OnEnd(Classify(error.what()));
    }
  }

  void BodyRead(const pplx::task<NativeResponse>& task) {
    std::optional<Failure> failure;
    try {
      // To cpprestsdk an interim answer is the answer, and the real one would be taken for that of
      // the next request on this connection.
      if (const int status = task.get().status_code(); status < 200) {
        origin_->Renew();
        failure = FailureHere(FailureKind::kCutOff, Format("interim answer {}", status));
      }
    } catch (const std::exception& error) {
      failure = CutOff(ToLowerAscii(error.what()));
    }
    reader_->OnEnd(std::move(failure));
  }

  // By cpprestsdk's text: its codes say "no route to host" for a refused connection as well as for
  // a request cut off while it was written. Text that it does not use (any more) is kCutOff, the
  // careful one.
  [[nodiscard]] Failure Classify(std::string_view what) const {
    const std::string cause = ToLowerAscii(what);
    for (const char* unsent : {"failed to connect", "error resolving", "failed to resolve"}) {
      if (cause.starts_with(unsent)) return FailureHere(FailureKind::kNotSent, cause);
    }
    if (cause.starts_with("error in ssl handshake")) {
      return FailureHere(FailureKind::kNotSent, "tls handshake failed; check the certificate");
    }
    return CutOff(cause);
  }

  [[nodiscard]] Failure CutOff(std::string_view cause) const {
    return FailureHere(FailureKind::kCutOff,
                       Format("the connection ended before the answer did: {}", cause));
  }
  [[nodiscard]] Failure FailureHere(FailureKind kind, std::string_view what) const {
    return FailureOf(origin_->options(), kind, what);
  }

  const std::shared_ptr<Origin> origin_;
  const Request request_;
  const std::shared_ptr<AnswerReader> reader_;
  const pplx::cancellation_token_source cancel_;
  const std::stop_callback<std::function<void()>> on_stop_;
};

class CpprestTransport final : public Transport {
 public:
  explicit CpprestTransport(const ClientOptions& options)
      : origin_(std::make_shared<Origin>(options)) {}

  // On cpprestsdk's thread from the start: what a request is made of, several dozen pieces of
  // memory, is then freed by the thread that took it, and the caller does not wait for that.
  void Begin(const Request& request,
             std::shared_ptr<AnswerReader> reader,
             const std::stop_token& stop) override {
    crossplat::threadpool::shared_instance().service().dispatch(
        [exchange = std::make_shared<Exchange>(origin_, request, std::move(reader), stop)] {
          exchange->Begin();
        });
  }

 private:
  const std::shared_ptr<Origin> origin_;
};

}  // namespace

Result<std::unique_ptr<Client>> MakeClient(const ClientOptions& options) {
  CHECK(options.timeout > Duration::zero());
  if (const Status checked = CheckBaseUrl(options.base_url); !checked) {
    return Fail(checked.error());
  }
  static std::once_flag first;
  std::call_once(first, [] {
    // More threads only cost: 40, the default, double the CPU per request (performance.md 3).
    crossplat::threadpool::initialize_with_threads(1);
    // That thread ends after the process's exit handlers: by then OpenSSL would have taken itself
    // apart under connections that are still being closed.
    OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, nullptr);
  });
  return MakeTransportClient(options, std::make_shared<CpprestTransport>(options));
}

}  // namespace cohort_sync::http
