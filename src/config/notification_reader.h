// The sections `notifications` and `alerts`: whom to tell, and from when on.
#ifndef COHORT_SYNC_CONFIG_NOTIFICATION_READER_H_
#define COHORT_SYNC_CONFIG_NOTIFICATION_READER_H_

#include <vector>

#include "config/config_problem.h"
#include "config/json_value.h"
#include "config/notification_config.h"

namespace cohort_sync {

[[nodiscard]] std::vector<NotificationConfig> ReadNotifications(const JsonValue& value,
                                                                ConfigProblems& problems);
[[nodiscard]] AlertThresholds ReadAlerts(const JsonValue& value, ConfigProblems& problems);

}  // namespace cohort_sync

#endif  // COHORT_SYNC_CONFIG_NOTIFICATION_READER_H_
