// Sources and destinations made from their configuration, secrets resolved.
#ifndef COHORT_SYNC_CLI_ADAPTERS_H_
#define COHORT_SYNC_CLI_ADAPTERS_H_

#include <memory>
#include <vector>

#include "amplitude/export_client.h"
#include "amplitude/export_source.h"
#include "base/result.h"
#include "base/secret.h"
#include "cli/command.h"
#include "config/config.h"
#include "sync/list_destination.h"
#include "sync/snapshot_source.h"

namespace cohort_sync {

// kConfiguration when a secret cannot be read or an address cannot be used. Makes no call. What the
// context refers to outlives what is made; with --dump every exchange is written there, and the
// context's meter counts the calls that are not for a contact. REQUIRES: `name` is configured.
[[nodiscard]] Result<std::unique_ptr<ListDestination>> MakeDestination(
    const Config& config, const DestinationName& name, const CommandContext& context);
[[nodiscard]] Result<amplitude::ExportAccess> MakeExportAccess(const Config& config,
                                                               const ProjectName& name,
                                                               const CommandContext& context);
[[nodiscard]] amplitude::ExportSettings ExportSettingsOf(const ProjectConfig& settings);
// REQUIRES: the sync reads snapshots from a file.
[[nodiscard]] std::unique_ptr<SnapshotSource> MakeFileSource(const SyncConfig& sync);
// What a push has to bring one of. kConfiguration when one of them cannot be read.
[[nodiscard]] Result<std::vector<Secret>> ReadPushSecrets(const Config& config);

}  // namespace cohort_sync

#endif  // COHORT_SYNC_CLI_ADAPTERS_H_
