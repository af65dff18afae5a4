#include "cli/workspace.h"

#include <algorithm>
#include <utility>

#include "amplitude/cohort_file_source.h"
#include "amplitude/export_source.h"
#include "base/check.h"
#include "base/format.h"
#include "base/text.h"
#include "base/time_text.h"
#include "cli/adapters.h"
#include "config/config_reader.h"
#include "service/schedule.h"
#include "sync/observed_destination.h"
#include "web/daemon_meter.h"

namespace cohort_sync {
namespace {

std::vector<std::string> KnownWords(const Config& config,
                                    const std::map<std::string, std::string>& known_names) {
  std::vector<std::string> words;
  for (const SyncConfig& sync : config.syncs) {
    words.push_back(sync.key.cohort.value());
    if (!sync.cohort_name.empty()) words.push_back(sync.cohort_name);
    const auto known = known_names.find(sync.key.cohort.value());
    if (known != known_names.end()) words.push_back(known->second);
  }
  return words;
}

}  // namespace

Result<Config> LoadConfig(const std::string& path) {
  auto config = ReadConfig(path, IsKnownTimeZone);
  if (config) return std::move(*config);
  const ConfigProblems& problems = config.error();
  if (problems.size() == 1 && problems.front().path.empty())
    return Fail(ErrorCode::kConfiguration, problems.front().message);
  std::string message =
      Format("configuration '{}' has {}",
             path,
             Count(static_cast<std::int64_t>(problems.size()), "problem", "problems"));
  for (const ConfigProblem& problem : problems)
    message +=
        Format("\n  {}{}{}", problem.path, problem.path.empty() ? "" : ": ", problem.message);
  return Fail(ErrorCode::kConfiguration, message);
}

Result<const SyncConfig*> FindSync(const Config& config,
                                   const std::map<std::string, std::string>& known_names,
                                   const std::string& word) {
  std::vector<const SyncConfig*> found;
  for (const SyncConfig& sync : config.syncs) {
    const auto known = known_names.find(sync.key.cohort.value());
    if (sync.key.cohort.value() == word || sync.cohort_name == word ||
        (known != known_names.end() && known->second == word))
      found.push_back(&sync);
  }
  if (found.size() == 1) return found.front();
  if (found.empty()) {
    const auto nearest = ClosestMatch(word, KnownWords(config, known_names));
    return Fail(ErrorCode::kConfiguration,
                Format("no configured sync is called '{}'{}; 'cohort-sync status' lists them",
                       Printable(word),
                       nearest ? Format(", did you mean '{}'?", *nearest) : std::string()));
  }
  std::vector<std::string> ids;
  ids.reserve(found.size());
  bool one_cohort = true;
  for (const SyncConfig* sync : found) {
    ids.push_back(Format("{} (to {})", sync->key.cohort.value(), sync->key.destination.value()));
    one_cohort = one_cohort && sync->key.cohort == found.front()->key.cohort;
  }
  return Fail(ErrorCode::kConfiguration,
              Format("'{}' means several syncs: {}; use {}",
                     Printable(word),
                     Join(ids, ", "),
                     one_cohort ? "a configuration with one of them" : "the cohort's id"));
}

Result<std::unique_ptr<Workspace>> Workspace::Open(const CommandContext& context,
                                                   const std::string& command) {
  Result<Config> config = LoadConfig(context.config_path);
  if (!config) return Fail(config.error());
  Result<ProcessLock> lock = ProcessLock::Acquire(config->state, command, context.clock.Now());
  if (!lock) return Fail(lock.error());
  return Open(context, std::move(*config), std::make_shared<const ProcessLock>(std::move(*lock)));
}

Result<std::unique_ptr<Workspace>> Workspace::Open(const CommandContext& context,
                                                   Config config,
                                                   std::shared_ptr<const ProcessLock> lock) {
  auto store = SqliteSyncStore::Open(config.state.string(), context.clock, context.random);
  if (!store) return Fail(store.error());
  (*store)->Recover(context.clock.Now());
  std::unique_ptr<SqliteInbox> inbox;
  if (std::any_of(config.syncs.begin(), config.syncs.end(), [](const SyncConfig& sync) {
        return sync.push.has_value();
      })) {
    auto opened =
        SqliteInbox::Open(InboxPathOf(config.state.string()), context.clock, context.random);
    if (!opened) return Fail(opened.error());
    inbox = std::move(*opened);
  }
  return std::unique_ptr<Workspace>(new Workspace(
      context, std::move(config), std::move(lock), std::move(*store), std::move(inbox)));
}

Workspace::Workspace(const CommandContext& context,
                     Config config,
                     std::shared_ptr<const ProcessLock> lock,
                     std::unique_ptr<SqliteSyncStore> store,
                     std::unique_ptr<SqliteInbox> inbox)
    : context_(context),
      config_(std::move(config)),
      lock_(std::move(lock)),
      store_(std::move(store)),
      inbox_(std::move(inbox)),
      shared_store_(*store_, tasks_),
      export_requests_(store_->export_requests(), tasks_),
      export_ledger_(store_->export_ledger(), tasks_) {}

std::unique_ptr<SyncEngine> Workspace::MakeEngine(bool listens) {
  return std::make_unique<SyncEngine>(SyncEngine::Parts{*store_,
                                                        shared_store_,
                                                        tasks_,
                                                        wakeup_,
                                                        context_.clock,
                                                        context_.random,
                                                        context_.stop,
                                                        listens});
}

Result<std::vector<const SyncConfig*>> Workspace::Select(const CommandContext& context,
                                                         const std::vector<std::string>& words) {
  std::vector<const SyncConfig*> selected;
  if (words.empty()) {
    for (const SyncConfig& sync : config_.syncs) {
      const std::optional<Binding> binding = store_->FindBinding(sync.key);
      if (!binding || !binding->paused_at) {
        selected.push_back(&sync);
      } else if (!context.json) {
        context.err << Format("cohort '{}' is paused since {} and left alone\n",
                              sync.key.cohort.value(),
                              FormatTime(*binding->paused_at));
      }
    }
    return selected;
  }
  std::map<std::string, std::string> known_names;
  for (const SyncConfig& sync : config_.syncs) {
    if (const auto binding = store_->FindBinding(sync.key))
      known_names[sync.key.cohort.value()] = binding->cohort_name;
  }
  for (const std::string& word : words) {
    const Result<const SyncConfig*> sync = FindSync(config_, known_names, word);
    if (!sync) return Fail(sync.error());
    selected.push_back(*sync);
  }
  return selected;
}

Result<ListDestination*> Workspace::DestinationOf(const DestinationName& name) {
  std::unique_ptr<ListDestination>& made = destinations_[name];
  if (!made) {
    auto destination = MakeDestination(config_, name, context_);
    if (!destination)
      return Fail(destination.error().WithContext(Format("destination '{}'", name.value())));
    made = context_.meter == nullptr ? std::move(*destination)
                                     : ObserveCalls(name, std::move(*destination), *context_.meter);
  }
  return made.get();
}

Result<SnapshotSource*> Workspace::SourceOf(const SyncConfig& sync) {
  if (!sync.snapshots) return nullptr;
  if (sync.snapshots->file) {
    std::unique_ptr<SnapshotSource>& made = own_sources_[sync.key];
    if (!made) made = MakeFileSource(sync);
    return made.get();
  }
  std::unique_ptr<SnapshotSource>& made = export_sources_[sync.key.project];
  if (!made) {
    const ProjectName& name = sync.key.project;
    auto access = MakeExportAccess(config_, name, context_);
    if (!access) return Fail(access.error().WithContext(Format("project '{}'", name.value())));
    made = std::make_unique<amplitude::ExportSource>(
        amplitude::ExportSourceParts{std::move(*access),
                                     name,
                                     export_requests_,
                                     export_ledger_,
                                     context_.clock,
                                     context_.random,
                                     ExportSettingsOf(config_.projects.at(name))});
  }
  return made.get();
}

const DestinationName& Workspace::AccountOf(const DestinationConfig& settings) const {
  const auto first = std::find_if(
      config_.destinations.begin(), config_.destinations.end(), [&](const auto& destination) {
        return destination.second.endpoint == settings.endpoint &&
               destination.second.api_key == settings.api_key;
      });
  CHECK(first != config_.destinations.end());
  return first->first;
}

// Where the destinations of an account differ, the more careful value.
DeliverySettings Workspace::DeliveryOf(const DestinationName& account) const {
  DeliverySettings delivery;
  delivery.concurrency = static_cast<std::size_t>(config_.destinations.at(account).concurrency);
  for (const auto& [name, settings] : config_.destinations) {
    if (AccountOf(settings) != account) continue;
    delivery.concurrency =
        std::min(delivery.concurrency, static_cast<std::size_t>(settings.concurrency));
    if (!settings.requests_per_second) continue;
    delivery.requests_per_second =
        std::min(delivery.requests_per_second.value_or(*settings.requests_per_second),
                 *settings.requests_per_second);
  }
  return delivery;
}

Result<SyncTarget> Workspace::TargetOf(const SyncConfig& sync) {
  const DestinationConfig& settings = config_.destinations.at(sync.key.destination);
  Result<ListDestination*> destination = DestinationOf(sync.key.destination);
  if (!destination) return Fail(destination.error());
  Result<SnapshotSource*> source = SourceOf(sync);
  if (!source) return Fail(source.error());
  SyncTarget target;
  target.key = sync.key;
  target.identifier = settings.identifier;
  if (!sync.list_name.empty()) target.list_name = sync.list_name;
  if (!sync.cohort_name.empty()) target.cohort_name = sync.cohort_name;
  target.limits = config_.limits;
  target.account = AccountOf(settings);
  target.delivery = DeliveryOf(target.account);
  target.source = *source;
  if (sync.push) target.push = PushInput{inbox_.get(), &push_format_};
  target.destination = *destination;
  return target;
}

}  // namespace cohort_sync
