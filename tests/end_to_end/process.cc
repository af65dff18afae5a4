#include "end_to_end/process.h"

#include <array>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <spawn.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <utility>

#include "base/check.h"
#include "base/format.h"

namespace cohort_sync {
namespace {

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (std::string& text : texts)
    pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

Process::Process(const std::vector<std::string>& arguments,
                 const std::vector<std::string>& variables) {
  std::vector<std::string> words = {COHORT_SYNC_BINARY};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<std::string> environment = variables;
  for (char** variable = ::environ; *variable != nullptr; ++variable)
    environment.emplace_back(*variable);

  std::array<int, 2> ends{};
  CHECK(::pipe2(ends.data(), O_CLOEXEC) == 0);
  printed_ = UniqueFd(ends[0]);
  const UniqueFd write_end(ends[1]);
  posix_spawn_file_actions_t actions;
  CHECK(::posix_spawn_file_actions_init(&actions) == 0);
  CHECK(::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO) == 0);
  CHECK(::posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO) == 0);
  const int failed = ::posix_spawn(&pid_,
                                   COHORT_SYNC_BINARY,
                                   &actions,
                                   nullptr,
                                   Pointers(words).data(),
                                   Pointers(environment).data());
  ::posix_spawn_file_actions_destroy(&actions);
  CHECK(failed == 0);
}

Process::Process(Process&& other) noexcept
    : pid_(std::exchange(other.pid_, 0)),
      printed_(std::move(other.printed_)),
      output_(std::move(other.output_)) {}

Process::~Process() {
  if (pid_ == 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

void Process::Signal(int signal) const {
  CHECK(::kill(pid_, signal) == 0);
}

void Process::WaitUntilSignalTaken() const {
  for (;;) {
    std::ifstream status(Format("/proc/{}/status", pid_));
    std::string line;
    while (std::getline(status, line) && !line.starts_with("ShdPnd:")) {
    }
    if (line.find_first_of("123456789abcdef", sizeof "ShdPnd:" - 1) == std::string::npos) return;
    std::this_thread::yield();
  }
}

bool Process::Read() {
  std::array<char, 4'096> buffer;
  const ssize_t count = ::read(printed_.get(), buffer.data(), buffer.size());
  if (count > 0) output_.append(buffer.data(), static_cast<std::size_t>(count));
  return count > 0;
}

bool Process::ReadUntil(const std::string& text) {
  while (output_.find(text) == std::string::npos) {
    if (!Read()) return false;
  }
  return true;
}

int Process::Wait() {
  while (Read()) {
  }
  int status = 0;
  CHECK(::waitpid(pid_, &status, 0) == pid_);
  pid_ = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1'000 + WTERMSIG(status);
}

}  // namespace cohort_sync
