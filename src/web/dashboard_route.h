// What a request to the dashboard asks for.
#ifndef COHORT_SYNC_WEB_DASHBOARD_ROUTE_H_
#define COHORT_SYNC_WEB_DASHBOARD_ROUTE_H_

#include <string>

#include "http/message.h"
#include "web/dashboard_source.h"
#include "web/page_files.h"

namespace cohort_sync::web {

struct DashboardRoute {
  enum class Kind {
    kNone,     // Nothing is there.
    kFile,     // Of the page.
    kView,     // GET: JSON or CSV.
    kActions,  // GET: the last ones. POST: one more.
  };
  Kind kind = Kind::kNone;
  const PageFile* file = nullptr;  // Of kFile.
  DashboardQuery query;            // Of kView.
  std::string problem;             // Of kView: why the query cannot be read; empty when it can.
};

//   /  /style.css  /app.js  /icon.svg
//   /v1/status  /v1/runs?cohort=&limit=  /v1/runs/N  /v1/actions
//   /v1/runs/N/rows?kind=&state=&search=&after=
//   /v1/bindings/N/sizes  .../calls  .../hold?after=  .../waiting?after=
//   .../members?search=&after=  .../pending?search=&after=  .../parked?reason=&search=&after=
// Those with a search, and what is held, are also there as CSV: rows.csv and so on. `reveal=1` asks
// for whole identifiers, as CSV always does.
[[nodiscard]] DashboardRoute DashboardRouteOf(const http::Request& request);

}  // namespace cohort_sync::web

#endif  // COHORT_SYNC_WEB_DASHBOARD_ROUTE_H_
