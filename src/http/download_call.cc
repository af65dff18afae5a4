#include "http/download_call.h"

#include <utility>

#include "base/format.h"
#include "base/text.h"
#include "http/failure.h"

namespace cohort_sync::http {
namespace {

using SteadyClock = std::chrono::steady_clock;

// A sender that lets a byte drip now and then makes no progress.
constexpr std::size_t kProgressBytes = 65'536;

}  // namespace

DownloadCall::DownloadCall(const ClientOptions& options, std::string method, std::size_t max_bytes)
    : options_(options), method_(std::move(method)), max_bytes_(max_bytes) {}

Answer DownloadCall::Read(const std::function<bool(const Response&)>& on_headers,
                          const std::function<bool(std::string_view)>& on_data,
                          const std::stop_token& stop) {
  RestartDeadline();
  for (;;) {
    std::optional<Failure> failure;
    switch (Next(stop)) {
      case Event::kHead:
        failure = TakeHead(on_headers);
        break;
      case Event::kPiece:
        failure = TakePiece(on_data);
        break;
      case Event::kEnd:
        return End();
      case Event::kDeadline:
        failure = TimedOut(options_);
        break;
      case Event::kStop:
        failure = Interrupted(options_);
        break;
    }
    if (failure) return tl::unexpected(*std::move(failure));
  }
}

void DownloadCall::Abandon() {
  cancel_.request_stop();
  std::function<void(bool)> next;
  {
    const std::lock_guard lock(mutex_);
    abandoned_ = true;
    next = std::exchange(next_, nullptr);
  }
  if (next) next(false);
}

DownloadCall::Event DownloadCall::Next(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  const auto head = [&] { return head_ && !head_taken_; };
  const auto piece = [&] { return head_taken_ && next_; };
  changed_.wait_until(lock, stop, deadline_, [&] { return head() || piece() || ended_; });
  if (stop.stop_requested()) return Event::kStop;
  if (ended_ && !head()) return Event::kEnd;
  if (SteadyClock::now() >= deadline_) return Event::kDeadline;
  return head() ? Event::kHead : Event::kPiece;
}

std::optional<Failure> DownloadCall::TakeHead(
    const std::function<bool(const Response&)>& on_headers) {
  head_taken_ = true;
  framing_ = FramingOf(method_, *head_);
  const bool success = head_->status >= 200 && head_->status < 300;
  if (framing_.kind == FramingKind::kInvalid) return UnreadableLength(options_);
  if (framing_.kind == FramingKind::kUntilClose && success) {
    return FailureOf(options_,
                     FailureKind::kCutOff,
                     "the answer does not say how long it is, so a cut would go unseen");
  }
  if (framing_.kind == FramingKind::kLength && framing_.length > max_bytes_) {
    return TooLarge(options_, max_bytes_);
  }
  if (!on_headers(*head_)) return FailureOf(options_, FailureKind::kCutOff, "ended by its reader");
  RestartDeadline();
  return std::nullopt;
}

std::optional<Failure> DownloadCall::TakePiece(
    const std::function<bool(std::string_view)>& on_data) {
  const std::size_t size = piece_.size();
  if (size > max_bytes_ - received_) return TooLarge(options_, max_bytes_);
  received_ += size;
  const auto before = SteadyClock::now();
  if (!on_data(piece_)) return FailureOf(options_, FailureKind::kCutOff, "ended by its reader");
  deadline_ += SteadyClock::now() - before;
  if (received_ - received_at_restart_ >= kProgressBytes) RestartDeadline();
  std::function<void(bool)> next;
  {
    const std::lock_guard lock(mutex_);
    next = std::exchange(next_, nullptr);
  }
  next(true);
  return std::nullopt;
}

Answer DownloadCall::End() const {
  if (failure_) return tl::unexpected(*failure_);
  if (framing_.kind == FramingKind::kLength && received_ != framing_.length) {
    return tl::unexpected(FailureOf(options_,
                                    FailureKind::kCutOff,
                                    Format("{} of {} bytes arrived", received_, framing_.length)));
  }
  return *head_;
}

void DownloadCall::RestartDeadline() {
  deadline_ = SteadyClock::now() + options_.timeout;
  received_at_restart_ = received_;
}

void DownloadCall::OnHead(Response head) {
  const std::lock_guard lock(mutex_);
  head_ = std::move(head);
  changed_.notify_all();
}

void DownloadCall::OnData(std::string_view bytes, std::function<void(bool)> next) {
  {
    const std::lock_guard lock(mutex_);
    if (!abandoned_) {
      piece_ = bytes;
      next_ = std::move(next);
      changed_.notify_all();
      return;
    }
  }
  next(false);
}

void DownloadCall::OnEnd(std::optional<Failure> failure) {
  const std::lock_guard lock(mutex_);
  ended_ = true;
  failure_ = std::move(failure);
  changed_.notify_all();
}

}  // namespace cohort_sync::http
