#include "web/request_guard.h"

#include <string_view>
#include <vector>

#include "base/format.h"
#include "base/text.h"
#include "http/secret_match.h"

namespace cohort_sync::web {

bool BringsToken(const http::Headers& headers, const Secret& token) {
  if (token.empty()) return false;
  const auto authorization = headers.Find("Authorization");
  if (!authorization) return false;
  const std::string_view text = Trim(*authorization);
  const std::size_t space = text.find(' ');
  if (space == std::string_view::npos || !EqualsIgnoringCase(text.substr(0, space), "Bearer"))
    return false;
  return http::IsSecretAccepted({std::string(Trim(text.substr(space + 1)))}, {token});
}

std::optional<std::string> ForeignOrigin(const http::Headers& headers) {
  if (const auto site = headers.Find("Sec-Fetch-Site")) {
    if (*site == "same-origin" || *site == "none") return std::nullopt;
    return Format("the request comes from another site ('{}')", Printable(*site));
  }
  const auto origin = headers.Find("Origin");
  if (!origin)
    return "the request does not say where it comes from; a program sends 'Sec-Fetch-Site: none'";
  const std::string_view host = Trim(headers.Find("Host").value_or(""));
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!host.empty() && origin->starts_with(scheme) &&
        EqualsIgnoringCase(origin->substr(scheme.size()), host))
      return std::nullopt;
  }
  return Format("the request comes from another origin ('{}')", Printable(*origin));
}

bool IsJson(const http::Headers& headers) {
  const std::string_view type = headers.Find("Content-Type").value_or("");
  return EqualsIgnoringCase(Trim(type.substr(0, type.find(';'))), "application/json");
}

}  // namespace cohort_sync::web
