#include "http/send_call.h"

#include <utility>

#include "http/failure.h"
#include "http/framing.h"

namespace cohort_sync::http {

SendCall::SendCall(const ClientOptions& options,
                   std::string method,
                   std::function<void(Answer)> done)
    : options_(options), method_(std::move(method)), done_(std::move(done)) {}

bool SendCall::Finish(Answer answer) {
  std::function<void(Answer)> done;
  {
    const std::lock_guard lock(mutex_);
    done = std::exchange(done_, nullptr);
  }
  if (!done) return false;
  if (!answer) cancel_.request_stop();
  done(std::move(answer));
  if (on_finished_) on_finished_();
  return true;
}

void SendCall::OnHead(Response head) {
  const Framing framing = FramingOf(method_, head);
  if (framing.kind == FramingKind::kInvalid) {
    Finish(tl::unexpected(UnreadableLength(options_)));
  } else if (framing.kind == FramingKind::kLength && framing.length > options_.max_response_bytes) {
    Finish(tl::unexpected(TooLarge(options_, options_.max_response_bytes)));
  }
  response_.status = head.status;
  response_.headers = std::move(head.headers);
}

void SendCall::OnData(std::string_view bytes, std::function<void(bool)> next) {
  const bool fits = bytes.size() <= options_.max_response_bytes - response_.body.size();
  if (fits) {
    response_.body.append(bytes);
  } else {
    Finish(tl::unexpected(TooLarge(options_, options_.max_response_bytes)));
  }
  next(fits);
}

void SendCall::OnEnd(std::optional<Failure> failure) {
  if (failure) {
    Finish(tl::unexpected(*std::move(failure)));
  } else {
    Finish(std::move(response_));
  }
}

OpenCalls::OpenCalls(const ClientOptions& options)
    : options_(options), watch_([this](const std::stop_token& stop) { WatchDeadlines(stop); }) {}

OpenCalls::~OpenCalls() {
  std::unique_lock lock(mutex_);
  closed_ = true;
  const std::list<Open> calls = calls_;
  lock.unlock();
  for (const Open& open : calls)
    open.call->Finish(tl::unexpected(Interrupted(options_)));
  lock.lock();
  changed_.wait(lock, [&] { return calls_.empty() && late_.empty(); });
}

bool OpenCalls::Add(const std::shared_ptr<SendCall>& call) {
  {
    const std::lock_guard lock(mutex_);
    if (!closed_) {
      const auto deadline = std::chrono::steady_clock::now() + options_.timeout;
      const auto open = calls_.insert(calls_.end(), {deadline, call});
      call->set_on_finished([this, open] { Remove(open); });
      if (calls_.size() == 1) changed_.notify_all();
      return true;
    }
  }
  call->Finish(tl::unexpected(Interrupted(options_)));
  return false;
}

void OpenCalls::Remove(std::list<Open>::iterator open) {
  const std::lock_guard lock(mutex_);
  (open->late ? late_ : calls_).erase(open);
  if (calls_.empty() && late_.empty()) changed_.notify_all();
}

void OpenCalls::WatchDeadlines(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (changed_.wait(lock, stop, [&] { return !calls_.empty(); })) {
    // Calls that end or begin meanwhile do not bring the next deadline forward.
    const auto deadline = calls_.front().deadline;
    changed_.wait_until(lock, stop, deadline, [] { return false; });
    if (calls_.empty() || calls_.front().deadline > std::chrono::steady_clock::now()) continue;
    Open& late = calls_.front();
    late.late = true;
    const std::shared_ptr<SendCall> call = late.call;
    late_.splice(late_.end(), calls_, calls_.begin());
    lock.unlock();
    call->Finish(tl::unexpected(TimedOut(options_)));
    lock.lock();
  }
}

}  // namespace cohort_sync::http
