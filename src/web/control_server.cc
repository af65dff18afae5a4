#include "web/control_server.h"

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

#include "base/check.h"
#include "base/format.h"

namespace cohort_sync::web {
namespace {

constexpr Duration kCallTimeout = std::chrono::seconds(5);
constexpr Duration kSendTimeout = std::chrono::seconds(30);
// Beyond it a caller that does not read misses progress.
constexpr std::size_t kMaxWaitingBytes = 4 * kMaxFrameBytes;
constexpr std::size_t kFrameBytes = std::size_t{16} * 1024;

// Frames on their way to the caller. Add is for any thread and never waits for the caller.
class Outbox {
 public:
  void Add(FrameKind kind, std::string content) {
    {
      const std::lock_guard lock(mutex_);
      const bool full = waiting_bytes_ + content.size() > kMaxWaitingBytes;
      if (broken_ || (full && kind == FrameKind::kErr)) return;
      waiting_bytes_ += content.size();
      frames_.push_back({kind, std::move(content)});
    }
    changed_.notify_one();
  }
  // Until the end was sent, or the connection broke.
  void SendTo(int socket) {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return !frames_.empty(); });
      const Frame frame = std::move(frames_.front());
      frames_.pop_front();
      waiting_bytes_ -= frame.content.size();
      lock.unlock();
      const bool sent = SendFrame(socket, frame.kind, frame.content, kSendTimeout);
      lock.lock();
      broken_ = broken_ || !sent;
      if (broken_) frames_.clear();
      if (broken_ || frame.kind == FrameKind::kEnd) return;
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Frame> frames_;
  std::size_t waiting_bytes_ = 0;
  bool broken_ = false;
};

// What a command prints, in frames: at each flush, and when there is much of it.
class FrameBuffer final : public std::streambuf {
 public:
  FrameBuffer(Outbox& outbox, FrameKind kind) : outbox_(outbox), kind_(kind) {}

 protected:
  int_type overflow(int_type character) override {
    if (traits_type::eq_int_type(character, traits_type::eof())) return character;
    const char byte = traits_type::to_char_type(character);
    xsputn(&byte, 1);
    return character;
  }
  std::streamsize xsputn(const char* bytes, std::streamsize count) override {
    printed_.append(bytes, static_cast<std::size_t>(count));
    if (printed_.size() >= kFrameBytes) sync();
    return count;
  }
  int sync() override {
    for (std::size_t at = 0; at < printed_.size(); at += kMaxFrameBytes)
      outbox_.Add(kind_, printed_.substr(at, kMaxFrameBytes));
    printed_.clear();
    return 0;
  }

 private:
  Outbox& outbox_;
  const FrameKind kind_;
  std::string printed_;
};

}  // namespace

struct ControlServer::Connection {
  UniqueFd socket;
  std::atomic<bool> ended = false;
  std::thread thread;
};

Result<std::unique_ptr<ControlServer>> ControlServer::Start(const std::string& path,
                                                            CommandRunner& runner) {
  auto socket = ListenAt(path);
  if (!socket) return Fail(socket.error());
  UniqueFd end(::eventfd(0, EFD_CLOEXEC));
  CHECK(end.valid());
  return std::unique_ptr<ControlServer>(
      new ControlServer(path, std::move(*socket), std::move(end), runner));
}

ControlServer::ControlServer(std::string path, UniqueFd socket, UniqueFd end, CommandRunner& runner)
    : path_(std::move(path)),
      socket_(std::move(socket)),
      end_(std::move(end)),
      runner_(runner),
      thread_([this] { Accept(); }) {}

ControlServer::~ControlServer() {
  ::unlink(path_.c_str());
  const std::uint64_t one = 1;
  CHECK(::write(end_.get(), &one, sizeof one) == sizeof one);
  thread_.join();
}

void ControlServer::Accept() {
  std::array<pollfd, 2> ready{{{socket_.get(), POLLIN, 0}, {end_.get(), POLLIN, 0}}};
  while (true) {
    if (::poll(ready.data(), ready.size(), -1) < 0) continue;  // Interrupted.
    if (ready[1].revents != 0) break;
    DropEnded();
    UniqueFd socket(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (socket.valid() && IsTrustedPeer(socket.get())) Take(std::move(socket));
  }
  for (const auto& connection : connections_)
    connection->thread.join();
}

void ControlServer::Take(UniqueFd socket) {
  if (connections_.size() >= kMaxConnections) {
    const std::string busy =
        Format("error: the daemon is busy with {} commands; try again when one has ended\n",
               kMaxConnections);
    if (SendFrame(socket.get(), FrameKind::kErr, busy, Duration(100)))
      (void)SendFrame(socket.get(), FrameKind::kEnd, "1", Duration(100));
    return;
  }
  auto connection = std::make_unique<Connection>();
  connection->socket = std::move(socket);
  Connection& taken = *connections_.emplace_back(std::move(connection));
  taken.thread = std::thread([this, &taken] { Serve(taken); });
}

void ControlServer::Serve(Connection& connection) {
  const int socket = connection.socket.get();
  const std::optional<Frame> frame = ReceiveFrame(socket, kCallTimeout);
  const std::optional<CommandCall> call =
      frame && frame->kind == FrameKind::kCall ? CommandCallOf(frame->content) : std::nullopt;
  if (call) {
    Outbox outbox;
    std::thread sender([&] { outbox.SendTo(socket); });
    FrameBuffer out_buffer(outbox, FrameKind::kOut);
    FrameBuffer err_buffer(outbox, FrameKind::kErr);
    std::ostream out(&out_buffer);
    std::ostream err(&err_buffer);
    const int code = runner_.RunCommand(*call, out, err);
    out.flush();
    err.flush();
    outbox.Add(FrameKind::kEnd, std::to_string(code));
    sender.join();
  }
  ::shutdown(socket, SHUT_RDWR);
  connection.ended = true;
}

void ControlServer::DropEnded() {
  std::erase_if(connections_, [](const std::unique_ptr<Connection>& connection) {
    if (!connection->ended) return false;
    connection->thread.join();
    return true;
  });
}

}  // namespace cohort_sync::web
