// runs and run N: what happened.
#include "base/format.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/json_text.h"
#include "cli/report_text.h"
#include "cli/workspace.h"
#include "storage/sqlite_history.h"

namespace cohort_sync {
namespace {

constexpr std::int64_t kDefaultLimit = 20;

Result<std::unique_ptr<SqliteHistory>> OpenHistory(const CommandContext& context) {
  const Result<Config> config = LoadConfig(context.config_path);
  if (!config) return Fail(config.error());
  return SqliteHistory::Open(config->state.string());
}

// The cohort that a person means, by id or by the name it had at its last snapshot.
Result<CohortId> CohortOf(SqliteHistory& history, const std::string& word) {
  std::vector<std::string> words;
  for (const BindingStatus& status : history.Bindings()) {
    const Binding& binding = status.binding;
    if (binding.key.cohort.value() == word || binding.cohort_name == word)
      return binding.key.cohort;
    words.push_back(binding.key.cohort.value());
    words.push_back(binding.cohort_name);
  }
  const auto nearest = ClosestMatch(word, words);
  return Fail(ErrorCode::kNotFound,
              Format("no cohort called '{}' was synced{}",
                     Printable(word),
                     nearest ? Format(", did you mean '{}'?", *nearest) : std::string()));
}

}  // namespace

Result<ExitCode> RunRuns(const CommandContext& context, const CommandArguments& arguments) {
  const auto limit = arguments.Number("limit");
  if (!limit) return Fail(limit.error());
  const auto history = OpenHistory(context);
  std::vector<RunReport> runs;
  if (history) {
    std::optional<CohortId> cohort;
    if (!arguments.positional.empty()) {
      const Result<CohortId> found = CohortOf(**history, arguments.positional.front());
      if (!found) return Fail(found.error());
      cohort = *found;
    }
    runs = (*history)->Runs(static_cast<std::size_t>(limit->value_or(kDefaultLimit)), cohort);
  } else if (history.error().code() != ErrorCode::kNotFound) {
    return Fail(history.error());
  }
  context.out << (context.json ? RunsJson(runs) + '\n' : RunsText(runs, context.clock.Now()));
  return ExitCode::kDone;
}

Result<ExitCode> RunRun(const CommandContext& context, const CommandArguments& arguments) {
  const std::string& word = arguments.positional.front();
  const auto number = ParseInteger(word);
  if (!number)
    return Fail(
        ErrorCode::kConfiguration,
        Format("'{}' is not the number of a run; 'cohort-sync runs' lists them", Printable(word)));
  const auto history = OpenHistory(context);
  if (!history) return Fail(history.error());
  const RunId id(*number);
  const std::optional<RunReport> run = (*history)->FindRun(id);
  if (!run)
    return Fail(ErrorCode::kNotFound,
                Format("there is no run {}; 'cohort-sync runs' lists them", *number));
  const std::vector<RejectedRow> rejected = (*history)->RejectedRows(id);
  const std::vector<ParkedOperation> parked = (*history)->ParkedOperations(id);
  if (context.json) {
    context.out << RunJson(*run, rejected, parked) << '\n';
  } else if (arguments.Has("csv")) {
    context.out << RunDetailsCsv(rejected, parked);
  } else {
    context.out << RunDetailsText(*run, rejected, parked);
  }
  return ExitCode::kDone;
}

}  // namespace cohort_sync
