// Port: what the dashboard shows. src/cli implements it over the state and the configuration.
#ifndef COHORT_SYNC_WEB_DASHBOARD_SOURCE_H_
#define COHORT_SYNC_WEB_DASHBOARD_SOURCE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "sync/ids.h"
#include "sync/operation.h"

namespace cohort_sync::web {

enum class DashboardView {
  kStatus,   // Every sync, and the health of both sides.
  kSizes,    // Of a binding's list, over time.
  kRuns,     // The newest.
  kRun,      // One, with what it left out and what of it is parked.
  kRunRows,  // What it committed to the journal, a page.
  kMembers,  // Of a binding, a page: who should be on the list.
  kPending,  // The same: what is to be sent.
  kParked,   // The same: what was not taken.
  kWaiting,  // The same: pushed batches that no run has planned yet.
  kHold,     // The same: contacts that wait for a person.
  kCalls,    // The last calls of a binding.
};

// Where a page ended, as the view has it; zeros are the beginning.
using PageEnd = std::array<std::int64_t, 3>;

struct DashboardQuery {
  DashboardView view = DashboardView::kStatus;
  BindingId binding{};                    // Of the views of a binding.
  RunId run{};                            // Of kRun and kRunRows.
  std::optional<CohortId> cohort{};       // kRuns: of this cohort only.
  std::optional<ParkReason> reason{};     // kParked: these only.
  std::optional<OperationKind> kind{};    // kRunRows: these only.
  std::optional<OperationState> state{};  // The same.
  std::string search{};                   // In lower case: a whole contact, of kParked also words.
  PageEnd after{};                        // Of pages.
  std::size_t limit = 100;                // Rows of a page.
  bool reveal = false;                    // Whole identifiers; masked without it.
  bool csv = false;                       // Of pages: a part of them as CSV.
};

struct DashboardText {
  std::string text;  // A JSON document, which says itself where it ends; or CSV.
  std::string next;  // Of CSV: `after` of the next part. Empty: this is the last one.
};

class DashboardSource {
 public:
  virtual ~DashboardSource() = default;
  // kNotFound when there is no such binding or run. One call at a time, always on the same thread.
  // Throws DatabaseError, also when it takes too long.
  [[nodiscard]] virtual Result<DashboardText> Read(const DashboardQuery& query) = 0;
};

}  // namespace cohort_sync::web

#endif  // COHORT_SYNC_WEB_DASHBOARD_SOURCE_H_
