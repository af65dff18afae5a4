#include "web/dashboard_reply.h"

#include <utility>

#include <nlohmann/json.hpp>

#include "base/format.h"
#include "base/hash.h"

namespace cohort_sync::web {
namespace {

constexpr std::pair<const char*, const char*> kHeaders[] = {
    {"Content-Security-Policy",
     "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
     "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
    {"Cache-Control", "no-store"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
};

http::Reply Secured(http::Reply reply) {
  for (const auto& [name, value] : kHeaders)
    reply.response.headers.Add(name, value);
  return reply;
}

}  // namespace

http::Reply DashboardReply(int status, std::string_view type, std::string body) {
  return Secured(http::ReplyWith(status, std::string(type), std::move(body)));
}

http::Reply DashboardJson(int status, std::string body) {
  return DashboardReply(status, "application/json", std::move(body));
}

http::Reply DashboardError(int status, std::string_view text) {
  using Json = nlohmann::ordered_json;
  return DashboardJson(status,
                       Json{{"error", text}}.dump(-1, ' ', false, Json::error_handler_t::replace));
}

http::Reply DashboardDocument(std::string_view type, std::string body, std::string_view known) {
  const std::string tag = Format("\"{:016x}\"", KeyedHash(0, body));
  http::Reply reply =
      known == tag ? Secured(http::ReplyWith(304)) : DashboardReply(200, type, std::move(body));
  reply.response.headers.Add("ETag", tag);
  return reply;
}

http::Reply DashboardCsv(std::string body, std::string_view next) {
  http::Reply reply = DashboardReply(200, "text/csv; charset=utf-8", std::move(body));
  reply.response.headers.Add("Content-Disposition", "attachment");
  if (!next.empty()) reply.response.headers.Add("Next-After", std::string(next));
  return reply;
}

}  // namespace cohort_sync::web
