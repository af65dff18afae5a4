// What people are told about: one message for each change of state of a sync, none in between.
// Pure.
#ifndef COHORT_SYNC_SYNC_ALERTS_H_
#define COHORT_SYNC_SYNC_ALERTS_H_

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "sync/binding_figures.h"
#include "sync/ids.h"

namespace cohort_sync {

// The text forms are a contract: configuration, state and messages have them.
enum class AlertKind {
  kFailed,   // "failed": the newest run did.
  kStopped,  // "stopped": nothing is delivered until a person says retry or resync.
  kHeld,     // "held": removals or adds wait for approval.
  kParked,   // "parked": more than a share of the list is parked.
  kOverdue,  // "overdue": nothing was synced for too long.
  kPushGap,  // "push_gap": something pushed may be missing.
  kBudget,   // "budget": a project's exports of the month run out.
};
inline constexpr AlertKind kAlertKinds[] = {AlertKind::kFailed,
                                            AlertKind::kStopped,
                                            AlertKind::kHeld,
                                            AlertKind::kParked,
                                            AlertKind::kOverdue,
                                            AlertKind::kPushGap,
                                            AlertKind::kBudget};
[[nodiscard]] std::string_view ToString(AlertKind kind);
[[nodiscard]] std::optional<AlertKind> ParseAlertKind(std::string_view text);

struct AlertThresholds {
  std::int64_t parked_percent = 5;        // Of the contacts that the list should have.
  std::int64_t overdue_periods = 3;       // Of the sync's schedule ...
  std::optional<Duration> overdue_after;  // ... or, for all, this.
  std::int64_t budget_percent = 10;       // Of the month's exports that are left.
};

// What an alert is about: a sync ("sync PROJECT COHORT DESTINATION"), or a project.
struct AlertKey {
  std::string subject;
  AlertKind kind = AlertKind::kFailed;
  friend auto operator<=>(const AlertKey&, const AlertKey&) = default;
};

// Without contacts and without secrets.
struct AlertMessage {
  bool recovered = false;  // What `kind` says is over.
  AlertKind kind = AlertKind::kFailed;
  TimePoint at;
  // Of a sync; all empty for a project.
  std::string cohort;
  std::string cohort_name;
  std::string list;
  std::string destination;
  std::string project;  // May be empty for a sync.
  std::optional<RunId> run;
  std::map<std::string, std::int64_t> numbers;
  std::string message;    // A sentence without a full stop.
  std::string next_step;  // A command; empty when there is nothing to do.
  friend bool operator==(const AlertMessage&, const AlertMessage&) = default;
};

enum class AlertState { kWell, kRaised, kUndecided };

// Every alert that there could be, with what would be said of it.
using Judgement = std::map<AlertKey, std::pair<AlertState, AlertMessage>>;
[[nodiscard]] Judgement Judge(const DaemonFigures& figures,
                              const AlertThresholds& thresholds,
                              TimePoint now);

using RaisedAlerts = std::set<AlertKey>;
// Brings `raised` up to date, and says what is to be told: what is newly raised, and what is over.
// What is undecided stays as it is; what is not judged any more goes without a word.
[[nodiscard]] std::vector<AlertMessage> UpdateAlerts(const Judgement& judgement,
                                                     RaisedAlerts& raised);

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_ALERTS_H_
