// pause and resume: a binding that a person wants left alone for now.
#include "base/format.h"
#include "base/time_text.h"
#include "cli/binding_lookup.h"
#include "cli/command.h"
#include "cli/json_text.h"
#include "cli/session.h"

namespace cohort_sync {
namespace {

Result<ExitCode> SetPaused(const CommandContext& context,
                           const CommandArguments& arguments,
                           bool pause) {
  auto session = OpenSession(context, pause ? "pause" : "resume");
  if (!session) return Fail(session.error());
  const auto history = OpenHistory(context);
  if (!history) return Fail(history.error());
  Result<Binding> binding = FindOneBinding(**history, arguments.positional.front());
  if (!binding) return Fail(binding.error());
  const bool changes = binding->paused_at.has_value() != pause;
  if (changes) {
    binding->paused_at = pause ? std::optional(context.clock.Now()) : std::nullopt;
    (*session)->Run([&](RunStarter& starter) {
      (*session)->workspace().store().SetPaused(binding->id, binding->paused_at);
      if (pause) starter.Stop(binding->key);
    });
  }
  if (context.json) {
    context.out << PauseJson(*binding) << '\n';
    return ExitCode::kDone;
  }
  const std::string& cohort = binding->key.cohort.value();
  if (pause) {
    context.out << Format(
        "cohort '{0}' is paused since {1}: nothing is read for list '{2}' and nothing is sent; "
        "'cohort-sync resume {0}' lets it go on\n",
        cohort,
        FormatTime(*binding->paused_at),
        binding->pins.list_name.value());
  } else {
    context.out << Format("cohort '{}' {}; its next sync brings list '{}' up to date\n",
                          cohort,
                          changes ? "goes on" : "was not paused",
                          binding->pins.list_name.value());
  }
  return ExitCode::kDone;
}

}  // namespace

Result<ExitCode> RunPause(const CommandContext& context, const CommandArguments& arguments) {
  return SetPaused(context, arguments, true);
}

Result<ExitCode> RunResume(const CommandContext& context, const CommandArguments& arguments) {
  return SetPaused(context, arguments, false);
}

}  // namespace cohort_sync
