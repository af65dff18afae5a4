// What both stand-ins need to read a request and to write an answer.
#ifndef COHORT_SYNC_SIMULATOR_EXCHANGE_H_
#define COHORT_SYNC_SIMULATOR_EXCHANGE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"
#include "http/server.h"

namespace cohort_sync::simulator {

// "/v2/contacts/email%3Aa%2Fb" as {"v2", "contacts", "email:a/b"}; nullopt for a broken '%'.
[[nodiscard]] std::optional<std::vector<std::string>> PathSegments(std::string_view path);

// Does the path fit a pattern such as "/v2/contacts/{key}"? The value for the {…} part, or "" for a
// pattern without one; nullopt when it does not fit.
[[nodiscard]] std::optional<std::string> MatchPath(std::string_view pattern,
                                                   const std::vector<std::string>& segments);

// Every decoded value of a repeated query parameter, in order; '+' is a space.
[[nodiscard]] std::vector<std::string> QueryValues(std::string_view target, std::string_view name);

struct BasicCredential {
  std::string user;
  std::string password;
};
// The credential of "Authorization: Basic …"; nullopt without a readable one.
[[nodiscard]] std::optional<BasicCredential> ReadBasicCredential(const http::Request& request);

[[nodiscard]] http::Reply TypedReply(int status, std::string type, std::string body);
[[nodiscard]] http::Reply JsonReply(int status, std::string json);
// The kind of page that a proxy in front of a service shows.
[[nodiscard]] http::Reply HtmlReply(int status, std::string_view title);
[[nodiscard]] http::Reply ResetReply();

}  // namespace cohort_sync::simulator

#endif  // COHORT_SYNC_SIMULATOR_EXCHANGE_H_
