#include "amplitude/drop_folder.h"

#include <algorithm>
#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <memory>
#include <optional>
#include <sys/syscall.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "amplitude/snapshot_name.h"
#include "amplitude/stable_file.h"
#include "base/format.h"
#include "base/text.h"

namespace cohort_sync::amplitude {
namespace {

constexpr int kMostFilesOfOneName = 100'000;
constexpr std::size_t kMostShown = 5;

std::string SystemReason(int number) {
  return std::generic_category().message(number);
}

// Why the entry is not taken: the end of a sentence that begins with its name.
std::optional<std::string> ProblemOf(const struct stat& entry) {
  if (S_ISLNK(entry.st_mode)) return "is a symbolic link";
  if (S_ISDIR(entry.st_mode)) return "is a folder";
  if (!S_ISREG(entry.st_mode)) return "is not a regular file";
  if (entry.st_nlink != 1) return Format("has {} hard links instead of one", entry.st_nlink);
  if (entry.st_uid != ::geteuid() && entry.st_uid != 0) {
    return Format(
        "belongs to user {} and neither to this user ({}) nor to root", entry.st_uid, ::geteuid());
  }
  return std::nullopt;
}

// What is checked of a folder before anything is put into it or taken from it.
Status CheckFolder(int fd) {
  struct stat state = {};
  if (::fstat(fd, &state) != 0)
    return Fail(ErrorCode::kUnavailable, Format("it cannot be read: {}", SystemReason(errno)));
  if ((state.st_mode & S_IWOTH) != 0) {
    return Fail(ErrorCode::kConfiguration,
                "everybody may write to it, so anybody could change the list; take that away with "
                "'chmod o-w'");
  }
  if (::faccessat(fd, ".", R_OK | W_OK | X_OK, AT_EACCESS) == 0) return {};
  return Fail(
      ErrorCode::kConfiguration,
      Format("files cannot be moved in it ({}); let this user write to it", SystemReason(errno)));
}

// The name has no slash, so that O_NOFOLLOW alone keeps it beneath the folder where the kernel has
// no openat2 or a sandbox refuses it.
int OpenBeneath(int folder, const std::string& name, std::uint64_t flags) {
  struct open_how how = {};
  how.flags = flags | O_CLOEXEC | O_NOFOLLOW;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
  const long fd = ::syscall(SYS_openat2, folder, name.c_str(), &how, sizeof(how));
  if (fd >= 0 || (errno != ENOSYS && errno != EPERM)) return static_cast<int>(fd);
  return ::openat(folder, name.c_str(), static_cast<int>(how.flags));
}

bool IsTaken(int folder, const std::string& name) {
  struct stat state = {};
  return ::fstatat(folder, name.c_str(), &state, AT_SYMLINK_NOFOLLOW) == 0;
}

// `name`, or the first of "name.2", "name.3", ... that is not there.
std::optional<std::string> FreeName(int folder, const std::string& name) {
  if (!IsTaken(folder, name)) return name;
  for (int number = 2; number <= kMostFilesOfOneName; ++number) {
    std::string numbered = Format("{}.{}", name, number);
    if (!IsTaken(folder, numbered)) return numbered;
  }
  return std::nullopt;
}

// Never through a link that stands there: an older file of the name gives way.
Status WriteNew(int folder, const std::string& name, std::string_view line) {
  ::unlinkat(folder, name.c_str(), 0);
  const UniqueFd fd(
      ::openat(folder, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  std::string text(line);
  text += '\n';
  if (fd.valid() && ::write(fd.get(), text.data(), text.size()) == std::ssize(text)) return {};
  return Fail(ErrorCode::kUnavailable,
              Format("'{}' cannot be written: {}", name, SystemReason(errno)));
}

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

// A stream takes its descriptor over and moves its position: it gets one of its own.
std::unique_ptr<DIR, CloseDirectory> Entries(int folder) {
  const int own = ::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR* const directory = own < 0 ? nullptr : ::fdopendir(own);
  if (directory == nullptr && own >= 0) ::close(own);
  return std::unique_ptr<DIR, CloseDirectory>(directory);
}

}  // namespace

std::string SkippedText(const std::vector<std::string>& skipped, std::int64_t odd_names) {
  std::vector<std::string> parts;
  for (const std::string& entry : skipped) {
    if (parts.size() == kMostShown) break;
    parts.push_back(entry);
  }
  if (skipped.size() > parts.size())
    parts.push_back(Format("{} more", skipped.size() - parts.size()));
  if (odd_names > 0) {
    parts.push_back(
        Format("{} of other characters than letters, digits, '.', '_' and '-' or longer than {} "
               "bytes",
               Count(odd_names, "name", "names"),
               kMaxFileNameBytes));
  }
  return Join(parts, "; ");
}

Result<DropFolder> DropFolder::Open(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid()) {
    if (errno == ENOENT)
      return Fail(ErrorCode::kConfiguration, "it does not exist; make it, or check the path");
    if (errno == ENOTDIR) {
      return Fail(ErrorCode::kConfiguration,
                  "it is not a folder; give the path of a folder, or use \"type\": \"file\"");
    }
    return Fail(ErrorCode::kConfiguration, Format("it cannot be opened: {}", SystemReason(errno)));
  }
  if (Status usable = CheckFolder(fd.get()); !usable) return Fail(usable.error());
  DropFolder folder(std::move(fd));
  // Before anything is read: a snapshot that cannot be moved away would hide all that follow it.
  if (IsTaken(folder.fd(), kDoneFolder)) {
    if (const auto done = folder.OpenSubfolder(kDoneFolder); !done) return Fail(done.error());
  }
  return folder;
}

Result<FolderListing> DropFolder::List(std::string_view pattern) const {
  const auto directory = Entries(fd_.get());
  if (!directory)
    return Fail(ErrorCode::kUnavailable, Format("it cannot be read: {}", SystemReason(errno)));
  FolderListing listing;
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(directory.get());  // NOLINT(concurrency-mt-unsafe)
    if (entry == nullptr) break;
    FolderFile file;
    file.name = static_cast<const char*>(entry->d_name);
    if (IsUnfinishedName(file.name) || file.name == kDoneFolder || file.name == kFailedFolder ||
        !MatchesPattern(pattern, file.name)) {
      continue;
    }
    if (!IsPlainFileName(file.name)) {
      ++listing.odd_names;
    } else if (::fstatat(fd_.get(), file.name.c_str(), &file.state, AT_SYMLINK_NOFOLLOW) == 0) {
      if (const auto problem = ProblemOf(file.state)) {
        listing.skipped.push_back(Format("'{}' {}", file.name, *problem));
      } else {
        listing.files.push_back(std::move(file));
      }
    }
  }
  if (errno != 0)
    return Fail(ErrorCode::kUnavailable, Format("it cannot be read: {}", SystemReason(errno)));
  return listing;
}

Result<UniqueFd> DropFolder::Open(FolderFile& file) const {
  UniqueFd fd(OpenBeneath(fd_.get(), file.name, O_RDONLY | O_NONBLOCK));
  if (!fd.valid() || ::fstat(fd.get(), &file.state) != 0) {
    const int number = errno;
    if (number == EACCES || number == EPERM) {
      return Fail(ErrorCode::kConfiguration,
                  Format("it may not be read ({}); let this user read it", SystemReason(number)));
    }
    return Fail(ErrorCode::kIncomplete,
                Format("it cannot be opened any more: {}", SystemReason(number)));
  }
  if (const auto problem = ProblemOf(file.state))
    return Fail(ErrorCode::kIncomplete, Format("it {} by now", *problem));
  return fd;
}

Result<UniqueFd> DropFolder::OpenSubfolder(const char* name) const {
  UniqueFd fd(OpenBeneath(fd_.get(), name, O_RDONLY | O_DIRECTORY));
  if (!fd.valid()) {
    return Fail(ErrorCode::kConfiguration,
                Format("'{}' in it cannot be opened as a folder ({}); remove what is there",
                       name,
                       SystemReason(errno)));
  }
  if (Status usable = CheckFolder(fd.get()); !usable)
    return Fail(usable.error().WithContext(Format("'{}' in it", name)));
  return fd;
}

Result<std::string> DropFolder::Move(const FolderFile& file,
                                     const char* subfolder,
                                     std::string_view reason) const {
  // Only for this user: the files in it hold addresses.
  if (::mkdirat(fd_.get(), subfolder, 0700) != 0 && errno != EEXIST) {
    return Fail(ErrorCode::kUnavailable,
                Format("'{}' in it cannot be made: {}", subfolder, SystemReason(errno)));
  }
  const Result<UniqueFd> to = OpenSubfolder(subfolder);
  if (!to) return Fail(to.error());
  struct stat now = {};
  if (::fstatat(fd_.get(), file.name.c_str(), &now, AT_SYMLINK_NOFOLLOW) != 0 ||
      !IsSameFile(file.state, now)) {
    return Fail(ErrorCode::kIncomplete,
                Format("'{}' was replaced or changed after it was read", file.name));
  }
  const std::optional<std::string> name = FreeName(to->get(), file.name);
  if (!name) {
    return Fail(ErrorCode::kUnavailable,
                Format("'{}' has {} files of the name '{}'; clear it",
                       subfolder,
                       WithThousands(kMostFilesOfOneName),
                       file.name));
  }
  if (!reason.empty()) {
    if (Status written = WriteNew(to->get(), *name + ".reason.txt", reason); !written)
      return Fail(written.error());
  }
  if (::renameat(fd_.get(), file.name.c_str(), to->get(), name->c_str()) != 0) {
    return Fail(ErrorCode::kUnavailable,
                Format("'{}' cannot be moved: {}", file.name, SystemReason(errno)));
  }
  return Format("{}/{}", subfolder, *name);
}

}  // namespace cohort_sync::amplitude
