// --dump FILE: what was sent to Amplitude and Cordial and what they answered, a line of JSON for
// each exchange.
#ifndef COHORT_SYNC_CLI_EXCHANGE_DUMP_H_
#define COHORT_SYNC_CLI_EXCHANGE_DUMP_H_

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>

#include "base/result.h"
#include "base/unique_fd.h"
#include "http/recording_client.h"

namespace cohort_sync {

// Longer bodies are cut, with a mark; of files that are downloaded only the size is written.
inline constexpr std::size_t kMaxDumpedBytes = std::size_t{64} << 10U;

// The line, with its end, for one exchange: time, milliseconds, base URL, method, target, request,
// status, headers, response or failure. No header of the request, those of the response that are
// known to be harmless, no query of a download (links to storage are credentials), and no
// registered secret.
[[nodiscard]] std::string DumpLine(const http::Exchange& exchange);

class ExchangeDump {
 public:
  // Opens `path` or makes it with mode 0600. kConfiguration for a symbolic link, a file that is not
  // a regular one of this user, that others may read or write, or that holds anything but a dump:
  // contacts are in it, and it is added to.
  [[nodiscard]] static Result<std::unique_ptr<ExchangeDump>> Open(const std::string& path);

  // Adds one line, whole or not at all, also beside another process that adds to the same file.
  // When that fails the dump ends there: a warning is logged, once, and nothing else happens. Safe
  // from several threads; does not throw.
  void Write(const http::Exchange& exchange) noexcept;

 private:
  ExchangeDump(std::string path, UniqueFd fd) : path_(std::move(path)), fd_(std::move(fd)) {}
  [[nodiscard]] bool Append(const std::string& line);

  const std::string path_;
  std::mutex mutex_;
  UniqueFd fd_;
  bool ended_ = false;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_CLI_EXCHANGE_DUMP_H_
