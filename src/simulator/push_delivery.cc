#include "simulator/push_delivery.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "base/format.h"
#include "base/text.h"

namespace cohort_sync::simulator {
namespace {

constexpr int kDelivered = 200;
constexpr int kNotFound = 404;
constexpr std::int64_t kLongestDoubling = 20;  // Twelve days, from 1 s.

Error FailureOf(const http::Request& request, std::int64_t attempt, const http::Answer& answer) {
  if (!answer && answer.error().kind == http::FailureKind::kInterrupted) {
    return Error(ErrorCode::kInterrupted, "stopped");
  }
  const std::string what = answer ? Format("http {}: {}", answer->status, Printable(answer->body))
                                  : answer.error().message;
  return Error(
      answer && answer->status == kNotFound ? ErrorCode::kNotFound : ErrorCode::kUnavailable,
      Format("{} {}: {}, at attempt {}", request.method, request.target, what, attempt));
}

}  // namespace

Duration PauseBefore(std::int64_t repeat, const PushSwitches& switches) {
  return Duration(switches.first_retry_ms
                  << std::clamp<std::int64_t>(repeat - 1, 0, kLongestDoubling));
}

PushDelivery::PushDelivery(http::Client& client,
                           const PushSwitches& switches,
                           Clock& clock,
                           std::stop_token stop,
                           OnAttempt on_attempt)
    : client_(client),
      switches_(switches),
      clock_(clock),
      stop_(std::move(stop)),
      on_attempt_(std::move(on_attempt)) {}

bool PushDelivery::Repeats(const http::Answer& answer) const {
  if (!answer) return answer.error().kind != http::FailureKind::kInterrupted;
  const bool refusal = answer->status >= 400 && answer->status < 500;
  return !refusal || switches_.retry_refusals || answer->status == 408 || answer->status == 429;
}

Result<http::Response> PushDelivery::Send(const PushRequest& request) const {
  const http::Request sent = request.make();
  for (std::int64_t attempt = 1;; ++attempt) {
    http::Answer answer = client_.SendAndWait(sent, stop_);
    if (attempt == 1 && request.answer_lost && answer) {
      answer = tl::unexpected(http::Failure{http::FailureKind::kCutOff, "the answer was lost"});
    }
    on_attempt_(sent, attempt, answer);
    if (answer && answer->status == kDelivered) return *std::move(answer);
    if (attempt > switches_.retries || !Repeats(answer)) {
      return Fail(FailureOf(sent, attempt, answer));
    }
    const Duration pause = PauseBefore(attempt, switches_);
    if (pause > Duration(0) && !clock_.SleepFor(pause, stop_)) {
      return Fail(ErrorCode::kInterrupted, "stopped");
    }
  }
}

Status PushDelivery::SendAll(const std::vector<PushRequest>& requests) const {
  std::mutex mutex;
  std::size_t next = 0;
  std::optional<Error> failure;
  const auto work = [&] {
    while (true) {
      const PushRequest* request = nullptr;
      {
        const std::lock_guard lock(mutex);
        if (failure || next == requests.size()) return;
        request = &requests[next++];
      }
      const Result<http::Response> sent = Send(*request);
      if (sent) continue;
      const std::lock_guard lock(mutex);
      if (!failure) failure = sent.error();
    }
  };
  {
    std::vector<std::jthread> workers;
    const auto count = std::min(
        requests.size(), static_cast<std::size_t>(std::max<std::int64_t>(switches_.parallel, 1)));
    workers.reserve(count);
    for (std::size_t i = 0; i < count; ++i)
      workers.emplace_back(work);
  }
  if (failure) return Fail(*failure);
  return {};
}

}  // namespace cohort_sync::simulator
