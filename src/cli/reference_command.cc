// completion and man: the commands' description for other programs.
#include "base/format.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/reference_text.h"

namespace cohort_sync {

Result<ExitCode> RunCompletion(const CommandContext& context, const CommandArguments& arguments) {
  const std::string& shell = arguments.positional.front();
  if (shell == "bash") {
    context.out << BashCompletion();
  } else if (shell == "zsh") {
    context.out << ZshCompletion();
  } else {
    return Fail(ErrorCode::kConfiguration,
                Format("no completion for '{}'; say bash or zsh", Printable(shell)));
  }
  return ExitCode::kDone;
}

Result<ExitCode> RunMan(const CommandContext& context, const CommandArguments& /*arguments*/) {
  context.out << ManPage();
  return ExitCode::kDone;
}

}  // namespace cohort_sync
