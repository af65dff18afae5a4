#include <iostream>
#include <string>
#include <unistd.h>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "cli/command_line.h"
#include "service/shutdown.h"

int main(int argc, char** argv) {
  cohort_sync::OpenStandardStreams();
  const cohort_sync::ShutdownSignals signals;  // Before any other thread exists.
  const std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);
  cohort_sync::SystemClock clock;
  cohort_sync::SystemRandom random;
  const cohort_sync::ExitCode code =
      cohort_sync::RunCommandLine(words,
                                  {std::cout,
                                   std::cerr,
                                   clock,
                                   random,
                                   signals.token(),
                                   ::isatty(STDIN_FILENO) == 1 ? &std::cin : nullptr,
                                   ::isatty(STDERR_FILENO) == 1});
  std::cout.flush();
  return static_cast<int>(std::cout ? code : cohort_sync::ExitCode::kFailed);
}
