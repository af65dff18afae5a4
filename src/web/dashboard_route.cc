#include "web/dashboard_route.h"

#include <algorithm>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/format.h"
#include "base/text.h"

namespace cohort_sync::web {
namespace {

constexpr std::int64_t kMostRows = 200;
constexpr std::int64_t kMostCsvRows = 20'000;

// A number in the query; `fallback` when it is not there, nullopt when it is none.
std::optional<std::int64_t> NumberOf(const http::Request& request,
                                     std::string_view name,
                                     std::int64_t fallback) {
  const std::optional<std::string> text = request.QueryValue(name);
  return text ? ParseInteger(*text) : fallback;
}

struct View {
  std::string_view word;
  DashboardView view;
  bool has_csv = false;
};
constexpr View kOfBinding[] = {
    {"sizes", DashboardView::kSizes},
    {"members", DashboardView::kMembers, true},
    {"pending", DashboardView::kPending, true},
    {"parked", DashboardView::kParked, true},
    {"waiting", DashboardView::kWaiting},
    {"hold", DashboardView::kHold, true},
    {"calls", DashboardView::kCalls},
};
constexpr View kOfRun[] = {{"rows", DashboardView::kRunRows, true}};

// False when none of `views` is called `word`.
bool ReadView(std::span<const View> views, std::string_view word, DashboardQuery& query) {
  constexpr std::string_view kCsv = ".csv";
  query.csv = word.ends_with(kCsv);
  if (query.csv) word.remove_suffix(kCsv.size());
  for (const View& view : views) {
    if (view.word != word || (query.csv && !view.has_csv)) continue;
    query.view = view.view;
    return true;
  }
  return false;
}

// False when nothing is at `parts`, which stand behind "/v1/".
bool ReadPath(const std::vector<std::string_view>& parts, DashboardQuery& query) {
  if (parts.size() == 1 && parts[0] == "status") return true;
  query.view = parts.size() == 1 ? DashboardView::kRuns : DashboardView::kRun;
  if (parts.size() == 1) return parts[0] == "runs";
  const auto id = ParseInteger(parts[1]);
  if (!id || parts.size() > 3) return false;
  if (parts[0] == "runs") {
    query.run = RunId(*id);
    return parts.size() == 2 || ReadView(kOfRun, parts[2], query);
  }
  query.binding = BindingId(*id);
  return parts[0] == "bindings" && parts.size() == 3 && ReadView(kOfBinding, parts[2], query);
}

// "12" or "1.0.12", as pages say it; nullopt when it is neither.
std::optional<PageEnd> PageEndOf(std::string_view text) {
  PageEnd end{};
  const std::vector<std::string_view> parts = Split(text, '.');
  if (parts.size() > end.size()) return std::nullopt;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto number = ParseInteger(parts[i]);
    if (!number) return std::nullopt;
    end.at(i) = *number;
  }
  return end;
}

// Reads a word of the query into `value`, where there is one. False when it is none of them.
template <typename Value, typename Parse>
bool ReadWord(const http::Request& request,
              std::string_view name,
              Parse parse,
              std::optional<Value>& value) {
  const std::optional<std::string> word = request.QueryValue(name);
  if (!word || word->empty()) return true;
  value = parse(*word);
  return value.has_value();
}

// Why it cannot be read; empty when it can.
std::string ReadQuery(const http::Request& request, DashboardQuery& query) {
  const std::int64_t most = query.csv ? kMostCsvRows : kMostRows;
  const auto limit =
      NumberOf(request, "limit", query.csv ? most : static_cast<std::int64_t>(query.limit));
  if (!limit || *limit < 1) return "'limit' is not a number from 1 on";
  query.limit = static_cast<std::size_t>(std::min(*limit, most));
  const auto after = PageEndOf(request.QueryValue("after").value_or("0"));
  if (!after) return "'after' is not where a page ended";
  query.after = *after;
  if (const auto cohort = request.QueryValue("cohort"); cohort && !cohort->empty())
    query.cohort = CohortId(*cohort);
  if (!ReadWord(request, "reason", ParseParkReason, query.reason))
    return "'reason' is none of refused, exhausted and unknown_contact";
  if (!ReadWord(request, "kind", ParseOperationKind, query.kind))
    return "'kind' is neither add nor remove";
  if (!ReadWord(request, "state", ParseOperationState, query.state))
    return "'state' is none of pending, in_flight, delivered, parked, unneeded and superseded";
  query.search = ToLowerAscii(request.QueryValue("search").value_or(""));
  query.reveal = request.QueryValue("reveal") == "1" || query.csv;
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
