// Runs, plans and status as text for people.
#ifndef COHORT_SYNC_CLI_REPORT_TEXT_H_
#define COHORT_SYNC_CLI_REPORT_TEXT_H_

#include <string>
#include <vector>

#include "base/clock.h"
#include "cli/json_text.h"
#include "sync/history.h"
#include "sync/preparation.h"
#include "sync/run.h"

namespace cohort_sync {

// Each ends with a newline. Contacts are shown by RunDetailsText only, where they are the subject.

// One block per run: what was read, changed, delivered, held and left out.
[[nodiscard]] std::string RunText(const RunReport& run);
// RunText, then its calls by their kind, the rejected rows and the parked operations.
[[nodiscard]] std::string RunDetailsText(const RunReport& run,
                                         const std::vector<RejectedRow>& rejected,
                                         const std::vector<ParkedOperation>& parked);
// The same lists as CSV: section,reason,operation,row,amplitude_id,contact,detail. Fields that a
// spreadsheet would run as a formula are made text (faults.md H3).
[[nodiscard]] std::string RunDetailsCsv(const std::vector<RejectedRow>& rejected,
                                        const std::vector<ParkedOperation>& parked);
[[nodiscard]] std::string PlanText(const PlannedSync& planned);
// `now` turns times into "5 min ago".
[[nodiscard]] std::string RunsText(const std::vector<RunReport>& runs, TimePoint now);
[[nodiscard]] std::string StatusText(const std::vector<SyncStatus>& syncs, TimePoint now);

}  // namespace cohort_sync

#endif  // COHORT_SYNC_CLI_REPORT_TEXT_H_
