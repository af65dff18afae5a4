// What people did from the dashboard, and what became of it.
#ifndef COHORT_SYNC_WEB_DASHBOARD_ACTIONS_H_
#define COHORT_SYNC_WEB_DASHBOARD_ACTIONS_H_

#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "web/command_executor.h"

namespace cohort_sync::web {

struct DashboardAction {
  std::string action;    // "sync", "pause", "resume", "retry", "approve" or "discard"
  std::string cohort;    // Of the first four.
  std::int64_t run = 0;  // Of the last two.

  // As on a command line.
  [[nodiscard]] std::vector<std::string> Words() const;
  // It ends when its calls have ended: nobody waits for that with a connection open.
  [[nodiscard]] bool takes_long() const;
};

// From {"action": "pause", "cohort": "9apg8e8f"} or {"action": "approve", "run": 12}. Takes nothing
// that a command line could read as anything but a cohort or a run. kConfiguration says what is
// wrong.
[[nodiscard]] Result<DashboardAction> ParseDashboardAction(const std::string& json);

// The last ones. Any thread.
class ActionLog {
 public:
  explicit ActionLog(const Clock& clock) : clock_(clock) {}

  // Returns its number.
  std::int64_t Begin(const DashboardAction& action);
  // {"id", "action", "cohort", "run", "started_at", "ended_at", "exit_code", "text"}
  std::string End(std::int64_t id, const CommandOutcome& outcome);
  // One of them; of one that is gone meanwhile null.
  [[nodiscard]] std::string Json(std::int64_t id);
  // {"actions": [...]}, newest first.
  [[nodiscard]] std::string Json();

 private:
  struct Entry {
    std::int64_t id = 0;
    DashboardAction action;
    TimePoint started_at;
    std::optional<TimePoint> ended_at;
    int exit_code = 0;
    std::string text;
  };

  [[nodiscard]] std::string JsonOf(std::int64_t id) const;  // REQUIRES: the mutex is held.

  const Clock& clock_;
  std::mutex mutex_;
  std::int64_t last_id_ = 0;
  std::deque<Entry> entries_;  // Newest first.
};

}  // namespace cohort_sync::web

#endif  // COHORT_SYNC_WEB_DASHBOARD_ACTIONS_H_
