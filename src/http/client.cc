#include "http/client.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>

#include "base/format.h"
#include "base/redaction.h"
#include "base/text.h"

namespace cohort_sync::http {
namespace {

// "scheme", "host" (with brackets if it has them), ":port" or "", and the rest, as written.
struct UrlParts {
  std::string_view scheme;
  std::string_view host;
  std::string_view port;
  std::string_view rest;
};

// nullopt without "scheme://".
std::optional<UrlParts> Parse(std::string_view url) {
  const std::size_t mark = url.find("://");
  // A path or query may have one of its own.
  if (mark == std::string_view::npos || url.find_first_of("/?#") < mark) return std::nullopt;
  UrlParts parts;
  parts.scheme = url.substr(0, mark);
  url.remove_prefix(mark + 3);
  const std::size_t authority = std::min(url.find_first_of("/?#\\"), url.size());
  parts.rest = url.substr(authority);
  url = url.substr(0, authority);
  const std::size_t bracket = url.starts_with('[') ? url.find(']') : 0;
  const std::size_t colon = url.find(':', std::min(bracket, url.size()));
  parts.host = url.substr(0, colon);
  parts.port = colon == std::string_view::npos ? std::string_view() : url.substr(colon);
  return parts;
}

bool IsHostName(std::string_view host) {
  return !host.empty() && std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_';
  });
}

// Dotted with four parts only: other spellings of an address reach the resolver unseen.
bool IsLoopbackHost(std::string_view host) {
  if (EqualsIgnoringCase(host, "localhost") || host == "[::1]") return true;
  const auto parts = Split(host, '.');
  return parts.size() == 4 && parts[0] == "127" &&
         std::all_of(parts.begin(), parts.end(), [](std::string_view part) {
           return part.size() <= 3 && ParseInteger(part).value_or(256) <= 255;
         });
}

bool IsPort(std::string_view port) {
  if (port.empty()) return true;
  const auto number = ParseInteger(port.substr(1));
  return port.size() <= 6 && number && *number >= 1 && *number <= 65'535;
}

}  // namespace

Status CheckBaseUrl(std::string_view url) {
  const auto fail = [&](std::string_view reason) {
    return Fail(ErrorCode::kConfiguration, Format("base url '{}': {}", Printable(url), reason));
  };
  const auto parts = Parse(url);
  if (!parts) return fail("no scheme; write https://host or https://host:port");
  const bool https = EqualsIgnoringCase(parts->scheme, "https");
  if (!https && !EqualsIgnoringCase(parts->scheme, "http")) {
    return fail("unknown scheme; write https://host or https://host:port");
  }
  if (parts->host.starts_with('[')) {
    return fail("an ipv6 address is not supported here; use a host name");
  }
  // No '@' passes here, so neither do credentials: they would end up in messages.
  if (!IsHostName(parts->host)) return fail("not a host name; write https://host");
  if (!IsPort(parts->port)) return fail("the port has to be a number from 1 to 65535");
  if (!parts->rest.empty()) return fail("nothing may follow host and port");
  if (!https && !IsLoopbackHost(parts->host)) {
    return fail("plain http is accepted for loopback addresses only; use https");
  }
  return {};
}

bool IsLoopback(std::string_view url) {
  const auto parts = Parse(url);
  return parts && IsLoopbackHost(parts->host);
}

std::pair<std::string, std::string> SplitUrl(std::string_view url) {
  const auto parts = Parse(url);
  const std::string_view rest = parts ? parts->rest : url;
  std::string target(rest.substr(0, rest.find('#')));
  if (!target.starts_with('/')) target.insert(target.begin(), '/');
  return {std::string(url.substr(0, url.size() - rest.size())), std::move(target)};
}

Answer Client::SendAndWait(const Request& request, const std::stop_token& stop) {
  // Shared, because after a stop the answer still comes, when nobody waits any more.
  struct Waiting {
    std::mutex mutex;
    std::condition_variable_any answered;
    std::optional<Answer> answer;
  };
  const auto waiting = std::make_shared<Waiting>();
  const Failure stopped{FailureKind::kInterrupted, "stopped while waiting for an answer"};
  if (stop.stop_requested()) return tl::unexpected(stopped);
  Send(request, [waiting](Answer answer) {
    const std::lock_guard lock(waiting->mutex);
    waiting->answer = std::move(answer);
    waiting->answered.notify_all();
  });
  std::unique_lock lock(waiting->mutex);
  if (!waiting->answered.wait(lock, stop, [&] { return waiting->answer.has_value(); })) {
    return tl::unexpected(stopped);
  }
  return *std::move(waiting->answer);
}

std::string BasicAuthorization(std::string_view user, std::string_view password) {
  const std::string encoded = Base64Encode(Format("{}:{}", user, password));
  RegisterForRedaction(encoded);
  return "Basic " + encoded;
}

}  // namespace cohort_sync::http
