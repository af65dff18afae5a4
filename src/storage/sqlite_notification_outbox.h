// The outbox of notifications, in the state.
#ifndef COHORT_SYNC_STORAGE_SQLITE_NOTIFICATION_OUTBOX_H_
#define COHORT_SYNC_STORAGE_SQLITE_NOTIFICATION_OUTBOX_H_

#include <vector>

#include "storage/database.h"
#include "sync/notification_outbox.h"

namespace cohort_sync {

// Shares the writing connection with the store that made it. Outside of the store's transactions;
// one thread with the store.
class SqliteNotificationOutbox final : public NotificationOutbox {
 public:
  explicit SqliteNotificationOutbox(Database& database) : database_(database) {}

  [[nodiscard]] RaisedAlerts Raised() override;
  [[nodiscard]] std::vector<OutgoingNotification> Waiting() override;
  [[nodiscard]] std::vector<OutgoingNotification> Add(
      const RaisedAlerts& raised, std::vector<OutgoingNotification> messages) override;
  void Remove(const std::vector<std::int64_t>& ids) override;

 private:
  Database& database_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_STORAGE_SQLITE_NOTIFICATION_OUTBOX_H_
