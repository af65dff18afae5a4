// The state's figures, cheap enough to be asked for every few seconds.
#ifndef COHORT_SYNC_STORAGE_STATE_FIGURES_H_
#define COHORT_SYNC_STORAGE_STATE_FIGURES_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "storage/bindings.h"
#include "storage/database.h"
#include "storage/desired_counts.h"
#include "storage/holds.h"
#include "storage/runs.h"
#include "sync/binding_figures.h"

namespace cohort_sync {

// A read-only connection of its own, as SqliteHistory. One thread. Throws DatabaseError; then it is
// not used again.
class StateFigures {
 public:
  // kNotFound when there is no state yet; else as storage/database_file.h says.
  [[nodiscard]] static Result<std::unique_ptr<StateFigures>> Open(const std::string& path);

  // In order of creation, of one moment. Members are counted anew only where the journal has grown
  // since; of open operations one index entry each is read.
  [[nodiscard]] std::vector<BindingFigures> Bindings();
  // Also of a cohort without a binding.
  [[nodiscard]] std::optional<RunReport> NewestRun(const CohortId& cohort);

 private:
  explicit StateFigures(std::unique_ptr<Database> database);
  void ReadPending(BindingFigures& figures);

  const std::unique_ptr<Database> database_;
  cohort_sync::Bindings bindings_;
  Runs runs_;
  Holds holds_;
  DesiredCounts desired_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_STORAGE_STATE_FIGURES_H_
