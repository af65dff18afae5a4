// The words of a Failure, in one place.
#ifndef COHORT_SYNC_HTTP_FAILURE_H_
#define COHORT_SYNC_HTTP_FAILURE_H_

#include <cstddef>
#include <string_view>

#include "http/client.h"

namespace cohort_sync::http {

// "https://host: what"
[[nodiscard]] Failure FailureOf(const ClientOptions& options,
                                FailureKind kind,
                                std::string_view what);
[[nodiscard]] Failure TimedOut(const ClientOptions& options);
[[nodiscard]] Failure Interrupted(const ClientOptions& options);
[[nodiscard]] Failure TooLarge(const ClientOptions& options, std::size_t limit);
[[nodiscard]] Failure UnreadableLength(const ClientOptions& options);

}  // namespace cohort_sync::http

#endif  // COHORT_SYNC_HTTP_FAILURE_H_
