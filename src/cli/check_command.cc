#include <algorithm>
#include <filesystem>
#include <map>
#include <system_error>
#include <utility>

#include "amplitude/drop_folder.h"
#include "base/format.h"
#include "base/text.h"
#include "base/time_text.h"
#include "cli/adapters.h"
#include "cli/budget_text.h"
#include "cli/command.h"
#include "cli/json_text.h"
#include "cli/notifications.h"
#include "cli/workspace.h"
#include "service/export_forecast.h"
#include "storage/sqlite_history.h"

namespace cohort_sync {
namespace {

using Level = Finding::Level;

constexpr Duration kClockTolerance = std::chrono::minutes(5);
constexpr std::uintmax_t kComfortableDisk = std::uintmax_t{2} << 30U;
constexpr int kDiskBytesPerMember = 450;  // The database, and as much in its write-ahead log.

// "'active users' → "; nothing for a cohort whose name is not known.
std::string NamePart(const std::string& cohort_name) {
  return cohort_name.empty() ? std::string() : Format("'{}' → ", Printable(cohort_name));
}

class Checker {
 public:
  Checker(const CommandContext& context, const Config& config)
      : context_(context), config_(config) {}

  std::vector<Finding> Check() {
    Add(Level::kOk, "configuration", Format("'{}' is valid", context_.config_path));
    for (const ConfigProblem& note : config_.notes)
      Add(Level::kWarning, "configuration", note.path + ": " + note.message);
    CheckState();
    for (const auto& [name, project] : config_.projects)
      CheckProject(name, project);
    CheckBudgets();
    for (const auto& [name, destination] : config_.destinations)
      CheckDestination(name, destination);
    if (config_.server) CheckServer(*config_.server);
    for (const SyncConfig& sync : config_.syncs)
      CheckSync(sync);
    return std::move(findings_);
  }
  // Of the last Check.
  [[nodiscard]] const std::vector<ExportBudget>& budgets() const { return budgets_; }

 private:
  void Add(Level level, std::string subject, std::string text) {
    findings_.push_back({level, std::move(subject), std::move(text)});
  }

  void CheckState() {
    auto history = SqliteHistory::Open(config_.state.string());
    if (history) {
      std::optional<TimePoint> newest;
      history_ = std::move(*history);
      bindings_ = history_->Bindings();
      for (const BindingStatus& status : bindings_) {
        lists_[status.binding.key] = status.binding.pins.list_name.value();
        if (status.last_run) newest = std::max(newest, std::optional(status.last_run->started_at));
      }
      Add(Level::kOk, "state", Format("'{}' is readable", config_.state.string()));
      CheckClock(newest);
    } else if (history.error().code() == ErrorCode::kNotFound) {
      CheckNewState();
    } else {
      Add(Level::kProblem, "state", history.error().message());
    }
    CheckDisk();
  }

  void CheckNewState() {
    const std::filesystem::path folder = config_.state.parent_path();
    std::error_code unknown;
    if (folder.empty() || std::filesystem::is_directory(folder, unknown))
      return Add(Level::kOk, "state", Format("'{}' does not exist yet", config_.state.string()));
    Add(Level::kProblem,
        "state",
        Format("there is no folder '{}' for it; make it, or set 'state' to another path",
               folder.string()));
  }

  // A clock that was set back makes schedules wait and snapshots look old.
  void CheckClock(std::optional<TimePoint> newest_run) {
    const TimePoint now = context_.clock.Now();
    if (!newest_run || *newest_run <= now + kClockTolerance) return;
    Add(Level::kProblem,
        "clock",
        Format("it is {} here, but a run began at {}; set the clock of this machine",
               FormatTime(now),
               FormatTime(*newest_run)));
  }

  void CheckDisk() {
    const std::filesystem::path folder = config_.state.parent_path();
    std::error_code unknown;
    const auto space =
        std::filesystem::space(folder.empty() ? std::filesystem::path(".") : folder, unknown);
    if (unknown || space.available >= kComfortableDisk) return;
    Add(Level::kWarning,
        "disk",
        Format("{} MB are free beside the state '{}'; a first sync takes about {} bytes a member",
               WithThousands(static_cast<std::int64_t>(space.available / 1'000'000)),
               config_.state.string(),
               kDiskBytesPerMember));
  }

  void CheckProject(const ProjectName& name, const ProjectConfig& project) {
    const std::string subject = Format("project '{}'", name.value());
    auto access = MakeExportAccess(config_, name, context_);
    if (!access) return Add(Level::kProblem, subject, access.error().message());
    amplitude::ExportClient client(std::move(*access));
    const auto cohorts = amplitude::ListCohorts(
        client, context_.clock, context_.random, ExportSettingsOf(project).retry, context_.stop);
    if (!cohorts) return Add(Level::kProblem, subject, cohorts.error().message());
    cohorts_[name] = *cohorts;
    Add(Level::kOk,
        subject,
        Format("credentials work, {}",
               Count(static_cast<std::int64_t>(cohorts->size()), "cohort", "cohorts")));
    const auto usage = client.Usage(context_.stop);
    if (!usage) return;
    counted_[name] = {usage->count, usage->limit};
    if (usage->limit != project.exports.per_month)
      Add(Level::kWarning,
          subject,
          Format("Amplitude grants {} a month, the configuration says {}; set "
                 "\"monthly_exports\": {}",
                 Count(usage->limit, "export", "exports"),
                 WithThousands(project.exports.per_month),
                 usage->limit));
  }

