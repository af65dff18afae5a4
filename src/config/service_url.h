// Which addresses of services the configuration accepts: https anywhere, plain http on this machine
// only (design brief, section 7).
#ifndef COHORT_SYNC_CONFIG_SERVICE_URL_H_
#define COHORT_SYNC_CONFIG_SERVICE_URL_H_

#include <string>
#include <string_view>

#include "base/result.h"

namespace cohort_sync {

struct ServiceUrl {
  std::string origin;  // "https://host[:port]", host in lower case.
  std::string path;    // "" or "/..."; without slashes at its end.
};

// kConfiguration when `url` is not "https://host[:port][/path]" or, for loopback hosts
// (127.0.0.0/8,
// [::1], localhost), the same with http. User names, queries and fragments are refused, and text
// that may hold a password is not repeated in the message.
[[nodiscard]] Result<ServiceUrl> ParseServiceUrl(std::string_view url);

// Is `text` "ADDRESS:PORT", with an IPv4 address, an IPv6 address in brackets or "localhost", and a
// port in 1..65535?
[[nodiscard]] bool IsListenAddress(std::string_view text);

}  // namespace cohort_sync

#endif  // COHORT_SYNC_CONFIG_SERVICE_URL_H_
