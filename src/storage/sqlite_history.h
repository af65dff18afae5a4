// Reading the state for people.
#ifndef COHORT_SYNC_STORAGE_SQLITE_HISTORY_H_
#define COHORT_SYNC_STORAGE_SQLITE_HISTORY_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "storage/bindings.h"
#include "storage/calls.h"
#include "storage/checkpoints.h"
#include "storage/database.h"
#include "storage/deliveries.h"
#include "storage/desired_counts.h"
#include "storage/holds.h"
#include "storage/row_pages.h"
#include "storage/runs.h"
#include "storage/sqlite_export_ledger.h"
#include "sync/history.h"

namespace cohort_sync {

// A read-only connection of its own: works beside the process that owns the state, never waits for
// it and never changes anything. Every method sees one moment. One thread.
class SqliteHistory final : public History {
 public:
  // kNotFound when there is no state yet; else as storage/database_file.h says.
  [[nodiscard]] static Result<std::unique_ptr<SqliteHistory>> Open(const std::string& path);

  // In order of creation. A binding costs what has changed since it was folded: milliseconds, of a
  // first sync that goes on seconds, once.
  [[nodiscard]] std::vector<BindingStatus> Bindings() override;
  [[nodiscard]] Status VisitMembers(BindingId binding,
                                    std::optional<TimePoint> as_of,
                                    const std::function<void(std::string_view)>& visit) override;
  [[nodiscard]] std::vector<RunReport> Runs(std::size_t limit,
                                            const std::optional<CohortId>& cohort) override;
  [[nodiscard]] std::optional<RunReport> FindRun(RunId run) override;
  [[nodiscard]] std::vector<RejectedRow> RejectedRows(RunId run) override;
  // In the order of the journal.
  [[nodiscard]] std::vector<ParkedOperation> ParkedOperations(RunId run) override;
  [[nodiscard]] std::vector<OperationCall> LastCalls(BindingId binding, std::size_t limit) override;
  [[nodiscard]] std::vector<ListSize> Sizes(BindingId binding, std::size_t most) override;
  [[nodiscard]] std::vector<ParkedOperation> Parked(BindingId binding,
                                                    const ParkedFilter& filter) override;
  [[nodiscard]] std::vector<HeldContact> Held(RunId run,
                                              std::size_t skip,
                                              std::size_t limit) override;

  [[nodiscard]] std::optional<Binding> FindBinding(BindingId binding);
  // What of it waits for a person.
  [[nodiscard]] std::optional<OpenHold> FindHold(BindingId binding);

  // ---- As RowPages says ----
  [[nodiscard]] MemberPage MembersFrom(BindingId binding,
                                       std::uint64_t from,
                                       const RowFilter& filter);
  [[nodiscard]] PendingPage PendingBehind(BindingId binding,
                                          const PendingPlace& after,
                                          const RowFilter& filter);
  [[nodiscard]] std::vector<JournalRow> RowsOfRun(BindingId binding,
                                                  RunId run,
                                                  OperationId after,
                                                  const RunRowsFilter& filter);

  // Differs from what it was before if another connection has committed meanwhile.
  [[nodiscard]] std::string Version();
  // From now on a statement that begins later than this many milliseconds from now, or still runs
  // then, throws DatabaseError.
  void LimitTime(Duration most);
  [[nodiscard]] ExportCosts FindExportCosts(const ProjectName& project, TimePoint since) override;

 private:
  explicit SqliteHistory(std::unique_ptr<Database> database);

  std::unique_ptr<Database> database_;
  cohort_sync::Bindings bindings_;
  cohort_sync::Runs runs_;
  Calls calls_;
  Holds holds_;
  Deliveries deliveries_;
  Checkpoints checkpoints_;
  DesiredCounts desired_;
  RowPages pages_;
  SqliteExportLedger export_ledger_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_STORAGE_SQLITE_HISTORY_H_
