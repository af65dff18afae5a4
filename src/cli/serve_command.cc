#include <atomic>
#include <memory>
#include <optional>
#include <utility>

#include "base/format.h"
#include "base/log.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/daemon.h"
#include "cli/monitoring.h"
#include "cli/workspace.h"
#include "service/process_lock.h"
#include "service/shutdown.h"

namespace cohort_sync {
namespace {

// Serves one configuration; gives the next, or nullopt after a stop. Fails before anything is
// served.
Result<std::optional<Config>> Serve(const CommandContext& context,
                                    const Config& config,
                                    const std::shared_ptr<const ProcessLock>& lock,
                                    web::DaemonMeter& meter,
                                    const std::shared_ptr<std::atomic<bool>>& hangup) {
  auto workspace = Workspace::Open(context, config, lock);
  if (!workspace) return Fail(workspace.error());
  Monitoring monitoring((*workspace)->config(), context.clock, meter);
  Daemon daemon(context, **workspace, monitoring, *hangup);
  const std::shared_ptr<Wakeup> wakeup = (*workspace)->wakeup();
  const auto on_hangup = [hangup, wakeup] {
    *hangup = true;
    wakeup->Ring();
  };
  if (context.signals != nullptr) context.signals->OnHangup(on_hangup);
  if (Status prepared = daemon.Prepare(); !prepared) return Fail(prepared.error());
  Log(LogLevel::kInfo, Format("serving {}", Count(std::ssize(config.syncs), "sync", "syncs")));
  return daemon.Run();
}

}  // namespace

Result<ExitCode> RunServe(const CommandContext& context, const CommandArguments& /*arguments*/) {
  Result<Config> loaded = LoadConfig(context.config_path);
  if (!loaded) return Fail(loaded.error());
  Config config = std::move(*loaded);
  auto lock = ProcessLock::Acquire(config.state, "serve", context.clock.Now());
  if (!lock) return Fail(lock.error());
  const auto shared_lock = std::make_shared<const ProcessLock>(std::move(*lock));
  const auto hangup = std::make_shared<std::atomic<bool>>(false);
  web::DaemonMeter meter;
  CommandContext watched = context;
  watched.meter = &meter;
  std::optional<Config> before;  // Served before `config`, which is new.
  while (true) {
    Result<std::optional<Config>> next = Serve(watched, config, shared_lock, meter, hangup);
    if (!next && !before) return Fail(next.error());
    if (!next) {
      Log(LogLevel::kError,
          Format("the configuration from before is served again: {}", next.error().message()));
      config = *std::exchange(before, std::nullopt);
      continue;
    }
    if (!*next) break;
    Log(LogLevel::kInfo, "the configuration was read again");
    before = std::exchange(config, std::move(**next));
  }
  Log(LogLevel::kInfo, "stopped");
  return ExitCode::kDone;
}

}  // namespace cohort_sync
