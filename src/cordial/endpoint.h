// Where Cordial's REST API is: a base URL as people write it, split for the HTTP client.
#ifndef COHORT_SYNC_CORDIAL_ENDPOINT_H_
#define COHORT_SYNC_CORDIAL_ENDPOINT_H_

#include <string>
#include <string_view>

#include "base/result.h"

namespace cohort_sync::cordial {

struct Endpoint {
  std::string origin;       // "https://api.cordial.io": the base URL of the http::Client.
  std::string path_prefix;  // "/v2": every request's target begins with it; no '/' at its end.

  // Origin and prefix together. Different spellings of one place give the same text, so that it can
  // be pinned and compared.
  [[nodiscard]] std::string Url() const { return origin + path_prefix; }
  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

// Reads a base URL with or without "/v2" and with or without '/' at its end; hosts are free text
// because not every region is published (contracts/cordial.md 0). A path before "/v2" is kept, for
// a proxy. Scheme and host become lower case.
//
// kConfiguration, saying what to write, for an origin that http::CheckBaseUrl refuses, for
// credentials, a query or a fragment in the URL, for a path that would have to be encoded, and for
// another version of the API.
[[nodiscard]] Result<Endpoint> ParseEndpoint(std::string_view text);

}  // namespace cohort_sync::cordial

#endif  // COHORT_SYNC_CORDIAL_ENDPOINT_H_