  // What Amplitude counted, where it says so, is what counts: others may use the key, too.
  void CheckBudgets() {
    const TimePoint now = context_.clock.Now();
    budgets_ = ExportBudgets(config_, bindings_, history_.get(), now, counted_);
    for (const ExportBudget& budget : budgets_) {
      std::optional<std::int64_t> here;
      if (history_) {
        here = SpentThisMonth(history_->FindExportCosts(budget.project, CostsCountFrom(now)), now);
      }
      if (here == budget.spent) here.reset();
      const bool spent = budget.left() == 0 || budget.refused_at;
      Add(spent                ? Level::kProblem
          : budget.runs_out_at ? Level::kWarning
                               : Level::kOk,
          Format("project '{}'", budget.project.value()),
          BudgetText(budget, here));
    }
  }

  void CheckDestination(const DestinationName& name, const DestinationConfig& settings) {
    const std::string subject = Format("destination '{}'", name.value());
    auto destination = MakeDestination(config_, name, context_);
    if (!destination) return Add(Level::kProblem, subject, destination.error().message());
    // Any name will do: the answer tells whether the key may ask.
    const auto found = (*destination)->FindList(ListName("cohort-sync-check"));
    const auto keys = found ? (*destination)->AttributeKeys() : Fail(found.error());
    destinations_[name] = std::move(*destination);
    if (!keys) return Add(Level::kProblem, subject, keys.error().message());
    Add(Level::kOk, subject, "credentials work, lists can be read");
    if (!*keys)
      return Add(Level::kWarning,
                 subject,
                 "its key may not read contact attributes, so that a list of the name of one, and "
                 "an identifier that is none, go unseen");
    attributes_[name] = **keys;
    CheckIdentifier(settings.identifier, **keys, subject);
  }

  void CheckIdentifier(const IdentifierMapping& identifier,
                       const std::vector<std::string>& keys,
                       const std::string& subject) {
    if (identifier.kind() == IdentifierKind::kEmail || identifier.name == "cID" ||
        identifier.name.starts_with("channels.") ||
        std::find(keys.begin(), keys.end(), identifier.name) != keys.end())
      return;
    const auto nearest = ClosestMatch(identifier.name, keys);
    Add(Level::kProblem,
        subject,
        Format("contact_identifier_name '{}' is no attribute of this account{}",
               Printable(identifier.name),
               nearest ? Format(", did you mean '{}'?", *nearest)
                       : std::string("; choose 'email' or a unique attribute")));
  }

  void CheckServer(const ServerConfig& server) {
    const std::string subject = "server";
    const bool is_pushed =
        std::any_of(config_.syncs.begin(), config_.syncs.end(), [](const auto& sync) {
          return sync.push && !sync.push->records;
        });
    if (is_pushed) {
      const std::string base = PushAddress(server);
      Add(Level::kOk,
          subject,
          Format("in Amplitude, enter {0}/amplitude/webhook for a cohort webhook, "
                 "{0}/amplitude/lists for calls to lists or {0}/amplitude/identify for identify "
                 "calls{1}",
                 base,
                 server.listen.is_loopback()
                     ? Format("; a proxy of yours passes them on to {}", ToString(server.listen))
                     : std::string()));
    }
    const auto secrets = ReadPushSecrets(config_);
    if (!secrets) return Add(Level::kProblem, subject, secrets.error().message());
    if (secrets->empty()) return;  // A note of the configuration says what that means.
    Add(Level::kOk,
        subject,
        Format("a push has to bring {}, as 'Authorization: Bearer', as the user name of Basic "
               "authorization or in 'X-Cohort-Sync-Secret'",
               secrets->size() == 1 ? "the push secret" : "one of the two push secrets"));
  }

  // As other machines see it. What only this machine reaches, they reach through a proxy with TLS.
  static std::string PushAddress(const ServerConfig& server) {
    const std::string host = server.allowed_hosts.empty() ? "HOST" : server.allowed_hosts.front();
    return server.listen.is_loopback() ? Format("https://{}", host)
                                       : Format("http://{}:{}", host, server.listen.port);
  }

