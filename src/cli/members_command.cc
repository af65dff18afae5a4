// members: who should be on a list, now or at an earlier time.
#include <string_view>
#include <vector>

#include "base/format.h"
#include "base/text.h"
#include "base/time_text.h"
#include "cli/binding_lookup.h"
#include "cli/command.h"
#include "cli/json_text.h"

namespace cohort_sync {
namespace {

// nullopt: as things stand.
Result<std::optional<TimePoint>> AsOf(const CommandContext& context,
                                      const CommandArguments& arguments) {
  const auto option = arguments.options.find("as-of");
  if (option == arguments.options.end()) return std::nullopt;
  const std::optional<TimePoint> time = ParseTime(option->second);
  if (!time)
    return Fail(ErrorCode::kConfiguration,
                Format("--as-of '{}': use a date or a time in UTC, for example 2026-11-21 or "
                       "2026-11-21T06:00:00Z",
                       Printable(option->second)));
  const TimePoint now = context.clock.Now();
  if (*time > now)
    return Fail(ErrorCode::kConfiguration,
                Format("--as-of '{}' is in the future; it is {} now",
                       Printable(option->second),
                       FormatTime(now)));
  return time;
}

}  // namespace

Result<ExitCode> RunMembers(const CommandContext& context, const CommandArguments& arguments) {
  const auto as_of = AsOf(context, arguments);
  if (!as_of) return Fail(as_of.error());
  const auto history = OpenHistory(context);
  if (!history) return Fail(history.error());
  const Result<Binding> binding = FindOneBinding(**history, arguments.positional.front());
  if (!binding) return Fail(binding.error());

  std::vector<std::string> members;
  const Status visited =
      (*history)->VisitMembers(binding->id, *as_of, [&](std::string_view contact) {
        if (context.json) {
          members.emplace_back(contact);
        } else {
          context.out << contact << '\n';
        }
      });
  if (!visited) return Fail(visited.error());
  if (context.json) context.out << MembersJson(*binding, *as_of, members) << '\n';
  return ExitCode::kDone;
}

}  // namespace cohort_sync
