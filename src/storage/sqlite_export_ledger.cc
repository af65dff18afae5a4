#include "storage/sqlite_export_ledger.h"

#include "storage/query.h"
#include "storage/transaction.h"

namespace cohort_sync {

namespace {

constexpr Duration kKept = std::chrono::days(62);

constexpr char kFind[] =
    "SELECT asked_at, finished FROM export_costs WHERE project = ?1 AND asked_at >= ?2"
    " ORDER BY asked_at, cost_id";
constexpr char kFindRefusal[] =
    "SELECT refused_at, per_month FROM export_refusals WHERE project = ?1";
constexpr char kRecord[] =
    "INSERT INTO export_costs (project, cohort, asked_at) VALUES (?1, ?2, ?3)";
constexpr char kDrop[] = "DELETE FROM export_costs WHERE project = ?1 AND asked_at < ?2";
constexpr char kWithdraw[] = "DELETE FROM export_costs WHERE cost_id = ?1";
constexpr char kFinish[] =
    "UPDATE export_costs SET finished = 1 WHERE project = ?1 AND cohort = ?2 AND finished = 0";
constexpr char kRefuse[] =
    "INSERT OR REPLACE INTO export_refusals (project, refused_at, per_month) VALUES (?1, ?2, ?3)";

}  // namespace

ExportCosts SqliteExportLedger::Find(const ProjectName& project, TimePoint since) {
  const Activity activity(database_, "read what was spent in exports");
  ExportCosts costs;
  Query query(database_, kFind);
  query.Bind(project, since);
  while (query.Step())
    costs.costs.push_back({query.Time(0), query.Int(1) != 0});
  Query refusal(database_, kFindRefusal);
  if (refusal.Bind(project).Step())
    costs.refusal.emplace(ExportRefusal{refusal.Time(0), refusal.Int(1)});
  return costs;
}

std::int64_t SqliteExportLedger::Record(const ProjectName& project,
                                        const CohortId& cohort,
                                        TimePoint at) {
  Transaction transaction(database_, "record an export");
  Query(database_, kDrop).Bind(project, at - kKept).Run();
  Query(database_, kRecord).Bind(project, cohort, at).Run();
  const std::int64_t entry = database_.last_insert_id();
  transaction.Commit();
  return entry;
}

void SqliteExportLedger::Withdraw(std::int64_t entry) {
  Transaction transaction(database_, "withdraw an export");
  Query(database_, kWithdraw).Bind(entry).Run();
  transaction.Commit();
}

void SqliteExportLedger::Finish(const ProjectName& project, const CohortId& cohort) {
  Transaction transaction(database_, "finish an export");
  if (Query(database_, kFinish).Bind(project, cohort).Run() > 0) transaction.Commit();
}

void SqliteExportLedger::Refuse(const ProjectName& project, const ExportRefusal& refusal) {
  Transaction transaction(database_, "record a refused export");
  Query(database_, kRefuse).Bind(project, refusal.at, refusal.per_month).Run();
  transaction.Commit();
}

}  // namespace cohort_sync
