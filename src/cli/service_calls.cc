#include "cli/service_calls.h"

#include <string_view>

#include "base/format.h"

namespace cohort_sync {

std::string ExportCallOf(const http::Request& request) {
  constexpr std::string_view kRequest = "/api/5/cohorts/request/";
  constexpr std::string_view kStatus = "/api/5/cohorts/request-status/";
  const std::string_view path = request.path();
  std::string_view what = "storage";
  if (path == "/api/3/cohorts") what = "/cohorts";
  if (path == "/api/3/cohorts/usage") what = "/cohorts/usage";
  if (path.starts_with(kStatus)) what = "/cohorts/request-status";
  if (path.starts_with(kRequest))
    what = path.ends_with("/file") ? "/cohorts/request/file" : "/cohorts/request";
  return Format("{} {}", request.method, what);
}

std::optional<std::string> ListCallOf(const http::Request& request) {
  constexpr std::string_view kLists = "/accountlists";
  constexpr std::string_view kAttributes = "/accountcontactattributes";
  const std::string_view path = request.path();
  if (path.ends_with(kAttributes)) return Format("{} {}", request.method, kAttributes);
  const std::size_t begin = path.rfind(kLists);
  if (begin == std::string_view::npos) return std::nullopt;
  const std::string_view behind = path.substr(begin + kLists.size());
  std::string_view what;
  if (behind.ends_with("/count")) what = "/accountlists/count";
  if (behind.ends_with("/clear")) what = "/accountlists/clear";
  if (behind.empty()) what = kLists;
  if (what.empty()) return std::nullopt;
  return Format("{} {}", request.method, what);
}

}  // namespace cohort_sync
