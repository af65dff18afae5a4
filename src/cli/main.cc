#include <iostream>
#include <string>
#include <sys/ioctl.h>
#include <unistd.h>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "cli/command_line.h"
#include "service/process_safety.h"
#include "service/shutdown.h"

namespace {

// 0: not a terminal, or one that does not tell.
std::size_t ColumnsOf(int fd) {
  winsize size{};
  return ::ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

}  // namespace

int main(int argc, char** argv) {
  cohort_sync::OpenStandardStreams();
  cohort_sync::KeepMemoryPrivate();
  cohort_sync::LogBeforeAborting();
  cohort_sync::ShutdownSignals signals;  // Before any other thread exists.
  const std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);
  cohort_sync::SystemClock clock;
  cohort_sync::SystemRandom system_random;
  cohort_sync::LockedRandom random(system_random);
  const cohort_sync::ExitCode code =
      cohort_sync::RunCommandLine(words,
                                  {std::cout,
                                   std::cerr,
                                   clock,
                                   random,
                                   signals.token(),
                                   ::isatty(STDIN_FILENO) == 1 ? &std::cin : nullptr,
                                   ::isatty(STDERR_FILENO) == 1,
                                   ColumnsOf(STDERR_FILENO),
                                   &signals});
  std::cout.flush();
  return static_cast<int>(std::cout ? code : cohort_sync::ExitCode::kFailed);
}
