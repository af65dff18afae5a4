// Who may push: Amplitude signs nothing, so a secret in a header is all there is
// (contracts/amplitude.md 2.1, 3.1; design/faults.md G6).
#ifndef COHORT_SYNC_WEB_PUSH_SECRET_H_
#define COHORT_SYNC_WEB_PUSH_SECRET_H_

#include <string>
#include <vector>

#include "base/secret.h"
#include "http/message.h"

namespace cohort_sync::web {

// The secrets that a request offers: of `Authorization: Bearer`, the user name of
// `Authorization: Basic` (its password is ignored), and of `X-Cohort-Sync-Secret`.
[[nodiscard]] std::vector<std::string> OfferedSecrets(const http::Headers& headers);

// In constant time. While a secret is being rotated two are accepted; without any everybody may,
// which is for loopback addresses only.
[[nodiscard]] bool MayPush(const http::Headers& headers, const std::vector<Secret>& accepted);

}  // namespace cohort_sync::web

#endif  // COHORT_SYNC_WEB_PUSH_SECRET_H_
