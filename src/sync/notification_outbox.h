// Port: what people were told about, and what they are still to be told (src/storage implements
// it).
#ifndef COHORT_SYNC_SYNC_NOTIFICATION_OUTBOX_H_
#define COHORT_SYNC_SYNC_NOTIFICATION_OUTBOX_H_

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "sync/alerts.h"

namespace cohort_sync {

// A message that waits to be sent.
struct OutgoingNotification {
  std::int64_t id = 0;  // Ascending; given by the outbox.
  std::string target;   // NotificationConfig::name
  TimePoint created_at;
  std::string body;  // As it is sent.
};

// One method is one transaction. Throws DatabaseError. Writing thread only.
class NotificationOutbox {
 public:
  virtual ~NotificationOutbox() = default;
  [[nodiscard]] virtual RaisedAlerts Raised() = 0;
  // In the order in which they were added.
  [[nodiscard]] virtual std::vector<OutgoingNotification> Waiting() = 0;
  // What is raised from now on, and the messages that say so: both or nothing. Returns them with
  // their ids.
  [[nodiscard]] virtual std::vector<OutgoingNotification> Add(
      const RaisedAlerts& raised, std::vector<OutgoingNotification> messages) = 0;
  // They were sent, or given up.
  virtual void Remove(const std::vector<std::int64_t>& ids) = 0;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_NOTIFICATION_OUTBOX_H_
