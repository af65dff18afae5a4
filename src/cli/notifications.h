// The notifications of the configuration: their addresses, their check, and what sends them.
#ifndef COHORT_SYNC_CLI_NOTIFICATIONS_H_
#define COHORT_SYNC_CLI_NOTIFICATIONS_H_

#include <memory>
#include <vector>

#include "base/result.h"
#include "cli/command.h"
#include "cli/figures_reader.h"
#include "cli/json_text.h"
#include "cli/workspace.h"
#include "config/config.h"
#include "web/notification_sender.h"
#include "web/notifier.h"

namespace cohort_sync {

// What `check` says of them; sends each a test message where `send`.
[[nodiscard]] std::vector<Finding> CheckNotifications(const CommandContext& context,
                                                      const Config& config,
                                                      bool send);

// While `serve` runs. On the thread that owns the state, but for its own. Destroyed behind the
// engine, which closes the workspace's tasks.
class NotificationService {
 public:
  // nullptr when nobody is to be told. kConfiguration when an address cannot be read. The
  // references outlive it.
  [[nodiscard]] static Result<std::unique_ptr<NotificationService>> Start(
      const CommandContext& context, Workspace& workspace);

  void RunEnded() { notifier_.LookAgain(); }

 private:
  NotificationService(const CommandContext& context,
                      Workspace& workspace,
                      std::vector<web::NotificationTarget> targets);

  FiguresReader figures_;
  web::Notifier notifier_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_CLI_NOTIFICATIONS_H_
