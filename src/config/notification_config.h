// Whom to tell what happens, and from when on it is worth telling.
#ifndef COHORT_SYNC_CONFIG_NOTIFICATION_CONFIG_H_
#define COHORT_SYNC_CONFIG_NOTIFICATION_CONFIG_H_

#include <optional>
#include <set>
#include <string>

#include "config/secrets.h"
#include "sync/alerts.h"

namespace cohort_sync {

enum class NotificationFormat { kJson, kSlack };

struct NotificationConfig {
  // As the configuration has it: the address, or the reference to it. Known by this in the state.
  std::string name;
  std::optional<SecretReference> secret;  // nullopt: `name` is the address.
  NotificationFormat format = NotificationFormat::kJson;
  std::set<AlertKind> events;  // Which are told, with their ends.
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_CONFIG_NOTIFICATION_CONFIG_H_
