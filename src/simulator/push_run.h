// One run of a push as it went, and what is known of a push: for the control door and for people.
#ifndef COHORT_SYNC_SIMULATOR_PUSH_RUN_H_
#define COHORT_SYNC_SIMULATOR_PUSH_RUN_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "simulator/push_settings.h"

namespace cohort_sync::simulator {

struct PushRun {
  std::int64_t number = 0;  // From 1, for each push.
  TimePoint started_at;
  std::optional<TimePoint> finished_at;  // nullopt: it is under way.
  std::string error;                     // "": none, or none yet.
  std::int64_t entered = 0;
  std::int64_t left = 0;
  std::int64_t skipped = 0;   // Without what identifies them ("Unresolved mapping").
  std::int64_t messages = 0;  // Batches, and the creation of a list.
  std::int64_t requests = 0;  // Their attempts; more than messages when some were repeated.
  std::int64_t repeats = 0;
  std::map<std::string, std::int64_t> answers;  // "200", "503", or "none".
  std::string last_problem;  // Of an attempt that was no success, while the run went on.
};

// kFailing: the last run failed. kPaused: only a person lets it go on (2.4, 4).
enum class PushState { kActive, kFailing, kPaused };

struct PushStatus {
  std::string cohort_id;
  PushSettings settings;
  PushState state = PushState::kActive;
  std::string list_id;        // Of PushKind::kLists, once it is known.
  std::vector<PushRun> runs;  // The newest, oldest first; at least one.
};

// {"cohort", "kind", "url", "headers": [names], …, "state", "list_id", "runs": [RUN]}, where RUN is
// {"run", "state": "running" | "succeeded" | "failed", …}
[[nodiscard]] std::string PushAsJson(const PushStatus& status);
// {"pushes": […]}
[[nodiscard]] std::string PushesAsJson(const std::vector<PushStatus>& statuses);
[[nodiscard]] std::string RunAsJson(const PushRun& run);

// One line for people: "run 2 of the push of cohort 'x': 3 enter, 2 leave; 2 messages, …".
[[nodiscard]] std::string RunText(const std::string& cohort_id, const PushRun& run);

}  // namespace cohort_sync::simulator

#endif  // COHORT_SYNC_SIMULATOR_PUSH_RUN_H_