  void CheckSync(const SyncConfig& sync) {
    const std::string subject = Format("cohort '{}'", sync.key.cohort.value());
    if (sync.push) CheckPush(sync, subject);
    std::string cohort_name = sync.cohort_name;
    const bool exported = sync.snapshots && !sync.snapshots->file;
    const auto cohorts = cohorts_.find(sync.key.project);
    if (cohorts == cohorts_.end()) {
      if (exported) return;  // Its project has a problem of its own.
    } else if (const auto info = amplitude::FindSyncable(cohorts->second, sync.key.cohort)) {
      if (exported || cohort_name.empty()) cohort_name = info->name;
    } else {
      Add(exported ? Level::kProblem : Level::kWarning, subject, info.error().message());
      if (exported) return;
    }
    if (sync.snapshots && sync.snapshots->file)
      CheckPath(sync.snapshots->file->path, sync.snapshots->file->pattern, subject);
    const auto destination = destinations_.find(sync.key.destination);
    if (destination == destinations_.end()) return;
    CheckListName(sync, cohort_name, *destination->second, subject);
  }

  void CheckPush(const SyncConfig& sync, const std::string& subject) {
    if (const auto& records = sync.push->records)
      CheckPath(records->path, records->pattern, subject);
    if (!sync.snapshots)
      Add(Level::kWarning,
          subject,
          "its source has no \"reconcile\", so that a push that was lost goes unseen");
  }

  void CheckPath(const std::filesystem::path& path,
                 const std::string& pattern,
                 const std::string& subject) {
    std::error_code unknown;
    if (!std::filesystem::exists(path, unknown))
      return Add(
          Level::kWarning,
          subject,
          Format("'{}' does not exist yet, and its syncs fail until it does", path.string()));
    if (pattern.empty()) return;
    const auto folder = amplitude::DropFolder::Open(path.string());
    if (!folder)
      Add(Level::kProblem,
          subject,
          Format("folder '{}': {}", path.string(), folder.error().message()));
  }

  void CheckListName(const SyncConfig& sync,
                     const std::string& cohort_name,
                     ListDestination& destination,
                     const std::string& subject) {
    const auto pinned = lists_.find(sync.key);
    if (pinned != lists_.end())
      return Add(Level::kOk, subject, NamePart(cohort_name) + Format("list '{}'", pinned->second));
    if (sync.push && sync.list_name.empty() && cohort_name.empty())
      return Add(Level::kOk, subject, "its list gets its name with the first push");
    const Result<ListName> list = sync.list_name.empty()
                                      ? destination.ListNameFor(cohort_name)
                                      : destination.CheckListName(sync.list_name);
    if (!list) return Add(Level::kProblem, subject, list.error().message());
    for (const auto& [key, other] : lists_) {
      if (key.destination == sync.key.destination && EqualsIgnoringCase(other, list->value()))
        return Add(Level::kProblem,
                   subject,
                   Format("its list '{}' belongs to cohort '{}'; set another 'list_name'",
                          list->value(),
                          key.cohort.value()));
    }
    for (const std::string& attribute : attributes_[sync.key.destination]) {
      if (EqualsIgnoringCase(attribute, list->value()))
        return Add(Level::kProblem,
                   subject,
                   Format("its list '{}' would have the name of the contact attribute '{}'; set "
                          "another 'list_name'",
                          list->value(),
                          Printable(attribute)));
    }
    lists_[sync.key] = list->value();
    Add(Level::kOk, subject, NamePart(cohort_name) + Format("list '{}' (new)", list->value()));
  }

  const CommandContext& context_;
  const Config& config_;
  std::vector<Finding> findings_;
  std::unique_ptr<SqliteHistory> history_;  // nullptr: there is no state yet.
  std::vector<BindingStatus> bindings_;
  std::map<ProjectName, CountedExports> counted_;  // By Amplitude.
  std::vector<ExportBudget> budgets_;
  std::map<ProjectName, std::vector<amplitude::CohortInfo>> cohorts_;
  std::map<DestinationName, std::unique_ptr<ListDestination>> destinations_;
  std::map<DestinationName, std::vector<std::string>> attributes_;
  std::map<BindingKey, std::string> lists_;  // Pinned, or as the first sync would name them.
};

}  // namespace

Result<ExitCode> RunCheck(const CommandContext& context, const CommandArguments& arguments) {
  const Result<Config> config = LoadConfig(context.config_path);
  if (!config) return Fail(config.error());
  Checker checker(context, *config);
  std::vector<Finding> findings = checker.Check();
  const auto told = CheckNotifications(context, *config, arguments.Has("notify"));
  findings.insert(findings.end(), told.begin(), told.end());
  std::int64_t problems = 0;
  for (const Finding& finding : findings) {
    if (finding.level == Level::kProblem) ++problems;
    if (context.json) continue;
    const char* mark = finding.level == Level::kOk        ? "ok"
                       : finding.level == Level::kWarning ? "note"
                                                          : "PROBLEM";
    context.out << Format("{:<8}{}: {}\n", mark, finding.subject, finding.text);
  }
  if (context.json) {
    context.out << FindingsJson(findings, checker.budgets()) << '\n';
  } else {
    context.out << (problems == 0 ? std::string("ready to sync\n")
                                  : Format("{}\n", Count(problems, "problem", "problems")));
  }
  return problems == 0 ? ExitCode::kDone : ExitCode::kUsage;
}

}  // namespace cohort_sync
