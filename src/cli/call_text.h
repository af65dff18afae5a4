// Calls to a destination as text for people.
#ifndef COHORT_SYNC_CLI_CALL_TEXT_H_
#define COHORT_SYNC_CLI_CALL_TEXT_H_

#include <string>
#include <vector>

#include "base/clock.h"
#include "sync/call_record.h"
#include "sync/call_statistics.h"

namespace cohort_sync {

// "12 ms", "2.1 s", from ten seconds on as FormatDuration.
[[nodiscard]] std::string LatencyText(Duration latency);
// A table: each kind of call with its answers ("1,204 × 200, 1 × none") and latencies.
[[nodiscard]] std::string CallSummariesText(const std::vector<CallSummary>& calls);
// A table of single calls, contacts included; bodies are shortened.
[[nodiscard]] std::string CallsText(const std::vector<OperationCall>& calls);

}  // namespace cohort_sync

#endif  // COHORT_SYNC_CLI_CALL_TEXT_H_
