#include "storage/state_figures.h"

#include <utility>

#include "storage/database_file.h"
#include "storage/open_counts.h"
#include "storage/query.h"
#include "storage/transaction.h"

namespace cohort_sync {

namespace {

constexpr char kPending[] =
    "SELECT count(*), min(operation_id) FROM operations INDEXED BY operations_due"
    " WHERE binding_id = ?1 AND state = 'pending'";
constexpr char kInFlight[] =
    "SELECT count(*), min(operation_id) FROM operations INDEXED BY operations_in_flight"
    " WHERE binding_id = ?1 AND state = 'in_flight'";
constexpr char kCreatedAt[] = "SELECT created_at FROM operations WHERE operation_id = ?1";

}  // namespace

Result<std::unique_ptr<StateFigures>> StateFigures::Open(const std::string& path) {
  auto database = OpenForReading(path);
  if (!database) return Fail(database.error());
  return std::unique_ptr<StateFigures>(new StateFigures(std::move(*database)));
}

StateFigures::StateFigures(std::unique_ptr<Database> database)
    : database_(std::move(database)),
      bindings_(*database_),
      runs_(*database_),
      holds_(*database_),
      desired_(*database_) {}

std::vector<BindingFigures> StateFigures::Bindings() {
  const ReadTransaction moment(*database_, "read figures");
  std::vector<BindingFigures> all;
  for (Binding& binding : bindings_.All()) {
    const BindingId id = binding.id;
    BindingFigures& figures = all.emplace_back();
    figures.binding = std::move(binding);
    figures.desired = desired_.Of(id);
    ReadPending(figures);
    figures.parked = CountParked(*database_, id);
    figures.hold = holds_.OpenOf(id);
    figures.last_run = runs_.NewestOf(id);
    figures.last_success = runs_.LastSuccess(id);
  }
  return all;
}

std::optional<RunReport> StateFigures::NewestRun(const CohortId& cohort) {
  const ReadTransaction moment(*database_, "read a run");
  std::vector<RunReport> newest = runs_.Newest(1, cohort);
  if (newest.empty()) return std::nullopt;
  return std::move(newest.front());
}

void StateFigures::ReadPending(BindingFigures& figures) {
  std::optional<std::int64_t> oldest;
  for (const char* sql : {kPending, kInFlight}) {
    Query query(*database_, sql);
    if (!query.Bind(figures.binding.id).Step() || query.IsNull(1)) continue;
    figures.pending += query.Int(0);
    if (!oldest || query.Int(1) < *oldest) oldest = query.Int(1);
  }
  if (!oldest) return;
  Query created(*database_, kCreatedAt);
  if (created.Bind(*oldest).Step()) figures.oldest_pending = created.Time(0);
}

}  // namespace cohort_sync
