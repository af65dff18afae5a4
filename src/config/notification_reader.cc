#include "config/notification_reader.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/format.h"
#include "base/text.h"
#include "config/object_reader.h"
#include "config/service_url.h"

namespace cohort_sync {
namespace {

std::vector<std::string> EventNames() {
  std::vector<std::string> names;
  for (const AlertKind kind : kAlertKinds)
    names.emplace_back(ToString(kind));
  return names;
}

// An address or a reference to one; "https:" and "env:" tell them apart.
void ReadUrl(ObjectReader& reader, NotificationConfig& notification) {
  const auto text = reader.RequireText("url", "\"env:SLACK_WEBHOOK_URL\"");
  if (!text) return;
  notification.name = *text;
  if (text->starts_with("http:") || text->starts_with("https:")) {
    if (const auto url = ParseServiceUrl(*text); !url)
      reader.AddProblem("url", url.error().message());
    return;
  }
  auto reference = ParseSecretReference(*text);
  if (!reference) return reader.AddProblem("url", reference.error().message());
  notification.secret = *std::move(reference);
}

NotificationConfig ReadNotification(const JsonValue& value,
                                    const std::string& path,
                                    ConfigProblems& problems) {
  ObjectReader reader(value, path, problems);
  NotificationConfig notification;
  ReadUrl(reader, notification);
  if (reader.Require("format", "\"slack\"") != nullptr &&
      reader.Choice("format", {"json", "slack"}) == "slack")
    notification.format = NotificationFormat::kSlack;
  for (const PlacedText& event : reader.Texts("events")) {
    if (const auto kind = ParseAlertKind(event.text)) {
      notification.events.insert(*kind);
    } else {
      problems.push_back(
          {event.path,
           Format(
               "'{}' is no event{}", Printable(event.text), Suggestion(event.text, EventNames()))});
    }
  }
  if (!reader.Has("events"))
    notification.events.insert(std::begin(kAlertKinds), std::end(kAlertKinds));
  reader.RefuseUnknownKeys();
  return notification;
}

}  // namespace

std::vector<NotificationConfig> ReadNotifications(const JsonValue& value,
                                                  ConfigProblems& problems) {
  std::vector<NotificationConfig> notifications;
  if (value.kind != JsonKind::kArray) {
    problems.push_back({"notifications", WrongKind(JsonKind::kArray, value.kind)});
    return notifications;
  }
  for (std::size_t index = 0; index < value.items.size(); ++index) {
    const std::string path = Format("notifications[{}]", index);
    NotificationConfig next = ReadNotification(value.items[index], path, problems);
    const bool twice = std::any_of(
        notifications.begin(), notifications.end(), [&](const NotificationConfig& other) {
          return !next.name.empty() && other.name == next.name;
        });
    if (twice) problems.push_back({path + ".url", "is named twice; put its 'events' together"});
    notifications.push_back(std::move(next));
  }
  return notifications;
}

AlertThresholds ReadAlerts(const JsonValue& value, ConfigProblems& problems) {
  ObjectReader reader(value, "alerts", problems);
  AlertThresholds thresholds;
  if (const auto percent = reader.Integer("parked_percent", 0, 100))
    thresholds.parked_percent = *percent;
  if (const auto percent = reader.Integer("budget_percent", 0, 100))
    thresholds.budget_percent = *percent;
  if (const auto periods = reader.Integer("overdue_periods", 1, 1'000))
    thresholds.overdue_periods = *periods;
  thresholds.overdue_after =
      reader.DurationOf("overdue_after", std::chrono::minutes(1), std::chrono::days(365));
  if (reader.Has("overdue_periods") && reader.Has("overdue_after"))
    reader.AddProblem("overdue_after", "stands beside 'overdue_periods'; keep one of the two");
  reader.RefuseUnknownKeys();
  return thresholds;
}

}  // namespace cohort_sync
