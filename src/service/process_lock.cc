#include "service/process_lock.h"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <string>
#include <sys/file.h>
#include <system_error>
#include <unistd.h>
#include <vector>

#include "base/format.h"
#include "base/text.h"
#include "base/time_text.h"

namespace cohort_sync {
namespace {

// It has locked the file and not written to it yet, or something else wrote there.
constexpr const char* kUnknownOwner = "another process";

std::filesystem::path LockPath(const std::filesystem::path& state) {
  std::error_code error;
  std::filesystem::path path = std::filesystem::weakly_canonical(state, error);
  if (error) path = state;
  path += ".lock";
  return path;
}

// "process 4242 (cohort-sync serve, since ...)" from what the owner wrote: "4242 serve 2026-...".
std::string DescribeOwner(int fd) {
  std::array<char, 256> buffer{};
  const ssize_t length = ::pread(fd, buffer.data(), buffer.size(), 0);
  if (length <= 0) return kUnknownOwner;
  const std::string_view text(buffer.data(), static_cast<std::size_t>(length));
  const std::vector<std::string_view> words = Split(Trim(text), ' ');
  if (words.size() != 3 || !ParseInteger(words[0]) || !ParseTime(words[2])) return kUnknownOwner;
  return Format("process {} (cohort-sync {}, since {})", words[0], Printable(words[1]), words[2]);
}

// For the message of others only: a failure to write takes nothing from the lock.
void WriteOwner(int fd, std::string_view command, TimePoint now) {
  const std::string text = Format("{} {} {}\n", ::getpid(), command, FormatTime(now));
  if (::ftruncate(fd, 0) != 0) return;
  static_cast<void>(::pwrite(fd, text.data(), text.size(), 0) == 0);
}

}  // namespace

Result<ProcessLock> ProcessLock::Acquire(const std::filesystem::path& state,
                                         std::string_view command,
                                         TimePoint now) {
  const std::filesystem::path path = LockPath(state);
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600));
  if (!fd.valid())
    return Fail(ErrorCode::kConfiguration,
                Format("state '{}': cannot open '{}': {}; make sure that its directory exists and "
                       "that you may write there",
                       state.string(),
                       path.string(),
                       std::generic_category().message(errno)));
  int result = 0;
  do {
    result = ::flock(fd.get(), LOCK_EX | LOCK_NB);
  } while (result != 0 && errno == EINTR);
  if (result != 0 && errno == EWOULDBLOCK)
    return Fail(ErrorCode::kLocked,
                Format("state '{}' is in use by {}; stop it or wait for it to finish",
                       state.string(),
                       DescribeOwner(fd.get())));
  if (result != 0)
    return Fail(ErrorCode::kConfiguration,
                Format("state '{}': cannot lock '{}': {}",
                       state.string(),
                       path.string(),
                       std::generic_category().message(errno)));
  WriteOwner(fd.get(), command, now);
  return ProcessLock(std::move(fd));
}

}  // namespace cohort_sync
