// Which addresses the configuration accepts. Of services: https anywhere, plain http on this
// machine only (design brief, section 7). Of our own server: an address and a port.
#ifndef COHORT_SYNC_CONFIG_SERVICE_URL_H_
#define COHORT_SYNC_CONFIG_SERVICE_URL_H_

#include <cstdint>
#include <optional>
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

struct ListenAddress {
  std::string address = "127.0.0.1";  // IPv4, or IPv6 without brackets.
  std::uint16_t port = 8321;

  // Whether only this machine reaches it.
  [[nodiscard]] bool is_loopback() const;
  friend bool operator==(const ListenAddress&, const ListenAddress&) = default;
};

// "127.0.0.1:8321", "[::1]:8321"
[[nodiscard]] std::string ToString(const ListenAddress& listen);

// "ADDRESS:PORT", with an IPv4 address, an IPv6 address in brackets or "localhost" (127.0.0.1), and
// a port in 1..65535; nullopt for anything else.
[[nodiscard]] std::optional<ListenAddress> ParseListenAddress(std::string_view text);

// A name or an address as it stands in a URL, without a port; an upper-case name is none.
[[nodiscard]] bool IsUrlHost(std::string_view text);

}  // namespace cohort_sync

#endif  // COHORT_SYNC_CONFIG_SERVICE_URL_H_
