#include "http/request_check.h"

#include <algorithm>
#include <string_view>

#include "base/format.h"
#include "base/text.h"

namespace cohort_sync::http {
namespace {

bool IsTarget(std::string_view target) {
  return target.starts_with('/') && !target.starts_with("//") &&
         std::all_of(
             target.begin(), target.end(), [](char c) { return c > ' ' && c < 0x7F && c != '#'; });
}

}  // namespace

std::optional<std::string> RequestObjection(const Request& request) {
  if (!IsToken(request.method)) return Format("method '{}' is not one", Printable(request.method));
  if (!IsTarget(request.target)) {
    return Format("target '{}' is not a percent-encoded path", Printable(request.path()));
  }
  for (const auto& [name, value] : request.headers.fields()) {
    if (!IsToken(name)) return Format("header name '{}' is not one", Printable(name));
    if (!IsFieldValue(value)) return Format("header '{}' has a control character", name);
    // A Host of the caller's would also change the name that the certificate is checked for.
    for (const char* own : {"Host", "Content-Length", "Transfer-Encoding", "Connection"}) {
      if (EqualsIgnoringCase(name, own)) return Format("header '{}' is the client's own", name);
    }
  }
  return std::nullopt;
}

}  // namespace cohort_sync::http
