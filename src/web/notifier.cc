#include "web/notifier.h"

#include <algorithm>
#include <exception>
#include <future>
#include <utility>

#include "base/database_error.h"
#include "base/format.h"
#include "base/log.h"
#include "web/notification_text.h"

namespace cohort_sync::web {
namespace {

// What no run's end says: time that passes, and pushes that are not taken.
constexpr Duration kBetweenLooks{60'000};

}  // namespace

NotificationDesk::NotificationDesk(NotifierParts parts)
    : parts_(std::move(parts)),
      sender_(parts_.targets, parts_.clients, parts_.clock, parts_.random),
      raised_(parts_.outbox.Raised()) {
  for (OutgoingNotification& waiting : parts_.outbox.Waiting())
    sender_.Add(std::move(waiting));
}

Duration NotificationDesk::Step(bool asked, const std::stop_token& stop) {
  const SteadyPoint now = parts_.clock.Steady();
  if (asked || !looked_at_ || now - *looked_at_ >= kBetweenLooks) {
    looked_at_ = now;
    Look();
  }
  sender_.Step(stop);
  if (std::vector<std::int64_t> done = sender_.TakeDone(); !done.empty())
    parts_.tasks.Call([&] { parts_.outbox.Remove(done); });
  const Duration rest = std::max(*looked_at_ + kBetweenLooks - parts_.clock.Steady(), Duration(0));
  return std::min(rest, sender_.Rest().value_or(rest));
}

void NotificationDesk::Look() {
  Result<DaemonFigures> figures = Fail(ErrorCode::kUnavailable, "not read");
  try {
    figures = parts_.figures.Read();
  } catch (const DatabaseError& error) {
    figures = Fail(ErrorCode::kUnavailable, error.what());
  }
  if (!figures) {
    return Log(
        LogLevel::kWarning,
        Format("notifications: the state could not be looked at: {}", figures.error().message()));
  }
  RaisedAlerts raised = raised_;
  const Judgement judgement = Judge(*figures, parts_.thresholds, parts_.clock.Now());
  const std::vector<AlertMessage> messages = UpdateAlerts(judgement, raised);
  if (raised == raised_) return;
  std::vector<OutgoingNotification> outgoing = Addressed(messages);
  outgoing = parts_.tasks.Call([&] { return parts_.outbox.Add(raised, std::move(outgoing)); });
  raised_ = std::move(raised);
  for (OutgoingNotification& message : outgoing)
    sender_.Add(std::move(message));
}

std::vector<OutgoingNotification> NotificationDesk::Addressed(
    const std::vector<AlertMessage>& messages) const {
  std::vector<OutgoingNotification> outgoing;
  for (const AlertMessage& message : messages) {
    for (const NotificationTarget& target : parts_.targets) {
      if (!target.events.contains(message.kind)) continue;
      if (!sender_.HasRoom(target.name)) {
        Log(LogLevel::kError,
            Format("notification '{}' has {} messages waiting: '{}' is dropped",
                   target.name,
                   kMostWaitingNotifications,
                   message.message));
        continue;
      }
      OutgoingNotification& next = outgoing.emplace_back();
      next.target = target.name;
      next.created_at = parts_.clock.Now();
      next.body = target.form == NotificationForm::kSlack ? NotificationForSlack(message)
                                                          : NotificationJson(message);
    }
  }
  return outgoing;
}

Notifier::Notifier(NotifierParts parts) : tasks_(parts.tasks), desk_(std::move(parts)) {
  thread_ = std::jthread([this](const std::stop_token& stop) { Run(stop); });
}

Notifier::~Notifier() {
  thread_.request_stop();
  thread_.join();
}

void Notifier::LookAgain() {
  asked_ = true;
  wakeup_->Ring();
}

void Notifier::Run(const std::stop_token& stop) {
  try {
    while (!stop.stop_requested())
      wakeup_->Wait(desk_.Step(asked_.exchange(false), stop), stop);
  } catch (const std::future_error&) {
    // The daemon ends; what was not saved is found again by the next start.
  } catch (...) {
    tasks_.Post([error = std::current_exception()] { std::rethrow_exception(error); });
  }
}

}  // namespace cohort_sync::web
