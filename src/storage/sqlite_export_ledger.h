// What was spent in exports, in the state.
#ifndef COHORT_SYNC_STORAGE_SQLITE_EXPORT_LEDGER_H_
#define COHORT_SYNC_STORAGE_SQLITE_EXPORT_LEDGER_H_

#include "storage/database.h"
#include "sync/export_budget.h"

namespace cohort_sync {

// Shares a connection with what made it and outlives it never. Outside of transactions; one thread
// with the connection. On a read-only connection Find only.
class SqliteExportLedger final : public ExportLedger {
 public:
  explicit SqliteExportLedger(Database& database) : database_(database) {}

  [[nodiscard]] ExportCosts Find(const ProjectName& project, TimePoint since) override;
  // Drops what is older than 62 days: the longest month and the one before it.
  [[nodiscard]] std::int64_t Record(const ProjectName& project,
                                    const CohortId& cohort,
                                    TimePoint at) override;
  void Withdraw(std::int64_t entry) override;
  void Finish(const ProjectName& project, const CohortId& cohort) override;
  void Refuse(const ProjectName& project, const ExportRefusal& refusal) override;

 private:
  Database& database_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_STORAGE_SQLITE_EXPORT_LEDGER_H_
