#include "amplitude/stable_file.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <vector>

#include "base/format.h"
#include "base/unique_fd.h"

namespace cohort_sync::amplitude {
namespace {

// read() and not a mapping: a mapped file that is made shorter would end the process.
constexpr std::size_t kPieceBytes = 1U << 18U;

std::string SystemReason(int number) {
  return std::generic_category().message(number);
}

bool SameTime(const timespec& a, const timespec& b) {
  return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

tl::unexpected<Error> CannotOpen(int number) {
  switch (number) {
    case ENOENT:
    case ENOTDIR:
      return Fail(ErrorCode::kNotFound, "it does not exist; check the path");
    case ELOOP:
      return Fail(ErrorCode::kConfiguration,
                  "it is a symbolic link; give the path of the file itself");
    case EACCES:
    case EPERM:
      return Fail(ErrorCode::kConfiguration,
                  Format("it may not be read ({}); let this user read it", SystemReason(number)));
    default:
      return Fail(ErrorCode::kUnavailable, Format("it cannot be opened: {}", SystemReason(number)));
  }
}

Status CheckKind(const struct stat& state) {
  if (S_ISREG(state.st_mode)) return {};
  return Fail(ErrorCode::kConfiguration,
              S_ISDIR(state.st_mode) ? "it is a directory; give the path of one file"
                                     : "it is not a regular file; write the cohort to a file");
}

// Reads no further than a file that grows all the time was at the start.
Status ReadToEnd(int fd,
                 off_t size,
                 const std::function<Status(std::string_view)>& sink,
                 const std::stop_token& stop) {
  std::vector<char> piece(kPieceBytes);
  for (off_t done = 0; done <= size;) {
    if (stop.stop_requested()) return Fail(ErrorCode::kInterrupted, "interrupted while reading it");
    const ssize_t got = ::read(fd, piece.data(), piece.size());
    if (got == 0) return {};
    if (got < 0) {
      if (errno == EINTR) continue;
      return Fail(ErrorCode::kUnavailable, Format("it cannot be read: {}", SystemReason(errno)));
    }
    Status taken = sink(std::string_view(piece.data(), static_cast<std::size_t>(got)));
    if (!taken) return taken;
    done += got;
  }
  return {};
}

}  // namespace

Result<TimePoint> ReadStableFile(const std::string& path,
                                 const std::function<Status(std::string_view)>& sink,
                                 const std::stop_token& stop) {
  // Without O_NONBLOCK opening a pipe would wait for its writer.
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!fd.valid()) return CannotOpen(errno);
  struct stat state = {};
  if (::fstat(fd.get(), &state) != 0)
    return Fail(ErrorCode::kUnavailable, Format("it cannot be read: {}", SystemReason(errno)));
  if (const Status regular = CheckKind(state); !regular) return Fail(regular.error());
  return ReadStableFile(fd.get(), AT_FDCWD, path, sink, stop);
}

Result<TimePoint> ReadStableFile(int file,
                                 int directory,
                                 const std::string& name,
                                 const std::function<Status(std::string_view)>& sink,
                                 const std::stop_token& stop) {
  struct stat before = {};
  if (::fstat(file, &before) != 0)
    return Fail(ErrorCode::kUnavailable, Format("it cannot be read: {}", SystemReason(errno)));
  ::posix_fadvise(file, 0, 0, POSIX_FADV_SEQUENTIAL);

  const Status read = ReadToEnd(file, before.st_size, sink, stop);
  if (!read && read.error().code() == ErrorCode::kInterrupted) return Fail(read.error());
  struct stat after = {};
  struct stat at_name = {};
  if (::fstat(file, &after) != 0 ||
      ::fstatat(directory, name.c_str(), &at_name, AT_SYMLINK_NOFOLLOW) != 0 ||
      !IsSameFile(before, after) || !IsSameFile(before, at_name)) {
    return Fail(ErrorCode::kIncomplete,
                "it changed while it was read; write to a temporary name and rename");
  }
  if (!read) return Fail(read.error());
  return TimeOfChange(before);
}

bool IsSameFile(const struct stat& before, const struct stat& after) {
  return before.st_dev == after.st_dev && before.st_ino == after.st_ino &&
         before.st_size == after.st_size && SameTime(before.st_mtim, after.st_mtim) &&
         SameTime(before.st_ctim, after.st_ctim);
}

TimePoint TimeOfChange(const struct stat& file) {
  return TimePoint(std::chrono::floor<Duration>(std::chrono::seconds(file.st_mtim.tv_sec) +
                                                std::chrono::nanoseconds(file.st_mtim.tv_nsec)));
}

}  // namespace cohort_sync::amplitude
