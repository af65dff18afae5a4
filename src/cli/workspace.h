// What a command works with: configuration, state, sources and destinations, put together.
#ifndef COHORT_SYNC_CLI_WORKSPACE_H_
#define COHORT_SYNC_CLI_WORKSPACE_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "amplitude/json_push_format.h"
#include "base/result.h"
#include "cli/command.h"
#include "config/config.h"
#include "service/process_lock.h"
#include "service/shared_store.h"
#include "service/sync_engine.h"
#include "service/task_queue.h"
#include "storage/sqlite_inbox.h"
#include "storage/sqlite_sync_store.h"
#include "sync/list_destination.h"
#include "sync/preparation.h"
#include "sync/snapshot_source.h"

namespace cohort_sync {

// All problems of the configuration in one message, a line each.
[[nodiscard]] Result<Config> LoadConfig(const std::string& path);

// The sync that `word` means: its cohort's id, its configured name, or the name in `known_names`
// (cohort id -> name, from the state). kConfiguration, with the nearest, when there is none; with
// the ids, when a name fits several.
[[nodiscard]] Result<const SyncConfig*> FindSync(
    const Config& config,
    const std::map<std::string, std::string>& known_names,
    const std::string& word);

// Owns the state (one process at a time) and makes the adapters as they are needed, so that a
// missing secret of one destination does not stop the others. Writing thread only.
class Workspace {
 public:
  // kLocked when another process owns the state; kConfiguration when it cannot be opened. In-flight
  // operations of a process that died are taken as unknown (R2).
  [[nodiscard]] static Result<std::unique_ptr<Workspace>> Open(const CommandContext& context,
                                                               const std::string& command);
  // The same for the one that has the lock of the configuration's state.
  [[nodiscard]] static Result<std::unique_ptr<Workspace>> Open(
      const CommandContext& context, Config config, std::shared_ptr<const ProcessLock> lock);

  [[nodiscard]] const Config& config() const { return config_; }
  [[nodiscard]] SqliteSyncStore& store() { return *store_; }
  // The same, and what else is to be done on this thread, for others.
  [[nodiscard]] SyncStore& shared_store() { return shared_store_; }
  [[nodiscard]] TaskQueue& tasks() { return tasks_; }

  // The configured syncs that the words name; when there are none, all that are not paused. Those
  // that are get a line where `context` has errors printed.
  [[nodiscard]] Result<std::vector<const SyncConfig*>> Select(
      const CommandContext& context, const std::vector<std::string>& words);

  // Runs what is asked of it, on this thread. One at a time. One that listens is woken by
  // wakeup().
  [[nodiscard]] std::unique_ptr<SyncEngine> MakeEngine(bool listens = false);
  [[nodiscard]] const std::shared_ptr<Wakeup>& wakeup() const { return wakeup_; }

  // Of pushed cohorts; nullptr when none is configured.
  [[nodiscard]] SqliteInbox* inbox() { return inbox_.get(); }
  [[nodiscard]] const PushFormat& push_format() const { return push_format_; }

  // The sync with its source and destination. What it points to lives as long as the workspace.
  [[nodiscard]] Result<SyncTarget> TargetOf(const SyncConfig& sync);

 private:
  Workspace(const CommandContext& context,
            Config config,
            std::shared_ptr<const ProcessLock> lock,
            std::unique_ptr<SqliteSyncStore> store,
            std::unique_ptr<SqliteInbox> inbox);

  // The first destination of the same endpoint and credential.
  [[nodiscard]] const DestinationName& AccountOf(const DestinationConfig& settings) const;
  [[nodiscard]] DeliverySettings DeliveryOf(const DestinationName& account) const;
  [[nodiscard]] Result<ListDestination*> DestinationOf(const DestinationName& name);
  // nullptr for a pushed cohort that is nowhere read as a whole.
  [[nodiscard]] Result<SnapshotSource*> SourceOf(const SyncConfig& sync);

  const CommandContext& context_;
  Config config_;
  const std::shared_ptr<const ProcessLock> lock_;
  std::unique_ptr<SqliteSyncStore> store_;
  std::unique_ptr<SqliteInbox> inbox_;
  const amplitude::JsonPushFormat push_format_;
  const std::shared_ptr<Wakeup> wakeup_ = std::make_shared<Wakeup>();
  TaskQueue tasks_{wakeup_};
  SharedStore shared_store_;
  SharedExportRequests export_requests_;
  SharedExportLedger export_ledger_;
  std::map<DestinationName, std::unique_ptr<ListDestination>> destinations_;
  std::map<ProjectName, std::unique_ptr<SnapshotSource>> export_sources_;
  std::map<BindingKey, std::unique_ptr<SnapshotSource>> own_sources_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_CLI_WORKSPACE_H_
