#include "service/shutdown.h"

#include <array>
#include <cerrno>
#include <cstdint>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include <utility>

#include "base/check.h"

namespace cohort_sync {
namespace {

constexpr int kInterruptedExitCode = 130;

sigset_t StopSignals() {
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGINT);
  ::sigaddset(&set, SIGTERM);
  ::sigaddset(&set, SIGHUP);
  return set;
}

}  // namespace

void OpenStandardStreams() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(fd, F_GETFD) != -1 || errno != EBADF) continue;
    // The lowest free number is `fd`, since those below it are open by now.
    CHECK(::open("/dev/null", fd == STDIN_FILENO ? O_RDONLY : O_WRONLY) == fd);
  }
}

ShutdownSignals::ShutdownSignals() {
  const sigset_t set = StopSignals();
  CHECK(::pthread_sigmask(SIG_BLOCK, &set, &previous_mask_) == 0);
  CHECK(std::signal(SIGPIPE, SIG_IGN) != SIG_ERR);
  signals_ = UniqueFd(::signalfd(-1, &set, SFD_CLOEXEC));
  end_ = UniqueFd(::eventfd(0, EFD_CLOEXEC));
  CHECK(signals_.valid() && end_.valid());
  watcher_ = std::thread([this] { Watch(); });
}

ShutdownSignals::~ShutdownSignals() {
  const std::uint64_t one = 1;
  CHECK(::write(end_.get(), &one, sizeof one) == sizeof one);
  watcher_.join();
  CHECK(::pthread_sigmask(SIG_SETMASK, &previous_mask_, nullptr) == 0);
}

void ShutdownSignals::OnHangup(std::function<void()> on_hangup) {
  const std::lock_guard lock(mutex_);
  on_hangup_ = std::move(on_hangup);
}

// Whether somebody wants to know.
bool ShutdownSignals::HungUp() {
  const std::lock_guard lock(mutex_);
  if (on_hangup_) on_hangup_();
  return on_hangup_ != nullptr;
}

void ShutdownSignals::Watch() {
  std::array<pollfd, 2> ready{{{signals_.get(), POLLIN, 0}, {end_.get(), POLLIN, 0}}};
  while (true) {
    if (::poll(ready.data(), ready.size(), -1) < 0) continue;  // Interrupted.
    if (ready[1].revents != 0) return;
    signalfd_siginfo signal{};
    if (::read(signals_.get(), &signal, sizeof signal) != sizeof signal) continue;
    if (signal.ssi_signo == SIGHUP && HungUp()) continue;
    if (source_.stop_requested()) ::_exit(kInterruptedExitCode);
    source_.request_stop();
  }
}

}  // namespace cohort_sync
