// runs and run N: what happened.
#include "base/format.h"
#include "base/text.h"
#include "cli/binding_lookup.h"
#include "cli/command.h"
#include "cli/json_text.h"
#include "cli/report_text.h"

namespace cohort_sync {
namespace {

constexpr std::int64_t kDefaultLimit = 20;

}  // namespace

Result<ExitCode> RunRuns(const CommandContext& context, const CommandArguments& arguments) {
  const auto limit = arguments.Number("limit");
  if (!limit) return Fail(limit.error());
  const auto history = OpenHistory(context);
  std::vector<RunReport> runs;
  if (history) {
    std::optional<CohortId> cohort;
    if (!arguments.positional.empty()) {
      const auto found = FindBindings(**history, arguments.positional.front());
      if (!found) return Fail(found.error());
      cohort = found->front().key.cohort;
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
