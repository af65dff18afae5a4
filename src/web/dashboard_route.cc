#include "web/dashboard_route.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "base/format.h"
#include "base/text.h"

namespace cohort_sync::web {
namespace {

constexpr std::int64_t kMostRows = 200;

// A number in the query; `fallback` when it is not there, nullopt when it is none.
std::optional<std::int64_t> NumberOf(const http::Request& request,
                                     std::string_view name,
                                     std::int64_t fallback) {
  const std::optional<std::string> text = request.QueryValue(name);
  return text ? ParseInteger(*text) : fallback;
}

std::optional<DashboardView> ViewOfBinding(std::string_view word) {
  if (word == "sizes") return DashboardView::kSizes;
  if (word == "parked") return DashboardView::kParked;
  if (word == "parked.csv") return DashboardView::kParkedCsv;
  if (word == "hold") return DashboardView::kHold;
  if (word == "calls") return DashboardView::kCalls;
  return std::nullopt;
}

// False when nothing is at `parts`, which stand behind "/v1/".
bool ReadPath(const std::vector<std::string_view>& parts, DashboardQuery& query) {
  if (parts.size() == 1 && parts[0] == "status") return true;
  if (parts[0] == "runs" && parts.size() <= 2) {
    query.view = parts.size() == 1 ? DashboardView::kRuns : DashboardView::kRun;
    if (parts.size() == 1) return true;
    const auto run = ParseInteger(parts[1]);
    query.run = RunId(run.value_or(0));
    return run.has_value();
  }
  if (parts[0] != "bindings" || parts.size() != 3) return false;
  const auto binding = ParseInteger(parts[1]);
  const auto view = ViewOfBinding(parts[2]);
  if (!binding || !view) return false;
  query.binding = BindingId(*binding);
  query.view = *view;
  return true;
}

// Why it cannot be read; empty when it can.
std::string ReadQuery(const http::Request& request, DashboardQuery& query) {
  const auto limit = NumberOf(request, "limit", static_cast<std::int64_t>(query.limit));
  if (!limit || *limit < 1) return "'limit' is not a number from 1 on";
  query.limit = static_cast<std::size_t>(std::min(*limit, kMostRows));
  const auto after = NumberOf(request, "after", 0);
  if (!after) return "'after' is not a number";
  query.after = *after;
  if (const auto cohort = request.QueryValue("cohort"); cohort && !cohort->empty())
    query.cohort = CohortId(*cohort);
  if (const auto reason = request.QueryValue("reason"); reason && !reason->empty()) {
    query.reason = ParseParkReason(*reason);
    if (!query.reason) return "'reason' is none of refused, exhausted and unknown_contact";
  }
  query.search = ToLowerAscii(request.QueryValue("search").value_or(""));
  query.reveal = request.QueryValue("reveal") == "1" || query.view == DashboardView::kParkedCsv;
  return {};
}

}  // namespace

DashboardRoute DashboardRouteOf(const http::Request& request) {
  constexpr std::string_view kViews = "/v1/";
  DashboardRoute route;
  const std::string_view path = request.path();
  if (!path.starts_with(kViews)) {
    route.file = FindPageFile(path);
    if (route.file != nullptr) route.kind = DashboardRoute::Kind::kFile;
    return route;
  }
  const std::vector<std::string_view> parts = Split(path.substr(kViews.size()), '/');
  if (parts.size() == 1 && parts[0] == "actions") {
    route.kind = DashboardRoute::Kind::kActions;
  } else if (ReadPath(parts, route.query)) {
    route.kind = DashboardRoute::Kind::kView;
    route.problem = ReadQuery(request, route.query);
  }
  return route;
}

}  // namespace cohort_sync::web
