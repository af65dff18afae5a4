#include "web/push_secret.h"

#include <optional>
#include <string_view>

#include "base/text.h"
#include "http/secret_match.h"

namespace cohort_sync::web {

std::vector<std::string> OfferedSecrets(const http::Headers& headers) {
  std::vector<std::string> offered;
  for (const auto& [name, value] : headers.fields()) {
    const std::string_view text = Trim(value);
    if (EqualsIgnoringCase(name, "X-Cohort-Sync-Secret")) offered.emplace_back(text);
    if (!EqualsIgnoringCase(name, "Authorization")) continue;
    const std::size_t space = text.find(' ');
    if (space == std::string_view::npos) continue;
    const std::string_view scheme = text.substr(0, space);
    const std::string_view credentials = Trim(text.substr(space + 1));
    if (EqualsIgnoringCase(scheme, "Bearer")) offered.emplace_back(credentials);
    if (!EqualsIgnoringCase(scheme, "Basic")) continue;
    if (const auto plain = Base64Decode(credentials)) {
      offered.push_back(plain->substr(0, plain->find(':')));
    }
  }
  return offered;
}

bool MayPush(const http::Headers& headers, const std::vector<Secret>& accepted) {
  return accepted.empty() || http::IsSecretAccepted(OfferedSecrets(headers), accepted);
}

}  // namespace cohort_sync::web
