// The answers of the dashboard, each with the headers that keep a browser from being used against
// us (design/faults.md 5.5).
#ifndef COHORT_SYNC_WEB_DASHBOARD_REPLY_H_
#define COHORT_SYNC_WEB_DASHBOARD_REPLY_H_

#include <string>
#include <string_view>

#include "http/reply.h"

namespace cohort_sync::web {

[[nodiscard]] http::Reply DashboardReply(int status, std::string_view type, std::string body);
[[nodiscard]] http::Reply DashboardJson(int status, std::string body);
[[nodiscard]] http::Reply DashboardError(int status, std::string_view text);
// 200 with an ETag, or 304 when `known`, the value of If-None-Match, is that.
[[nodiscard]] http::Reply DashboardDocument(std::string_view type,
                                            std::string body,
                                            std::string_view known);
// A part of a table: `next`, unless it is empty, is said in the header Next-After.
[[nodiscard]] http::Reply DashboardCsv(std::string body, std::string_view next);

}  // namespace cohort_sync::web

#endif  // COHORT_SYNC_WEB_DASHBOARD_REPLY_H_
