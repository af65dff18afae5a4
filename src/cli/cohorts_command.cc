// cohorts: what Amplitude has, the list each cohort would get, and whether it is synced here.
#include <map>
#include <utility>

#include "base/format.h"
#include "base/text.h"
#include "base/time_text.h"
#include "cli/adapters.h"
#include "cli/command.h"
#include "cli/json_text.h"
#include "cli/text_table.h"
#include "cli/workspace.h"
#include "cordial/list_name.h"
#include "storage/sqlite_history.h"

namespace cohort_sync {
namespace {

// The lists of the bindings in the state.
using PinnedLists = std::map<std::pair<ProjectName, CohortId>, std::string>;

Result<PinnedLists> ReadPinnedLists(const Config& config) {
  PinnedLists lists;
  auto history = SqliteHistory::Open(config.state.string());
  if (!history) {
    if (history.error().code() == ErrorCode::kNotFound) return lists;
    return Fail(history.error());
  }
  for (const BindingStatus& status : (*history)->Bindings())
    lists[{status.binding.key.project, status.binding.key.cohort}] =
        status.binding.pins.list_name.value();
  return lists;
}

const SyncConfig* ConfiguredSync(const Config& config,
                                 const ProjectName& project,
                                 const CohortId& cohort) {
  for (const SyncConfig& sync : config.syncs) {
    if (sync.key.project == project && sync.key.cohort == cohort) return &sync;
  }
  return nullptr;
}

// The name that a first sync would give its list, by the rules of the destination it goes to or,
// not configured, of the first one.
Result<ListName> NewListName(const Config& config,
                             const SyncConfig* sync,
                             const amplitude::CohortInfo& cohort) {
  const auto destination = sync != nullptr ? config.destinations.find(sync->key.destination)
                                           : config.destinations.begin();
  const std::string identifier = destination == config.destinations.end()
                                     ? std::string("email")
                                     : destination->second.identifier.name;
  if (sync != nullptr && !sync->list_name.empty())
    return cordial::CheckListName(sync->list_name, identifier);
  return cordial::DeriveListName(cohort.name, identifier);
}

std::string StandingText(const KnownCohort& cohort) {
  if (cohort.synced) return "synced";
  if (cohort.configured) return "configured";
  return cohort.problem.empty() ? "-" : "cannot be synced";
}

std::string CohortsText(const std::vector<KnownCohort>& cohorts, bool several_projects) {
  if (cohorts.empty()) return "Amplitude has no cohorts that this key may see\n";
  std::vector<TextTable::Column> columns = {
      {"cohort"}, {"id"}, {"size", TextTable::Align::kRight}, {"computed"}, {"list"}, {"here"}};
  if (several_projects) columns.insert(columns.begin(), {"project"});
  TextTable table(columns);
  std::string remarks;
  for (const KnownCohort& cohort : cohorts) {
    std::vector<std::string> cells = {
        Printable(cohort.name, 40),
        cohort.id,
        cohort.size ? WithThousands(*cohort.size) : "-",
        cohort.last_computed ? FormatTime(*cohort.last_computed) : "never",
        cohort.list.empty() ? "-" : cohort.list,
        StandingText(cohort)};
    if (several_projects) cells.insert(cells.begin(), cohort.project);
    table.AddRow(std::move(cells));
    if (!cohort.problem.empty()) remarks += cohort.problem + '\n';
  }
  return table.Text() + remarks;
}

// What is known of one cohort of a project.
KnownCohort Describe(const Config& config,
                     const PinnedLists& pinned,
                     const ProjectName& project,
                     const std::vector<amplitude::CohortInfo>& all,
                     const amplitude::CohortInfo& info) {
  KnownCohort cohort;
  cohort.project = project.value();
  cohort.id = info.id.value();
  cohort.name = info.name;
  cohort.size = info.size;
  cohort.last_computed = info.last_computed;
  const SyncConfig* const sync = ConfiguredSync(config, project, info.id);
  cohort.configured = sync != nullptr;
  const auto list = pinned.find({project, info.id});
  cohort.synced = list != pinned.end();
  const Result<ListName> fresh = NewListName(config, sync, info);
  if (cohort.synced) {
    cohort.list = list->second;
  } else if (fresh) {
    cohort.list = fresh->value();
  }
  if (const auto syncable = amplitude::FindSyncable(all, info.id); !syncable) {
    cohort.problem = syncable.error().message();
  } else if (!cohort.synced && !fresh) {
    cohort.problem = fresh.error().message();
  }
  return cohort;
}

}  // namespace

Result<ExitCode> RunCohorts(const CommandContext& context, const CommandArguments& /*arguments*/) {
  const Result<Config> config = LoadConfig(context.config_path);
  if (!config) return Fail(config.error());
  if (config->projects.empty())
    return Fail(ErrorCode::kConfiguration,
                "no Amplitude project is configured; add one to 'projects'");
  const Result<PinnedLists> pinned = ReadPinnedLists(*config);
  if (!pinned) return Fail(pinned.error());
  std::vector<KnownCohort> known;
  for (const auto& [name, project] : config->projects) {
    const std::string subject = Format("project '{}'", name.value());
    auto access = MakeExportAccess(*config, name, context);
    if (!access) return Fail(access.error().WithContext(subject));
    amplitude::ExportClient client(std::move(*access));
    const auto cohorts = amplitude::ListCohorts(
        client, context.clock, context.random, ExportSettingsOf(project).retry, context.stop);
    if (!cohorts) return Fail(cohorts.error().WithContext(subject));
    for (const amplitude::CohortInfo& info : *cohorts)
      known.push_back(Describe(*config, *pinned, name, *cohorts, info));
  }
  context.out << (context.json ? CohortsJson(known) + '\n'
                               : CohortsText(known, config->projects.size() > 1));
  return ExitCode::kDone;
}

}  // namespace cohort_sync
