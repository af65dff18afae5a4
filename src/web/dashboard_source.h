// Port: what the dashboard shows. src/cli implements it over the state and the configuration.
#ifndef COHORT_SYNC_WEB_DASHBOARD_SOURCE_H_
#define COHORT_SYNC_WEB_DASHBOARD_SOURCE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "sync/ids.h"
#include "sync/operation.h"

namespace cohort_sync::web {

enum class DashboardView {
  kStatus,     // Every sync, and the health of both sides.
  kSizes,      // Of a binding's list, over time.
  kRuns,       // The newest.
  kRun,        // One, with what it left out and what of it is parked.
  kParked,     // Of a binding, a page.
  kParkedCsv,  // All of them.
  kHold,       // The contacts that wait for a person, a page.
  kCalls,      // The last calls of a binding.
};

struct DashboardQuery {
  DashboardView view = DashboardView::kStatus;
  BindingId binding{};                 // Of kSizes, kParked, kParkedCsv, kHold and kCalls.
  RunId run{};                         // Of kRun.
  std::optional<CohortId> cohort{};    // kRuns: of this cohort only.
  std::optional<ParkReason> reason{};  // kParked, kParkedCsv: these only.
  std::string search{};                // The same; as ParkedFilter says.
  std::int64_t after = 0;              // kParked: the operation, kHold: how many, before the page.
  std::size_t limit = 100;             // Rows of a page.
  bool reveal = false;                 // Whole identifiers; masked without it.
};

class DashboardSource {
 public:
  virtual ~DashboardSource() = default;
  // A JSON document, of kParkedCsv CSV. kNotFound when there is no such binding or run. One call at
  // a time, always on the same thread. Throws DatabaseError, also when it takes too long.
  [[nodiscard]] virtual Result<std::string> Read(const DashboardQuery& query) = 0;
};

}  // namespace cohort_sync::web

#endif  // COHORT_SYNC_WEB_DASHBOARD_SOURCE_H_
