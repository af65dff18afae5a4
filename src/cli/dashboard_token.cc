#include "cli/dashboard_token.h"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "base/check.h"
#include "base/format.h"
#include "base/unique_fd.h"
#include "config/secrets.h"

namespace cohort_sync {
namespace {

constexpr std::size_t kTokenBytes = 32;

auto Unwritable(const std::string& path, int cause) {
  return Fail(ErrorCode::kConfiguration,
              Format("the dashboard's token '{}' cannot be written: {}",
                     path,
                     std::generic_category().message(cause)));
}

std::string RandomHex() {
  std::array<unsigned char, kTokenBytes> bytes{};
  // Up to 256 bytes come whole once the system has its randomness, which it waits for.
  CHECK(::getrandom(bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
  std::string hex;
  for (const unsigned char byte : bytes)
    hex += Format("{:02x}", byte);
  return hex;
}

// Whole under a name of its own, so that nobody reads a part of it. Gives back that name.
Result<std::string> WriteBeside(const std::string& path) {
  std::string beside = Format("{}.{}", path, ::getpid());
  ::unlink(beside.c_str());
  const UniqueFd file(::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file.valid()) return Unwritable(path, errno);
  const std::string text = RandomHex() + '\n';
  const bool written =
      ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
      ::fsync(file.get()) == 0;
  if (written) return beside;
  const int cause = errno;
  ::unlink(beside.c_str());
  return Unwritable(path, cause);
}

}  // namespace

std::string DashboardTokenPath(const Config& config) {
  return config.state.string() + "-token";
}

Result<Secret> ReadDashboardToken(const Config& config) {
  return ResolveSecret({SecretReference::Kind::kFile, DashboardTokenPath(config)},
                       config.directory,
                       ProcessEnvironment());
}

Result<Secret> ReadOrMakeDashboardToken(const Config& config) {
  const std::string path = DashboardTokenPath(config);
  struct stat known = {};
  if (::lstat(path.c_str(), &known) == 0) return ReadDashboardToken(config);
  const Result<std::string> beside = WriteBeside(path);
  if (!beside) return Fail(beside.error());
  // Not over one that somebody else has made meanwhile.
  const int linked = ::link(beside->c_str(), path.c_str());
  const int cause = errno;
  ::unlink(beside->c_str());
  if (linked != 0 && cause != EEXIST) return Unwritable(path, cause);
  return ReadDashboardToken(config);
}

Result<Secret> ReplaceDashboardToken(const Config& config) {
  const std::string path = DashboardTokenPath(config);
  const Result<std::string> beside = WriteBeside(path);
  if (!beside) return Fail(beside.error());
  if (::rename(beside->c_str(), path.c_str()) != 0) {
    const int cause = errno;
    ::unlink(beside->c_str());
    return Unwritable(path, cause);
  }
  return ReadDashboardToken(config);
}

}  // namespace cohort_sync
