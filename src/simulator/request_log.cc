#include "simulator/request_log.h"

#include <utility>

#include "base/text.h"

namespace cohort_sync::simulator {
namespace {

bool Fits(const LoggedRequest& request, const RequestFilter& filter) {
  if (!filter.method.empty() && request.method != filter.method) return false;
  const std::string_view target = request.target;
  return target.substr(0, target.find('?')).starts_with(filter.path_prefix);
}

}  // namespace

void RequestLog::Add(TimePoint time, const http::Request& request, const http::Reply& reply) {
  LoggedRequest logged{.number = ++last_number_,
                       .time = time,
                       .method = request.method,
                       .target = request.target,
                       .headers = {},
                       .body = request.body,
                       .status = reply.reset_connection ? 0 : reply.response.status};
  for (const auto& [name, value] : request.headers.fields()) {
    if (!EqualsIgnoringCase(name, "Authorization")) logged.headers.Add(name, value);
  }
  requests_.push_back(std::move(logged));
  if (requests_.size() > kept_) requests_.pop_front();
}

std::vector<LoggedRequest> RequestLog::Matching(const RequestFilter& filter) const {
  std::vector<LoggedRequest> matching;
  for (const LoggedRequest& request : requests_) {
    if (Fits(request, filter)) matching.push_back(request);
  }
  return matching;
}

}  // namespace cohort_sync::simulator
