// dashboard token: what a person types once to act from the dashboard.
#include "base/format.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/dashboard_token.h"
#include "cli/json_text.h"
#include "cli/workspace.h"

namespace cohort_sync {

Result<ExitCode> RunDashboard(const CommandContext& context, const CommandArguments& arguments) {
  const std::string& word = arguments.positional.front();
  if (word != "token")
    return Fail(ErrorCode::kConfiguration,
                Format("'{}' is nothing of the dashboard; say 'cohort-sync dashboard token'",
                       Printable(word)));
  const Result<Config> config = LoadConfig(context.config_path);
  if (!config) return Fail(config.error());
  const Result<Secret> token =
      arguments.Has("new") ? ReplaceDashboardToken(*config) : ReadOrMakeDashboardToken(*config);
  if (!token) return Fail(token.error());
  context.out << (context.json ? TokenJson(token->Reveal()) : token->Reveal()) << '\n';
  return ExitCode::kDone;
}

}  // namespace cohort_sync
