// The table of runs with what belongs to one: notes, rejected rows and sums of its calls.
#ifndef COHORT_SYNC_STORAGE_RUNS_H_
#define COHORT_SYNC_STORAGE_RUNS_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "storage/calls.h"
#include "storage/database.h"
#include "sync/binding.h"
#include "sync/run.h"
#include "sync/snapshot.h"

namespace cohort_sync {

// Part of a store: writes inside its caller's transaction. Throws DatabaseError.
class Runs {
 public:
  explicit Runs(Database& database) : database_(database), calls_(database) {}

  // Writes `report` but for its id, binding and delivery counts. `binding` is absent when a run
  // failed before its binding existed, `committed_at` when it failed before its commit.
  [[nodiscard]] RunId Insert(const RunReport& report,
                             const BindingKey& key,
                             std::optional<BindingId> binding,
                             std::optional<TimePoint> committed_at);
  void SetReopened(RunId run, std::int64_t reopened);
  void AddRejectedRows(RunId run, std::span<const RejectedRow> rows);
  // State, times, delivery counts, calls, error, notes, and how many operations were opened again.
  void Finish(const RunReport& report);
  // Runs that were delivering when their process ended become interrupted. Returns how many.
  std::int64_t EndInterrupted(TimePoint now);

  // By runs committed at `since` or later.
  [[nodiscard]] std::int64_t UnapprovedRemovalsSince(BindingId binding, TimePoint since);

  [[nodiscard]] std::optional<RunReport> Find(RunId run);
  // Newest first.
  [[nodiscard]] std::vector<RunReport> Newest(std::size_t limit,
                                              const std::optional<CohortId>& cohort);
  [[nodiscard]] std::optional<RunReport> NewestOf(BindingId binding);
  // When the newest run that ended succeeded, parked or held did.
  [[nodiscard]] std::optional<TimePoint> LastSuccess(BindingId binding);
  // In the order of reasons and rows.
  [[nodiscard]] std::vector<RejectedRow> RejectedRows(RunId run);

 private:
  void WriteNotes(RunId run, const std::vector<std::string>& notes);
  [[nodiscard]] std::vector<std::string> NotesOf(RunId run);
  void Complete(RunReport& report);  // With what stands in tables of its own.

  Database& database_;
  Calls calls_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_STORAGE_RUNS_H_
