// calls: what was sent for a cohort's list, and what was answered.
#include "base/format.h"
#include "cli/binding_lookup.h"
#include "cli/call_text.h"
#include "cli/command.h"
#include "cli/json_text.h"

namespace cohort_sync {
namespace {

constexpr std::int64_t kDefaultLimit = 20;

}  // namespace

Result<ExitCode> RunCalls(const CommandContext& context, const CommandArguments& arguments) {
  const auto limit = arguments.Number("limit");
  if (!limit) return Fail(limit.error());
  const auto history = OpenHistory(context);
  if (!history) return Fail(history.error());
  const Result<Binding> binding = FindOneBinding(**history, arguments.positional.front());
  if (!binding) return Fail(binding.error());
  const std::vector<OperationCall> calls =
      (*history)->LastCalls(binding->id, static_cast<std::size_t>(limit->value_or(kDefaultLimit)));
  if (context.json) {
    context.out << CallsJson(*binding, calls) << '\n';
  } else if (calls.empty()) {
    context.out << Format("no call for cohort '{}' yet\n", binding->key.cohort.value());
  } else {
    context.out << CallsText(calls);
  }
  return ExitCode::kDone;
}

}  // namespace cohort_sync
