#include "simulator/exchange.h"

#include <algorithm>
#include <utility>

#include "base/format.h"
#include "base/text.h"

namespace cohort_sync::simulator {

std::optional<std::vector<std::string>> PathSegments(std::string_view path) {
  if (path.starts_with('/')) path.remove_prefix(1);
  std::vector<std::string> segments;
  for (const std::string_view part : Split(path, '/')) {
    // Decoded one by one: an encoded slash belongs to its segment.
    std::optional<std::string> segment = PercentDecode(part);
    if (!segment) return std::nullopt;
    segments.push_back(*std::move(segment));
  }
  return segments;
}

std::optional<std::string> MatchPath(std::string_view pattern,
                                     const std::vector<std::string>& segments) {
  const std::vector<std::string_view> parts = Split(pattern.substr(1), '/');
  if (parts.size() != segments.size()) return std::nullopt;
  std::string value;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].starts_with('{')) {
      if (segments[i].empty()) return std::nullopt;
      value = segments[i];
    } else if (parts[i] != segments[i]) {
      return std::nullopt;
    }
  }
  return value;
}

std::vector<std::string> QueryValues(std::string_view target, std::string_view name) {
  std::vector<std::string> values;
  const std::size_t question = target.find('?');
  if (question == std::string_view::npos) return values;
  for (const std::string_view pair : Split(target.substr(question + 1), '&')) {
    const std::size_t equals = std::min(pair.find('='), pair.size());
    if (pair.substr(0, equals) != name) continue;
    std::string raw(pair.substr(std::min(equals + 1, pair.size())));
    std::replace(raw.begin(), raw.end(), '+', ' ');
    values.push_back(PercentDecode(raw).value_or(raw));
  }
  return values;
}

std::optional<BasicCredential> ReadBasicCredential(const http::Request& request) {
  constexpr std::string_view kScheme = "basic ";
  const std::optional<std::string_view> header = request.headers.Find("Authorization");
  if (!header || !EqualsIgnoringCase(header->substr(0, kScheme.size()), kScheme)) {
    return std::nullopt;
  }
  const std::optional<std::string> pair = Base64Decode(Trim(header->substr(kScheme.size())));
  if (!pair) return std::nullopt;
  const std::size_t colon = std::min(pair->find(':'), pair->size());
  return BasicCredential{.user = pair->substr(0, colon),
                         .password = pair->substr(std::min(colon + 1, pair->size()))};
}

http::Reply TypedReply(int status, std::string type, std::string body) {
  http::Reply reply;
  reply.response.status = status;
  reply.response.headers.Add("Content-Type", std::move(type));
  reply.response.body = std::move(body);
  return reply;
}

http::Reply JsonReply(int status, std::string json) {
  return TypedReply(status, "application/json", std::move(json));
}

http::Reply HtmlReply(int status, std::string_view title) {
  return TypedReply(status,
                    "text/html; charset=UTF-8",
                    Format("<!DOCTYPE html>\n<html><head><title>{0} {1}</title></head>\n"
                           "<body><h1>{0} {1}</h1></body></html>\n",
                           status,
                           title));
}

http::Reply ResetReply() {
  http::Reply reply;
  reply.reset_connection = true;
  return reply;
}

}  // namespace cohort_sync::simulator
