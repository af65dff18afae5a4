// Who may ask the dashboard for what (design/faults.md 5.5, H6).
#ifndef COHORT_SYNC_WEB_REQUEST_GUARD_H_
#define COHORT_SYNC_WEB_REQUEST_GUARD_H_

#include <optional>
#include <string>

#include "base/secret.h"
#include "http/message.h"

namespace cohort_sync::web {

// Does `headers` bring `token` as "Authorization: Bearer"? An empty token is never brought.
[[nodiscard]] bool BringsToken(const http::Headers& headers, const Secret& token);

// Why a request that changes something is not one that our page made, nor a program that says so:
// Sec-Fetch-Site is neither same-origin nor none, or without it Origin is not that of Host. nullopt
// when it is.
[[nodiscard]] std::optional<std::string> ForeignOrigin(const http::Headers& headers);

// Is the body said to be JSON? Forms of other pages cannot say that without asking first.
[[nodiscard]] bool IsJson(const http::Headers& headers);

}  // namespace cohort_sync::web

#endif  // COHORT_SYNC_WEB_REQUEST_GUARD_H_
