#include "cli/exchange_dump.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <exception>
#include <fcntl.h>
#include <string_view>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/format.h"
#include "base/log.h"
#include "base/redaction.h"
#include "base/secret.h"
#include "base/text.h"
#include "base/time_text.h"
#include "sync/call_record.h"

namespace cohort_sync {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kLineStart = R"({"at":")";

// Anything else may be a credential (Set-Cookie, Location with a signature) or is of no use.
constexpr std::array<std::string_view, 13> kShownHeaders{"Cache-Control",
                                                         "Content-Encoding",
                                                         "Content-Length",
                                                         "Content-Type",
                                                         "Date",
                                                         "Retry-After",
                                                         "Server",
                                                         "X-Rate-Limit-Limit",
                                                         "X-Rate-Limit-Remaining",
                                                         "X-Rate-Limit-Reset",
                                                         "X-RateLimit-Limit",
                                                         "X-RateLimit-Remaining",
                                                         "X-Request-Id"};

Json HeadersOf(const http::Headers& headers) {
  Json shown = Json::object();
  for (const auto& field : headers.fields()) {
    const bool harmless =
        std::any_of(kShownHeaders.begin(), kShownHeaders.end(), [&](std::string_view known) {
          return EqualsIgnoringCase(known, field.first);
        });
    if (harmless) shown[field.first] = Redact(field.second);
  }
  return shown;
}

std::string BodyOf(const std::string& body) {
  return Redact(RecordedBody(body, kMaxDumpedBytes));
}

std::string TargetOf(const http::Exchange& exchange) {
  const std::string& target = exchange.request.target;
  const std::size_t query = target.find('?');
  if (!exchange.downloaded || query == std::string::npos) return Redact(target);
  return Redact(target.substr(0, query + 1)) + kRedacted;
}

Result<UniqueFd> Refuse(const std::string& path, const std::string& why) {
  return Fail(ErrorCode::kConfiguration, Format("--dump '{}': {}", Printable(path), why));
}

std::string ReasonOf(int error) {
  return std::generic_category().message(error);
}

bool BeginsAsADump(int fd) {
  std::array<char, kLineStart.size()> start{};
  const ssize_t length = ::pread(fd, start.data(), start.size(), 0);
  return length == 0 || (length == static_cast<ssize_t>(start.size()) &&
                         std::string_view(start.data(), start.size()) == kLineStart);
}

Result<UniqueFd> OpenPrivate(const std::string& path) {
  // Non-blocking, so that a pipe does not make this wait for its reader.
  UniqueFd fd(::open(path.c_str(),
                     O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK,
                     S_IRUSR | S_IWUSR));
  if (!fd.valid() && errno == ELOOP)
    return Refuse(path, "it is a symbolic link; give the path of a file");
  if (!fd.valid())
    return Refuse(path,
                  Format("cannot open it: {}; give a path where you may write", ReasonOf(errno)));
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode))
    return Refuse(path, "not a regular file; give another path");
  if (info.st_uid != ::geteuid())
    return Refuse(path, "it belongs to another user; give another path");
  if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return Refuse(path,
                  Format("mode {:04o} lets others at the contacts in it; run chmod 600 '{}'",
                         info.st_mode & 07777U,
                         Printable(path)));
  if (!BeginsAsADump(fd.get()))
    return Refuse(path, "it holds something else than a dump; give another path");
  return fd;
}

}  // namespace

std::string DumpLine(const http::Exchange& exchange) {
  Json line = {{"at", FormatTimeWithMillis(exchange.sent_at)},
               {"took_ms", exchange.took.count()},
               {"base_url", exchange.base_url},
               {"method", exchange.request.method},
               {"target", TargetOf(exchange)}};
  if (!exchange.request.body.empty()) line["request"] = BodyOf(exchange.request.body);
  if (exchange.response) {
    line["status"] = exchange.response->status;
    line["headers"] = HeadersOf(exchange.response->headers);
    if (!exchange.downloaded) line["response"] = BodyOf(exchange.response->body);
  }
  if (exchange.downloaded) line["response_bytes"] = *exchange.downloaded;
  if (exchange.failure) line["failure"] = Redact(exchange.failure->message);
  return line.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

Result<std::unique_ptr<ExchangeDump>> ExchangeDump::Open(const std::string& path) {
  Result<UniqueFd> fd = OpenPrivate(path);
  if (!fd) return Fail(fd.error());
  return std::unique_ptr<ExchangeDump>(new ExchangeDump(path, std::move(*fd)));
}

bool ExchangeDump::Append(const std::string& line) {
  ssize_t written = 0;
  do {
    written = ::write(fd_.get(), line.data(), line.size());
  } while (written < 0 && errno == EINTR);
  if (written == static_cast<ssize_t>(line.size())) return true;
  const int error = written < 0 ? errno : ENOSPC;
  if (written > 0) {
    const off_t end = ::lseek(fd_.get(), 0, SEEK_END);
    // What a full disk left of the line goes again; the lock keeps other writers away meanwhile.
    if (end >= written && ::ftruncate(fd_.get(), end - written) != 0)
      Log(LogLevel::kWarning, Format("--dump '{}': its last line is not whole", path_));
  }
  errno = error;
  return false;
}

void ExchangeDump::Write(const http::Exchange& exchange) noexcept {
  const std::lock_guard guard(mutex_);
  if (ended_) return;
  try {
    const std::string line = DumpLine(exchange);
    static_cast<void>(::flock(fd_.get(), LOCK_EX));  // Without one a line is at least one write.
    const bool whole = Append(line);
    const int error = errno;
    static_cast<void>(::flock(fd_.get(), LOCK_UN));
    if (whole) return;
    Log(LogLevel::kWarning,
        Format("--dump '{}': cannot write to it: {}; the calls go on without it",
               path_,
               ReasonOf(error)));
  } catch (const std::exception&) {  // No memory for a line: the calls are more important.
  }
  ended_ = true;
}

}  // namespace cohort_sync
