#include "config/small_file.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "base/format.h"
#include "base/unique_fd.h"

namespace cohort_sync {
namespace {

tl::unexpected<Error> CannotRead(const std::filesystem::path& file, int error) {
  return Fail(
      error == ENOENT || error == ENOTDIR ? ErrorCode::kNotFound : ErrorCode::kConfiguration,
      Format("cannot read '{}': {}", file.string(), std::generic_category().message(error)));
}

}  // namespace

Result<SmallFile> ReadSmallFile(const std::filesystem::path& file, std::size_t max_bytes) {
  // O_NONBLOCK: opening a pipe that nobody writes to must not wait.
  const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd.valid()) return CannotRead(file, errno);
  struct stat info = {};
  if (::fstat(fd.get(), &info) != 0) return CannotRead(file, errno);
  if (!S_ISREG(info.st_mode))
    return Fail(ErrorCode::kConfiguration,
                Format("cannot read '{}': it is not a regular file", file.string()));

  SmallFile result;
  result.mode = info.st_mode & 07777U;
  result.owner = info.st_uid;
  result.content.resize(max_bytes + 1);
  std::size_t length = 0;
  while (length < result.content.size()) {
    const ssize_t got =
        ::read(fd.get(), result.content.data() + length, result.content.size() - length);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return CannotRead(file, errno);
    if (got == 0) break;
    length += static_cast<std::size_t>(got);
  }
  if (length > max_bytes)
    return Fail(ErrorCode::kConfiguration,
                Format("cannot read '{}': it is larger than {} bytes", file.string(), max_bytes));
  result.content.resize(length);
  return result;
}

}  // namespace cohort_sync
