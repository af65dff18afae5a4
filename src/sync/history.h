// Port: reading the state for people (status, runs, run N). src/storage implements it over a
// read-only connection, so that it works beside the process that owns the state.
#ifndef COHORT_SYNC_SYNC_HISTORY_H_
#define COHORT_SYNC_SYNC_HISTORY_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "sync/binding.h"
#include "sync/call_record.h"
#include "sync/delivery_progress.h"
#include "sync/export_budget.h"
#include "sync/operation.h"
#include "sync/run.h"
#include "sync/snapshot.h"

namespace cohort_sync {

struct ParkedCounts {
  std::int64_t refused = 0;
  std::int64_t exhausted = 0;
  std::int64_t unknown_contact = 0;
  [[nodiscard]] std::int64_t total() const { return refused + exhausted + unknown_contact; }
};

// Removals or adds that wait for a person.
struct OpenHold {
  RunId run;
  std::int64_t removals = 0;
  std::int64_t adds = 0;
};

// A delivery that another process has under way, as it last said.
struct LiveDelivery {
  TimePoint updated_at;
  DeliveryProgress progress;
};

struct BindingStatus {
  Binding binding;
  std::int64_t desired = 0;  // Members that the list should have.
  std::int64_t pending = 0;  // Operations pending or in flight.
  ParkedCounts parked;
  std::optional<OpenHold> hold;
  std::optional<LiveDelivery> delivery;
  std::optional<RunReport> last_run;
  // When the last run that ended succeeded, parked or held did.
  std::optional<TimePoint> last_success;
};

struct ParkedOperation {
  OperationId id;
  OperationKind kind = OperationKind::kAdd;
  std::string contact;
  ParkReason park_reason = ParkReason::kRefused;
  std::string reason;  // The destination's words.
  int attempts = 0;
  TimePoint updated_at;
};

// How many members a list should have after a run that changed who they are.
struct ListSize {
  RunId run;
  TimePoint at;
  std::int64_t members = 0;
};

struct ParkedFilter {
  std::optional<ParkReason> reason;
  std::string search;         // In lower case: part of the destination's words, or a whole contact.
  bool search_parts = false;  // The search may be a part of a contact, too.
  OperationId after;          // Those behind it; from the beginning without it.
  std::size_t limit = 100;
};

struct HeldContact {
  OperationKind kind = OperationKind::kRemove;
  std::string contact;
};

// Throws DatabaseError. One thread.
class History {
 public:
  virtual ~History() = default;
  [[nodiscard]] virtual std::vector<BindingStatus> Bindings() = 0;
  // Calls visit(contact) for every desired member, as things stood at `as_of` or, without it, as
  // they stand. kNotFound, and nothing is visited, when the journal no longer reaches back so far.
  [[nodiscard]] virtual Status VisitMembers(BindingId binding,
                                            std::optional<TimePoint> as_of,
                                            const std::function<void(std::string_view)>& visit) = 0;
  // Newest first. `cohort` narrows to one cohort id.
  [[nodiscard]] virtual std::vector<RunReport> Runs(std::size_t limit,
                                                    const std::optional<CohortId>& cohort) = 0;
  [[nodiscard]] virtual std::optional<RunReport> FindRun(RunId run) = 0;
  // The rows of its snapshot that gave no contact, in the order of reasons and rows.
  [[nodiscard]] virtual std::vector<RejectedRow> RejectedRows(RunId run) = 0;
  // Operations that the run committed and that are parked now.
  [[nodiscard]] virtual std::vector<ParkedOperation> ParkedOperations(RunId run) = 0;
  // The newest `limit` calls of the binding that the state has, newest last.
  [[nodiscard]] virtual std::vector<OperationCall> LastCalls(BindingId binding,
                                                             std::size_t limit) = 0;
  // Oldest first; of more than `most` an even choice that has the newest.
  [[nodiscard]] virtual std::vector<ListSize> Sizes(BindingId binding, std::size_t most) = 0;
  // In the order of the journal.
  [[nodiscard]] virtual std::vector<ParkedOperation> Parked(BindingId binding,
                                                            const ParkedFilter& filter) = 0;
  // What an open hold holds, adds before removals, without the first `skip`.
  [[nodiscard]] virtual std::vector<HeldContact> Held(RunId run,
                                                      std::size_t skip,
                                                      std::size_t limit) = 0;
  // What the project spent in exports since `since`.
  [[nodiscard]] virtual ExportCosts FindExportCosts(const ProjectName& project,
                                                    TimePoint since) = 0;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_HISTORY_H_
