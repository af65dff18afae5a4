// Watches where the syncs stand and tells people what changed, on a thread of its own: no run waits
// for it.
#ifndef COHORT_SYNC_WEB_NOTIFIER_H_
#define COHORT_SYNC_WEB_NOTIFIER_H_

#include <atomic>
#include <memory>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "service/task_queue.h"
#include "sync/alerts.h"
#include "sync/notification_outbox.h"
#include "sync/wakeup.h"
#include "web/daemon_figures.h"
#include "web/notification_sender.h"

namespace cohort_sync::web {

// Everything that is referred to outlives the notifier.
struct NotifierParts {
  FiguresSource& figures;      // Of the notifier's thread alone.
  NotificationOutbox& outbox;  // Of the thread of `tasks`.
  TaskQueue& tasks;
  const Clock& clock;
  Random& random;  // Safe from two threads.
  AlertThresholds thresholds;
  std::vector<NotificationTarget> targets;
  http::ClientFactory clients;
};

// The steps. What changed is in the state, with its messages, before any is sent, and they leave it
// when they were sent: each is sent at least once, over any restart. One thread after the
// constructor.
class NotificationDesk {
 public:
  // On the thread of `tasks`. Throws DatabaseError.
  explicit NotificationDesk(NotifierParts parts);

  // Looks where things stand when `asked` or when it has not for a minute, and sends what is due.
  // Returns how long it has nothing to do. Throws std::future_error once the tasks are closed.
  Duration Step(bool asked, const std::stop_token& stop);

 private:
  void Look();
  [[nodiscard]] std::vector<OutgoingNotification> Addressed(
      const std::vector<AlertMessage>& messages) const;

  const NotifierParts parts_;
  NotificationSender sender_;
  RaisedAlerts raised_;
  std::optional<SteadyPoint> looked_at_;
};

// The thread.
class Notifier {
 public:
  // On the thread of `tasks`, which runs them. Throws DatabaseError.
  explicit Notifier(NotifierParts parts);
  // After the tasks were closed. What is being sent is cut off, to be sent again by the next start.
  ~Notifier();
  Notifier(const Notifier&) = delete;
  Notifier& operator=(const Notifier&) = delete;

  // Something may have changed. Any thread.
  void LookAgain();

 private:
  void Run(const std::stop_token& stop);

  TaskQueue& tasks_;  // Where the state fails, its owner has to know.
  NotificationDesk desk_;
  const std::shared_ptr<Wakeup> wakeup_ = std::make_shared<Wakeup>();
  std::atomic<bool> asked_ = true;
  std::jthread thread_;
};

}  // namespace cohort_sync::web

#endif  // COHORT_SYNC_WEB_NOTIFIER_H_
