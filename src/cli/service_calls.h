// What a call to a service is called in the metrics.
#ifndef COHORT_SYNC_CLI_SERVICE_CALLS_H_
#define COHORT_SYNC_CLI_SERVICE_CALLS_H_

#include <optional>
#include <string>

#include "http/message.h"

namespace cohort_sync {

// Few words, whatever is asked for: nothing of a cohort, a list, a contact or a signature.

// Of Amplitude: "GET /cohorts", "GET /cohorts/usage", "GET /cohorts/request",
// "GET /cohorts/request-status", "GET /cohorts/request/file", and "GET storage" for everything
// else: where a download is redirected to.
[[nodiscard]] std::string ExportCallOf(const http::Request& request);

// Of Cordial: "GET /accountlists", "POST /accountlists", "GET /accountlists/count",
// "PUT /accountlists/clear", "GET /accountcontactattributes"; nullopt of a call for a contact.
[[nodiscard]] std::optional<std::string> ListCallOf(const http::Request& request);

}  // namespace cohort_sync

#endif  // COHORT_SYNC_CLI_SERVICE_CALLS_H_
