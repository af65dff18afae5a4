#include "cordial/endpoint.h"

#include <algorithm>
#include <vector>

#include "base/format.h"
#include "base/text.h"
#include "http/client.h"

namespace cohort_sync::cordial {
namespace {

constexpr std::string_view kVersion = "v2";
constexpr std::string_view kNextStep =
    "set endpoint to the base URL of Cordial's REST API, for example 'https://api.cordial.io/v2'";

Error Refused(std::string_view text, std::string_view cause) {
  return {ErrorCode::kConfiguration,
          Format("endpoint '{}': {}; {}", Printable(text), cause, kNextStep)};
}

bool IsDigits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool IsOtherVersion(std::string_view segment) {
  return segment.size() > 1 && (segment[0] == 'v' || segment[0] == 'V') &&
         IsDigits(segment.substr(1)) && segment != kVersion;
}

}  // namespace

Result<Endpoint> ParseEndpoint(std::string_view text) {
  const std::string_view url = Trim(text);
  // A query could carry a key, and messages would print it: refuse before anything is quoted.
  if (url.find_first_of("?#@") != std::string_view::npos) {
    return Fail(Error(ErrorCode::kConfiguration,
                      Format("endpoint: credentials, a query or a fragment ('@', '?', '#') do not "
                             "belong in it; {}",
                             kNextStep)));
  }
  const auto [origin, path] = http::SplitUrl(url);
  Endpoint endpoint{.origin = ToLowerAscii(origin), .path_prefix = ""};
  if (const Status base = http::CheckBaseUrl(endpoint.origin); !base) {
    return Fail(Refused(url, base.error().message()));
  }

  std::vector<std::string> segments;
  for (const std::string_view segment : Split(path, '/')) {
    if (segment.empty()) continue;
    if (PercentEncode(segment) != segment || segment == "." || segment == "..") {
      return Fail(Refused(url, Format("'{}' is not a plain path segment", Printable(segment))));
    }
    segments.emplace_back(segment);
  }
  if (!segments.empty() && IsOtherVersion(segments.back())) {
    return Fail(
        Refused(url, Format("version '{}' of the API is not spoken here", segments.back())));
  }
  if (segments.empty() || segments.back() != kVersion) segments.emplace_back(kVersion);
  endpoint.path_prefix = "/" + Join(segments, "/");
  return endpoint;
}

}  // namespace cohort_sync::cordial
