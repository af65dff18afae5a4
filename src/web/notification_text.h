// Messages as they are sent. The JSON is a contract (README.md, "Notifications").
#ifndef COHORT_SYNC_WEB_NOTIFICATION_TEXT_H_
#define COHORT_SYNC_WEB_NOTIFICATION_TEXT_H_

#include <string>

#include "base/clock.h"
#include "sync/alerts.h"

namespace cohort_sync::web {

// {"event", "of", "at", "cohort", ...}
[[nodiscard]] std::string NotificationJson(const AlertMessage& message);
// As Slack's incoming webhooks take it: {"text", "blocks"}, with what Slack would read as markup
// escaped.
[[nodiscard]] std::string NotificationForSlack(const AlertMessage& message);

// A message that says only that messages arrive.
[[nodiscard]] std::string TestJson(TimePoint now);
[[nodiscard]] std::string TestForSlack();

}  // namespace cohort_sync::web

#endif  // COHORT_SYNC_WEB_NOTIFICATION_TEXT_H_
