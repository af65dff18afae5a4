#include "config/service_url.h"

#include <algorithm>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <optional>

#include "base/format.h"
#include "base/text.h"

namespace cohort_sync {
namespace {

struct HostPort {
  std::string_view host;  // With the brackets of an IPv6 address.
  std::optional<std::string_view> port;
};

// nullopt when brackets and colons do not fit together.
std::optional<HostPort> SplitHostPort(std::string_view authority) {
  std::size_t host_end = authority.find(':');
  if (authority.starts_with('[')) {
    const std::size_t bracket = authority.find(']');
    if (bracket == std::string_view::npos) return std::nullopt;
    host_end = bracket + 1;
  }
  if (host_end >= authority.size()) return HostPort{authority, std::nullopt};
  if (authority[host_end] != ':') return std::nullopt;
  return HostPort{authority.substr(0, host_end), authority.substr(host_end + 1)};
}

bool IsIpv4(std::string_view host) {
  in_addr address{};
  return ::inet_pton(AF_INET, std::string(host).c_str(), &address) == 1;
}

bool IsBracketedIpv6(std::string_view host) {
  if (host.size() < 4 || !host.starts_with('[') || !host.ends_with(']')) return false;
  in6_addr address{};
  return ::inet_pton(AF_INET6, std::string(host.substr(1, host.size() - 2)).c_str(), &address) == 1;
}

bool IsHostName(std::string_view host) {
  return !host.empty() && host.size() <= 253 && !host.starts_with('.') && !host.starts_with('-') &&
         std::all_of(host.begin(), host.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
         });
}

// Only digits and dots, and yet no IPv4 address: a mistyped one, never a name.
bool LooksNumeric(std::string_view host) {
  return host.find_first_not_of("0123456789.") == std::string_view::npos;
}

bool IsHost(std::string_view host) {
  if (host.starts_with('[')) return IsBracketedIpv6(host);
  return LooksNumeric(host) ? IsIpv4(host) : IsHostName(host);
}

bool IsLoopbackHost(std::string_view host) {
  return host == "localhost" || host == "[::1]" || (IsIpv4(host) && host.starts_with("127."));
}

bool IsPort(std::string_view text) {
  const std::optional<std::int64_t> port = ParseInteger(text);
  return port && *port >= 1 && *port <= 65535;
}

}  // namespace

Result<ServiceUrl> ParseServiceUrl(std::string_view url) {
  if (url.find('@') != std::string_view::npos)
    return Fail(ErrorCode::kConfiguration,
                "the address holds '@'; leave user name and password out, keys have settings of "
                "their own");
  const auto refuse = [&](std::string_view why) {
    return Fail(ErrorCode::kConfiguration, Format("'{}' {}", Printable(url), why));
  };
  const std::size_t scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos)
    return refuse("is not an address; write it as in \"https://host\"");
  const std::string_view scheme = url.substr(0, scheme_end);
  if (scheme != "https" && scheme != "http") return refuse("must start with https://");
  if (url.find_first_of("?#") != std::string_view::npos)
    return refuse("has a query or a fragment; end it after host and path");
  if (std::any_of(url.begin(), url.end(), [](char c) { return c <= ' ' || c > '~' || c == '\\'; }))
    return refuse("holds a character that does not belong into an address");

  const std::string_view rest = url.substr(scheme_end + 3);
  const std::size_t path_at = std::min(rest.find('/'), rest.size());
  const std::string authority = ToLowerAscii(rest.substr(0, path_at));
  const std::optional<HostPort> parts = SplitHostPort(authority);
  if (!parts || !IsHost(parts->host)) return refuse("does not name a host");
  if (parts->port && !IsPort(*parts->port)) return refuse("has a port outside 1..65535");
  if (scheme == "http" && !IsLoopbackHost(parts->host))
    return refuse("is plain http, which is accepted for this machine only; use https");

  std::string path(rest.substr(path_at));
  while (path.ends_with('/'))
    path.pop_back();
  return ServiceUrl{Format("{}://{}", scheme, authority), std::move(path)};
}

bool ListenAddress::is_loopback() const {
  return IsLoopbackHost(address.find(':') == std::string::npos ? address : Format("[{}]", address));
}

std::string ToString(const ListenAddress& listen) {
  return listen.address.find(':') == std::string::npos
             ? Format("{}:{}", listen.address, listen.port)
             : Format("[{}]:{}", listen.address, listen.port);
}

std::optional<ListenAddress> ParseListenAddress(std::string_view text) {
  const std::optional<HostPort> parts = SplitHostPort(text);
  if (!parts || !parts->port || !IsPort(*parts->port)) return std::nullopt;
  ListenAddress listen;
  listen.port = static_cast<std::uint16_t>(ParseInteger(*parts->port).value_or(0));
  if (IsBracketedIpv6(parts->host)) {
    listen.address = parts->host.substr(1, parts->host.size() - 2);
  } else if (IsIpv4(parts->host)) {
    listen.address = parts->host;
  } else if (parts->host != "localhost") {
    return std::nullopt;
  }
  return listen;
}

bool IsUrlHost(std::string_view text) {
  return IsHost(text);
}

}  // namespace cohort_sync
