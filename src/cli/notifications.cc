#include "cli/notifications.h"

#include <string>
#include <utility>

#include "base/format.h"
#include "base/text.h"
#include "config/secrets.h"
#include "http/client.h"
#include "web/notification_text.h"

namespace cohort_sync {
namespace {

using Level = Finding::Level;

Result<web::NotificationTarget> TargetOf(const Config& config,
                                         const NotificationConfig& notification) {
  web::NotificationTarget target;
  target.name = notification.name;
  target.form = notification.format == NotificationFormat::kSlack ? web::NotificationForm::kSlack
                                                                  : web::NotificationForm::kJson;
  target.events = notification.events;
  if (!notification.secret) {
    target.url = notification.name;
    return target;
  }
  auto url = ResolveSecret(*notification.secret, config.directory, ProcessEnvironment());
  if (!url) return Fail(url.error());
  target.url = url->Reveal();
  target.url_is_secret = true;
  return target;
}

std::string EventsOf(const NotificationConfig& notification) {
  std::vector<std::string> events;
  for (const AlertKind kind : notification.events)
    events.emplace_back(ToString(kind));
  return Join(events, ", ");
}

}  // namespace

std::vector<Finding> CheckNotifications(const CommandContext& context,
                                        const Config& config,
                                        bool send) {
  std::vector<Finding> findings;
  for (const NotificationConfig& notification : config.notifications) {
    const std::string subject = Format("notification '{}'", notification.name);
    const auto add = [&](Level level, std::string text) {
      findings.push_back({level, subject, std::move(text)});
    };
    const auto target = TargetOf(config, notification);
    if (!target) {
      add(Level::kProblem, target.error().message());
      continue;
    }
    const auto channel = web::NotificationChannel::Open(*target, http::MakeClient);
    if (!channel) {
      add(Level::kProblem, channel.error().message());
      continue;
    }
    if (!send) {
      add(Level::kOk, Format("is told of: {}", EventsOf(notification)));
      continue;
    }
    const auto outcome = (*channel)->Post(target->form == web::NotificationForm::kSlack
                                              ? web::TestForSlack()
                                              : web::TestJson(context.clock.Now()),
                                          context.stop);
    if (outcome.sent) {
      add(Level::kOk, "took a test message");
    } else {
      add(Level::kProblem, Format("did not take a test message: {}", outcome.reason));
    }
  }
  return findings;
}

Result<std::unique_ptr<NotificationService>> NotificationService::Start(
    const CommandContext& context, Workspace& workspace) {
  std::vector<web::NotificationTarget> targets;
  targets.reserve(workspace.config().notifications.size());
  for (const NotificationConfig& notification : workspace.config().notifications) {
    auto target = TargetOf(workspace.config(), notification);
    if (!target)
      return Fail(target.error().WithContext(Format("notification '{}'", notification.name)));
    targets.push_back(std::move(*target));
  }
  if (targets.empty()) return std::unique_ptr<NotificationService>();
  return std::unique_ptr<NotificationService>(
      new NotificationService(context, workspace, std::move(targets)));
}

NotificationService::NotificationService(const CommandContext& context,
                                         Workspace& workspace,
                                         std::vector<web::NotificationTarget> targets)
    : figures_(workspace.config(), context.clock),
      notifier_({figures_,
                 workspace.store().notifications(),
                 workspace.tasks(),
                 context.clock,
                 context.random,
                 workspace.config().alerts,
                 std::move(targets),
                 http::MakeClient}) {}

}  // namespace cohort_sync
