#include "cli/dashboard_service.h"

#include <memory>

#include "base/log.h"
#include "cli/dashboard_reader.h"
#include "cli/dashboard_token.h"

namespace cohort_sync {
namespace {

web::DashboardOptions OptionsOf(const Config& config, web::CommandExecutor* executor) {
  if (const auto token = ReadOrMakeDashboardToken(config); !token)
    Log(LogLevel::kWarning, token.error().message());
  return {.token = [config] { return ReadDashboardToken(config); },
          .reading_needs_token = !config.server->listen.is_loopback(),
          .executor = executor};
}

}  // namespace

DashboardService::DashboardService(const Config& config,
                                   const Clock& clock,
                                   web::CommandExecutor* executor)
    : dashboard_(
          OptionsOf(config, executor), std::make_unique<DashboardReader>(config, clock), clock) {}

}  // namespace cohort_sync
