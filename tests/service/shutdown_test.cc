#include "service/shutdown.h"

#include <array>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <fcntl.h>
#include <mutex>
#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace cohort_sync {
namespace {

// Blocks until a stop is requested.
void WaitForStop(const std::stop_token& token) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait(lock, token, [] { return false; });
}

[[noreturn]] void ExitWith(bool success) {
  ::_exit(success ? 0 : 1);
}

bool IsDevNull(int fd) {
  struct stat opened = {};
  struct stat null = {};
  return ::fstat(fd, &opened) == 0 && ::stat("/dev/null", &null) == 0 &&
         opened.st_rdev == null.st_rdev && S_ISCHR(opened.st_mode);
}

class StopSignal : public ::testing::TestWithParam<int> {};

TEST_P(StopSignal, RequestsAStop) {
  const ShutdownSignals signals;
  EXPECT_FALSE(signals.token().stop_requested());
  ASSERT_EQ(::kill(::getpid(), GetParam()), 0);
  WaitForStop(signals.token());
  EXPECT_TRUE(signals.token().stop_requested());
}

TEST_P(StopSignal, EndsTheProcessWith130TheSecondTime) {
  const auto twice = [] {
    const ShutdownSignals signals;
    ::kill(::getpid(), GetParam());
    WaitForStop(signals.token());
    ::kill(::getpid(), GetParam());
    while (true)
      ::pause();
  };
  EXPECT_EXIT(twice(), ::testing::ExitedWithCode(130), "");
}

INSTANTIATE_TEST_SUITE_P(ShutdownSignals, StopSignal, ::testing::Values(SIGINT, SIGTERM));

TEST(ShutdownSignals, IgnoresSigpipe) {
  const auto write_to_nobody = [] {
    const ShutdownSignals signals;
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) ExitWith(false);
    ::close(ends[0]);
    ExitWith(::write(ends[1], "x", 1) == -1 && errno == EPIPE);
  };
  EXPECT_EXIT(write_to_nobody(), ::testing::ExitedWithCode(0), "");
}

TEST(ShutdownSignals, LeavesTheSignalsToTheirDefaultAfterwards) {
  const auto after = [] {
    { const ShutdownSignals signals; }
    ::kill(::getpid(), SIGTERM);
    ExitWith(false);
  };
  EXPECT_EXIT(after(), ::testing::KilledBySignal(SIGTERM), "");
}

TEST(OpenStandardStreams, PutsDevNullWhereStreamsAreClosed) {
  const auto closed = [] {
    for (int fd = 0; fd < 3; ++fd)
      ::close(fd);
    OpenStandardStreams();
    const bool modes = (::fcntl(0, F_GETFL) & O_ACCMODE) == O_RDONLY &&
                       (::fcntl(1, F_GETFL) & O_ACCMODE) == O_WRONLY;
    ExitWith(IsDevNull(0) && IsDevNull(1) && IsDevNull(2) && modes);
  };
  EXPECT_EXIT(closed(), ::testing::ExitedWithCode(0), "");
}

TEST(OpenStandardStreams, LeavesOpenStreamsAlone) {
  const auto one_closed = [] {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0 || ::dup2(ends[1], 2) != 2) ExitWith(false);
    ::close(1);
    OpenStandardStreams();
    ExitWith(IsDevNull(1) && !IsDevNull(2));
  };
  EXPECT_EXIT(one_closed(), ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace cohort_sync
