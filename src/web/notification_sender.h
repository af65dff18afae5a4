// Sends messages to their addresses, each in its order, again and again until they are taken.
#ifndef COHORT_SYNC_WEB_NOTIFICATION_SENDER_H_
#define COHORT_SYNC_WEB_NOTIFICATION_SENDER_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "http/client.h"
#include "sync/alerts.h"
#include "sync/notification_outbox.h"

namespace cohort_sync::web {

enum class NotificationForm { kJson, kSlack };

struct NotificationTarget {
  std::string
      name;         // What the state and messages know it by: never the address, if that is secret.
  std::string url;  // "https://host/path?query"
  bool url_is_secret = false;
  NotificationForm form = NotificationForm::kJson;
  std::set<AlertKind> events;
};

// One address. One thread.
class NotificationChannel {
 public:
  // kConfiguration when the address cannot be used.
  [[nodiscard]] static Result<std::unique_ptr<NotificationChannel>> Open(
      const NotificationTarget& target, const http::ClientFactory& clients);

  struct Outcome {
    bool sent = false;
    bool refused = false;  // Not sent, and another try would be answered the same.
    std::optional<Duration> retry_after;
    std::string reason;  // Why not; without the address's path.
  };
  // At most ten seconds, less after a stop.
  [[nodiscard]] Outcome Post(const std::string& body, const std::stop_token& stop);

 private:
  NotificationChannel(std::unique_ptr<http::Client> client, std::string path)
      : client_(std::move(client)), path_(std::move(path)) {}

  const std::unique_ptr<http::Client> client_;
  const std::string path_;
};

// So many messages wait for one address; further ones are dropped.
inline constexpr std::size_t kMostWaitingNotifications = 1'000;
// A message that could not be sent for so long is dropped.
inline constexpr Duration kLongestNotificationDelay = std::chrono::hours(24);

// One thread.
class NotificationSender {
 public:
  // `clock` and `random` outlive it. A target whose channel cannot be opened is logged and sends
  // nothing: its messages are dropped.
  NotificationSender(const std::vector<NotificationTarget>& targets,
                     const http::ClientFactory& clients,
                     const Clock& clock,
                     Random& random);

  // Not when too many wait for `target` already.
  [[nodiscard]] bool HasRoom(const std::string& target) const;
  // Behind those that wait. A message for a target that is not known is done.
  void Add(OutgoingNotification message);
  // Sends what is due now, one message for each target; what was sent or dropped is added to
  // done().
  void Step(const std::stop_token& stop);
  [[nodiscard]] std::vector<std::int64_t> TakeDone() { return std::exchange(done_, {}); }
  // Until Step has something to do: 0 when it has now, nullopt when nothing waits.
  [[nodiscard]] std::optional<Duration> Rest() const;

 private:
  struct Line {
    std::string name;
    std::unique_ptr<NotificationChannel> channel;
    std::deque<OutgoingNotification> waiting;
    int attempts = 0;  // Of the first that waits.
    SteadyPoint not_before{};
  };
  [[nodiscard]] const Line* Find(const std::string& target) const;
  void Send(Line& line, const std::stop_token& stop);
  void Finish(Line& line);

  const Clock& clock_;
  Random& random_;
  std::vector<Line> lines_;
  std::vector<std::int64_t> done_;
};

}  // namespace cohort_sync::web

#endif  // COHORT_SYNC_WEB_NOTIFICATION_SENDER_H_
