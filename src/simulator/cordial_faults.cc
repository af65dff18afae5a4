// How the Cordial stand-in limits and misbehaves (contracts/cordial.md 2.10 and 6.3, items 7, 8).
#include <algorithm>
#include <chrono>
#include <utility>

#include "base/format.h"
#include "simulator/cordial_account.h"
#include "simulator/cordial_answers.h"
#include "simulator/exchange.h"

namespace cohort_sync::simulator {

std::optional<http::Reply> CordialAccount::Limit(const Route& route) {
  RateWindow& window = windows_[Format("{} {}", route.method, route.pattern)];
  const std::optional<Duration> wait =
      window.Admit(clock_.Steady(), switches_.rate_limit, Duration(switches_.rate_limit_window_ms));
  if (!wait) return std::nullopt;
  return RateLimited(switches_.rate_limit, std::chrono::ceil<std::chrono::seconds>(*wait).count());
}

http::Reply CordialAccount::RateLimited(std::int64_t limit, std::int64_t seconds) const {
  http::Reply reply;
  switch (switches_.rate_limit_body) {
    case RateLimitBody::kJson:
      reply = CordialError(429, "GENERIC_ERROR_KEY", "Too Many Requests");
      break;
    case RateLimitBody::kEmpty:
      reply.response.status = 429;
      break;
    case RateLimitBody::kHtml:
      reply = HtmlReply(429, "Too Many Requests");
      break;
  }
  http::Headers& headers = reply.response.headers;
  headers.Add("X-Rate-Limit-Limit", std::to_string(limit));
  headers.Add("X-Rate-Limit-Remaining", "0");
  headers.Add("Retry-After", std::to_string(seconds));
  headers.Add("X-Rate-Limit-Reset", std::to_string(seconds));
  return reply;
}

// The faults after which nothing was applied.
std::optional<http::Reply> CordialAccount::StrikeBefore() {
  if (Strikes(switches_.rate_limited, random_)) {
    return RateLimited(std::max<std::int64_t>(switches_.rate_limit, 1),
                       switches_.retry_after_seconds);
  }
  if (Strikes(switches_.server_error, random_)) {
    return CordialPlainError(500, "an error has occurred");
  }
  if (Strikes(switches_.bad_gateway, random_)) return HtmlReply(502, "Bad Gateway");
  if (Strikes(switches_.unavailable, random_)) {
    return HtmlReply(503, "Service Temporarily Unavailable");
  }
  if (Strikes(switches_.reset_before, random_)) return ResetReply();
  return std::nullopt;
}

http::Reply CordialAccount::PerformWithFaults(const Route& route, const Call& call) {
  if (switches_.fault_scope == FaultScope::kContactWrites && !route.contact_write) {
    return Perform(route, call);
  }
  if (std::optional<http::Reply> fault = StrikeBefore()) return *std::move(fault);
  if (Strikes(switches_.late_write, random_)) {
    if (route.method != "GET") {
      late_writes_.push_back(
          {.due = clock_.Steady() + Duration(switches_.late_ms), .request = call.request});
    }
    return ResetReply();
  }
  http::Reply reply = Perform(route, call);
  if (Strikes(switches_.reset_after, random_)) return ResetReply();
  if (Strikes(switches_.cut_body, random_)) reply.cut_after = reply.response.body.size() / 2;
  if (Strikes(switches_.slow, random_)) reply.delay = Duration(switches_.slow_ms);
  return reply;
}

}  // namespace cohort_sync::simulator
