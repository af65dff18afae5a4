// What the dashboard shows, from the state, the inbox and the configuration.
#ifndef COHORT_SYNC_CLI_DASHBOARD_READER_H_
#define COHORT_SYNC_CLI_DASHBOARD_READER_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "cli/json_text.h"
#include "config/config.h"
#include "storage/inbox_view.h"
#include "storage/sqlite_history.h"
#include "web/dashboard_source.h"

namespace cohort_sync {

// Has read-only connections of its own, opened by the first call. No read takes longer than five
// seconds. Documents are those of --json with what a page needs beside them.
class DashboardReader final : public web::DashboardSource {
 public:
  // `clock` outlives it.
  DashboardReader(Config config, const Clock& clock);

  [[nodiscard]] Result<web::DashboardText> Read(const web::DashboardQuery& query) override;

 private:
  [[nodiscard]] Status Open();
  // Brings `known_` up to date.
  void Refresh();
  [[nodiscard]] Result<web::DashboardText> OfRun(const web::DashboardQuery& query);
  [[nodiscard]] std::string Run(RunReport& run, const web::DashboardQuery& query);
  [[nodiscard]] std::string Runs(const web::DashboardQuery& query);
  [[nodiscard]] web::DashboardText OfBinding(const Binding& binding,
                                             const web::DashboardQuery& query);
  [[nodiscard]] std::string Sizes(const web::DashboardQuery& query);
  [[nodiscard]] std::string Calls(const Binding& binding, const web::DashboardQuery& query);

  struct KnownStatus {
    std::string versions;  // Of the files that it was read from.
    TimePoint until;       // Then a run is due, and the document changes by itself.
    std::vector<SyncStatus> syncs;
    std::string document;
  };

  const Config config_;
  const Clock& clock_;
  std::unique_ptr<SqliteHistory> history_;
  std::unique_ptr<InboxView> inbox_;  // Null while there is none.
  std::optional<KnownStatus> known_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_CLI_DASHBOARD_READER_H_
