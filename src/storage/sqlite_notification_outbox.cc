#include "storage/sqlite_notification_outbox.h"

#include "storage/column_text.h"
#include "storage/query.h"
#include "storage/transaction.h"

namespace cohort_sync {

namespace {

constexpr char kRaised[] = "SELECT subject, kind FROM alerts";
constexpr char kClear[] = "DELETE FROM alerts";
constexpr char kRaise[] = "INSERT INTO alerts (subject, kind) VALUES (?1, ?2)";
constexpr char kWaiting[] =
    "SELECT notification_id, target, created_at, body FROM notifications ORDER BY notification_id";
constexpr char kInsert[] =
    "INSERT INTO notifications (target, created_at, body) VALUES (?1, ?2, ?3)";
constexpr char kDelete[] = "DELETE FROM notifications WHERE notification_id = ?1";

}  // namespace

RaisedAlerts SqliteNotificationOutbox::Raised() {
  const Activity activity(database_, "read alerts");
  RaisedAlerts raised;
  Query query(database_, kRaised);
  query.Bind();
  while (query.Step())
    raised.insert({query.String(0), KnownWord(ParseAlertKind(query.Text(1)), query.Text(1))});
  return raised;
}

std::vector<OutgoingNotification> SqliteNotificationOutbox::Waiting() {
  const Activity activity(database_, "read notifications");
  std::vector<OutgoingNotification> waiting;
  Query query(database_, kWaiting);
  query.Bind();
  while (query.Step())
    waiting.push_back({query.Int(0), query.String(1), query.Time(2), query.String(3)});
  return waiting;
}

std::vector<OutgoingNotification> SqliteNotificationOutbox::Add(
    const RaisedAlerts& raised, std::vector<OutgoingNotification> messages) {
  Transaction transaction(database_, "save notifications");
  Query(database_, kClear).Bind().Run();
  for (const AlertKey& key : raised)
    Query(database_, kRaise).Bind(key.subject, ToString(key.kind)).Run();
  for (OutgoingNotification& message : messages) {
    Query(database_, kInsert).Bind(message.target, message.created_at, message.body).Run();
    message.id = database_.last_insert_id();
  }
  transaction.Commit();
  return messages;
}

void SqliteNotificationOutbox::Remove(const std::vector<std::int64_t>& ids) {
  Transaction transaction(database_, "remove notifications");
  for (const std::int64_t id : ids)
    Query(database_, kDelete).Bind(id).Run();
  transaction.Commit();
}

}  // namespace cohort_sync
