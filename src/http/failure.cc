#include "http/failure.h"

#include "base/format.h"
#include "base/text.h"
#include "base/time_text.h"

namespace cohort_sync::http {

Failure FailureOf(const ClientOptions& options, FailureKind kind, std::string_view what) {
  return {kind, Format("{}: {}", options.base_url, what)};
}

Failure TimedOut(const ClientOptions& options) {
  return FailureOf(options,
                   FailureKind::kTimedOut,
                   Format("no whole answer within {}", FormatDuration(options.timeout)));
}

Failure Interrupted(const ClientOptions& options) {
  return FailureOf(options, FailureKind::kInterrupted, "stopped");
}

Failure TooLarge(const ClientOptions& options, std::size_t limit) {
  const std::string bytes = WithThousands(static_cast<std::int64_t>(limit));
  return FailureOf(
      options, FailureKind::kTooLarge, Format("the answer is larger than {} bytes", bytes));
}

Failure UnreadableLength(const ClientOptions& options) {
  return FailureOf(options, FailureKind::kCutOff, "the length of the answer cannot be read");
}

}  // namespace cohort_sync::http
