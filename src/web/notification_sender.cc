#include "web/notification_sender.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/format.h"
#include "base/log.h"
#include "base/redaction.h"
#include "base/text.h"
#include "base/time_text.h"
#include "sync/retry.h"

namespace cohort_sync::web {
namespace {

constexpr Duration kTimeout{10'000};
constexpr std::size_t kMostAnswerBytes = 64U << 10U;
constexpr std::size_t kShownAnswerBytes = 100;
constexpr RetryPolicy kPolicy{.base = Duration(2'000),
                              .cap = Duration(600'000),
                              .max_attempts = std::numeric_limits<int>::max()};

std::optional<Duration> RetryAfter(const http::Headers& headers) {
  const auto value = headers.Find("Retry-After");
  const auto seconds = value ? ParseInteger(*value) : std::nullopt;
  if (!seconds || *seconds > 86'400) return std::nullopt;
  return std::chrono::seconds(*seconds);
}

// 429 and 408 ask for another try; what else begins with 4, or sends elsewhere, would not change.
bool IsRefusal(int status) {
  return status >= 300 && status < 500 && status != 408 && status != 429;
}

}  // namespace

Result<std::unique_ptr<NotificationChannel>> NotificationChannel::Open(
    const NotificationTarget& target, const http::ClientFactory& clients) {
  auto [base, path] = http::SplitUrl(target.url);
  if (target.url_is_secret) RegisterForRedaction(path);
  if (base.empty()) {
    return Fail(ErrorCode::kConfiguration,
                "its value is not an address; write it as in \"https://host/path\"");
  }
  http::ClientOptions options;
  options.base_url = std::move(base);
  options.timeout = kTimeout;
  options.max_response_bytes = kMostAnswerBytes;
  auto client = clients(options);
  if (!client) return Fail(client.error());
  return std::unique_ptr<NotificationChannel>(
      new NotificationChannel(std::move(*client), std::move(path)));
}

NotificationChannel::Outcome NotificationChannel::Post(const std::string& body,
                                                       const std::stop_token& stop) {
  const http::Answer answer =
      client_->SendAndWait({.method = "POST",
                            .target = path_,
                            .headers = {{"Content-Type", "application/json"}},
                            .body = body},
                           stop);
  if (!answer) return {.retry_after = std::nullopt, .reason = answer.error().message};
  if (answer->status >= 200 && answer->status < 300) {
    return {.sent = true, .retry_after = std::nullopt, .reason = {}};
  }
  std::string reason = Format("it answers {}", answer->status);
  if (!answer->body.empty())
    reason += Format(" '{}'", Printable(Trim(answer->body), kShownAnswerBytes));
  return {.refused = IsRefusal(answer->status),
          .retry_after = RetryAfter(answer->headers),
          .reason = std::move(reason)};
}

NotificationSender::NotificationSender(const std::vector<NotificationTarget>& targets,
                                       const http::ClientFactory& clients,
                                       const Clock& clock,
                                       Random& random)
    : clock_(clock), random_(random) {
  lines_.reserve(targets.size());
  for (const NotificationTarget& target : targets) {
    auto channel = NotificationChannel::Open(target, clients);
    if (channel) {
      Line& line = lines_.emplace_back();
      line.name = target.name;
      line.channel = std::move(*channel);
    } else {
      Log(LogLevel::kError,
          Format("notification '{}' cannot be sent: {}", target.name, channel.error().message()));
    }
  }
}

const NotificationSender::Line* NotificationSender::Find(const std::string& target) const {
  const auto found = std::find_if(
      lines_.begin(), lines_.end(), [&](const Line& line) { return line.name == target; });
  return found == lines_.end() ? nullptr : &*found;
}

bool NotificationSender::HasRoom(const std::string& target) const {
  const Line* const line = Find(target);
  return line == nullptr || line->waiting.size() < kMostWaitingNotifications;
}

void NotificationSender::Add(OutgoingNotification message) {
  for (Line& line : lines_) {
    if (line.name != message.target) continue;
    line.waiting.push_back(std::move(message));
    return;
  }
  Log(LogLevel::kWarning,
      Format("a message for notification '{}' is dropped: nothing is sent there any more",
             Printable(message.target)));
  done_.push_back(message.id);
}

void NotificationSender::Step(const std::stop_token& stop) {
  for (Line& line : lines_) {
    if (stop.stop_requested()) return;
    if (!line.waiting.empty() && line.not_before <= clock_.Steady()) Send(line, stop);
  }
}

std::optional<Duration> NotificationSender::Rest() const {
  std::optional<Duration> rest;
  for (const Line& line : lines_) {
    if (line.waiting.empty()) continue;
    const Duration wait = std::max(line.not_before - clock_.Steady(), Duration(0));
    rest = std::min(rest.value_or(wait), wait);
  }
  return rest;
}

void NotificationSender::Send(Line& line, const std::stop_token& stop) {
  const OutgoingNotification& message = line.waiting.front();
  const NotificationChannel::Outcome outcome = line.channel->Post(message.body, stop);
  if (outcome.sent) return Finish(line);
  if (stop.stop_requested()) return;  // It waits for the next start.
  const Duration age = clock_.Now() - message.created_at;
  if (outcome.refused || age >= kLongestNotificationDelay) {
    Log(LogLevel::kError,
        Format("a message for notification '{}' of {} is dropped: {}",
               line.name,
               FormatTime(message.created_at),
               outcome.reason));
    return Finish(line);
  }
  if (++line.attempts == 1) {
    Log(LogLevel::kWarning,
        Format("notification '{}' is tried again: {}", line.name, outcome.reason));
  }
  const auto delay =
      NextDelay(kPolicy, std::min(line.attempts, 20), outcome.retry_after, random_.Uniform());
  line.not_before = clock_.Steady() + delay.value_or(kPolicy.cap);
}

void NotificationSender::Finish(Line& line) {
  done_.push_back(line.waiting.front().id);
  line.waiting.pop_front();
  line.attempts = 0;
  line.not_before = {};
}

}  // namespace cohort_sync::web
