#include "cli/run_options.h"

#include "base/format.h"
#include "base/text.h"
#include "base/time_text.h"

namespace cohort_sync {

Result<RunOptions> RunOptionsOf(const CommandArguments& arguments) {
  RunOptions options;
  options.force = arguments.Has("force");
  const auto removals = arguments.Number("approve");
  if (!removals) return Fail(removals.error());
  const auto adds = arguments.Number("approve-adds");
  if (!adds) return Fail(adds.error());
  options.approval = {*removals, *adds};
  for (const char* option : {"approve", "approve-adds", "clear"}) {
    if (arguments.Has(option) && arguments.positional.size() != 1)
      return Fail(
          ErrorCode::kConfiguration,
          Format("--{} needs exactly one cohort, because its number belongs to one run", option));
  }
  return options;
}

Result<std::optional<Duration>> WaitOf(const CommandArguments& arguments) {
  const auto wait = arguments.options.find("wait");
  if (wait == arguments.options.end()) return std::nullopt;
  const std::optional<Duration> duration = ParseDuration(wait->second);
  if (duration) return duration;
  return Fail(
      ErrorCode::kConfiguration,
      Format("--wait '{}': use a number and s, m or h, for example 15m", Printable(wait->second)));
}

}  // namespace cohort_sync
