// What --json prints: a contract, field by field (README, "For programs").
#ifndef COHORT_SYNC_CLI_JSON_TEXT_H_
#define COHORT_SYNC_CLI_JSON_TEXT_H_

#include <optional>
#include <string>
#include <vector>

#include "sync/export_budget.h"
#include "sync/history.h"
#include "sync/inbox.h"
#include "sync/preparation.h"
#include "sync/run.h"
#include "sync/sync_store.h"

namespace cohort_sync {

// Each returns one JSON document without a newline at its end. Times are ISO 8601 in UTC; what is
// not known is null.
[[nodiscard]] std::string ErrorJson(const std::string& message);         // {"error": "..."}
[[nodiscard]] std::string RunsJson(const std::vector<RunReport>& runs);  // {"runs": [...]}
[[nodiscard]] std::string RunJson(const RunReport& run,
                                  const std::vector<RejectedRow>& rejected,
                                  const std::vector<ParkedOperation>& parked);

struct PlannedSync {
  std::string cohort;
  std::string error;  // Why there is no plan; empty when there is one.
  std::optional<PreparedRun> plan;
  std::optional<double> requests_per_second;
};
[[nodiscard]] std::string PlansJson(const std::vector<PlannedSync>& plans);  // {"plans": [...]}

// What is known of a pushed cohort beside its binding.
struct PushStatus {
  InboxDepth waiting;           // Batches that no run has taken yet.
  std::optional<InboxGap> gap;  // Since the last reconcile: the list may lack changes.
  bool reconciles = false;      // It is also read as a whole.
};

// One sync of the configuration, or a binding that is no longer in it.
struct SyncStatus {
  std::string cohort;
  std::string name;  // As far as it is known.
  bool configured = true;
  std::optional<BindingStatus> state;     // Absent before the first sync.
  std::optional<RunReport> last_failure;  // Why there was no first sync, if one was tried.
  std::optional<TimePoint> next_run;      // By the schedule, if a daemon runs.
  std::optional<PushStatus> push;
};
// {"syncs": [...], "exports": [...]}
[[nodiscard]] std::string StatusJson(const std::vector<SyncStatus>& syncs,
                                     const std::vector<ExportBudget>& budgets = {});

// One of Amplitude's cohorts, as `cohorts` shows it.
struct KnownCohort {
  std::string project;
  std::string id;
  std::string name;
  std::optional<std::int64_t> size;        // As of last_computed.
  std::optional<TimePoint> last_computed;  // Absent: never computed.
  std::string list;                        // Its list, or the one it would get; empty: none can be.
  bool configured = false;
  bool synced = false;  // It was synced at least once from here.
  std::string problem;  // Why it cannot be synced; empty when it can.
};
[[nodiscard]] std::string CohortsJson(
    const std::vector<KnownCohort>& cohorts);  // {"cohorts": [...]}
// `as_of` absent: as things stand.
[[nodiscard]] std::string MembersJson(const Binding& binding,
                                      const std::optional<TimePoint>& as_of,
                                      const std::vector<std::string>& members);
[[nodiscard]] std::string CallsJson(const Binding& binding,
                                    const std::vector<OperationCall>& calls);
[[nodiscard]] std::string PauseJson(const Binding& binding);
[[nodiscard]] std::string DiscardedJson(const Binding& binding, const HoldRecord& hold);
// `removed`: contacts taken off the list; `dropped`: operations that were open.
[[nodiscard]] std::string ForgottenJson(const Binding& binding,
                                        std::int64_t removed,
                                        std::int64_t dropped);

[[nodiscard]] std::string TokenJson(const std::string& token);  // {"token": "..."}

// One finding of `check`.
struct Finding {
  enum class Level { kOk, kWarning, kProblem };
  Level level = Level::kOk;
  std::string subject;  // "configuration", "project 'web'", "cohort '9apg8e8f'"
  std::string text;
};
// {"findings": [...], "exports": [...]}
[[nodiscard]] std::string FindingsJson(const std::vector<Finding>& findings,
                                       const std::vector<ExportBudget>& budgets = {});

// Where the stand-ins are and what opens them.
struct StandInAccess {
  std::string amplitude_url;
  std::string amplitude_api_key;
  std::string amplitude_secret_key;
  std::string cordial_endpoint;
  std::string cordial_api_key;
  std::string control_url;
};
[[nodiscard]] std::string SimulateJson(const StandInAccess& access);

}  // namespace cohort_sync

#endif  // COHORT_SYNC_CLI_JSON_TEXT_H_
