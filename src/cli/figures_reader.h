// Where every configured sync stands, read beside the process that owns the state.
#ifndef COHORT_SYNC_CLI_FIGURES_READER_H_
#define COHORT_SYNC_CLI_FIGURES_READER_H_

#include <memory>
#include <optional>

#include "base/clock.h"
#include "config/config.h"
#include "storage/inbox_view.h"
#include "storage/sqlite_history.h"
#include "storage/state_figures.h"
#include "web/daemon_figures.h"

namespace cohort_sync {

// Between two scheduled runs; nullopt for `once`.
[[nodiscard]] std::optional<Duration> PeriodOf(const Schedule& schedule);

// Opens what it reads with the first Read, and again after a failure. One thread.
class FiguresReader final : public web::FiguresSource {
 public:
  // Both outlive it.
  FiguresReader(const Config& config, const Clock& clock) : config_(config), clock_(clock) {}

  // Throws DatabaseError.
  [[nodiscard]] Result<DaemonFigures> Read() override;

 private:
  [[nodiscard]] Status Open();
  [[nodiscard]] SyncFigures FiguresOf(const SyncConfig& sync,
                                      std::optional<BindingFigures> state,
                                      TimePoint now);

  const Config& config_;
  const Clock& clock_;
  std::unique_ptr<StateFigures> state_;
  std::unique_ptr<SqliteHistory> history_;  // Of the exports.
  std::unique_ptr<InboxView> inbox_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_CLI_FIGURES_READER_H_
