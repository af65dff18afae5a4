#include "sync/alerts.h"

#include <algorithm>

#include "base/format.h"
#include "base/text.h"
#include "base/time_text.h"

namespace cohort_sync {
namespace {

constexpr std::size_t kMostReasonBytes = 300;

// What a service said may name a contact: what looks like an address is left out.
std::string WithoutAddresses(const std::string& text) {
  std::vector<std::string> words;
  for (const std::string_view word : Split(text, ' '))
    words.emplace_back(word.find('@') == std::string_view::npos ? word : "[address]");
  return Printable(Join(words, " "), kMostReasonBytes);
}

std::string ShownName(const SyncFigures& sync, const std::string& name) {
  return name.empty() ? Format("cohort '{}'", sync.key.cohort.value())
                      : Format("'{}' ({})", Printable(name), sync.key.cohort.value());
}

// Judges one sync.
class SyncJudge {
 public:
  SyncJudge(const SyncFigures& sync,
            const AlertThresholds& thresholds,
            TimePoint now,
            Judgement& judgement)
      : sync_(sync), thresholds_(thresholds), now_(now), judgement_(judgement) {
    base_.at = now;
    base_.cohort = sync.key.cohort.value();
    base_.cohort_name = sync.state ? sync.state->binding.cohort_name : std::string();
    base_.list = sync.list;
    base_.destination = sync.key.destination.value();
    base_.project = sync.key.project.value();
    if (sync.last_run) base_.run = sync.last_run->id;
    name_ = ShownName(sync, base_.cohort_name);
  }

  void Judge() {
    JudgeFailed();
    JudgeStopped();
    JudgeHeld();
    JudgeParked();
    JudgeOverdue();
    JudgePushGap();
  }

 private:
  [[nodiscard]] bool stopped() const {
    return sync_.state && !sync_.state->binding.stopped_reason.empty();
  }
  [[nodiscard]] std::string RunCommand() const {
    return base_.run ? Format("cohort-sync run {}", base_.run->value()) : "cohort-sync status";
  }

  void Set(AlertKind kind,
           AlertState state,
           std::string message,
           std::string next_step,
           std::map<std::string, std::int64_t> numbers = {}) {
    AlertMessage full = base_;
    full.kind = kind;
    full.message = std::move(message);
    full.next_step = std::move(next_step);
    full.numbers = std::move(numbers);
    judgement_[{Format("sync {} {} {}", base_.project, base_.cohort, base_.destination), kind}] = {
        state, std::move(full)};
  }

  // A stop explains the failure that came with it.
  void JudgeFailed() {
    if (!sync_.last_run || stopped()) {
      return Set(
          AlertKind::kFailed, stopped() ? AlertState::kUndecided : AlertState::kWell, {}, {});
    }
    const RunReport& run = *sync_.last_run;
    switch (run.state) {
      case RunState::kFailed:
        return Set(
            AlertKind::kFailed,
            AlertState::kRaised,
            Format("{}: run {} failed: {}", name_, run.id.value(), WithoutAddresses(run.error)),
            RunCommand());
      case RunState::kDelivering:
      case RunState::kInterrupted:
        return Set(AlertKind::kFailed, AlertState::kUndecided, {}, {});
      case RunState::kSucceeded:
      case RunState::kParked:
      case RunState::kHeld:
        break;
    }
    Set(AlertKind::kFailed,
        AlertState::kWell,
        Format("{}: run {} went through", name_, run.id.value()),
        {});
  }

  void JudgeStopped() {
    if (!stopped())
      return Set(AlertKind::kStopped, AlertState::kWell, name_ + ": is delivered again", {});
    // The reason may be the destination's words on a contact.
    Set(AlertKind::kStopped,
        AlertState::kRaised,
        name_ + ": is stopped; nothing is delivered until a person decides",
        "cohort-sync status");
  }

  void JudgeHeld() {
    const OpenHold hold = sync_.state && sync_.state->hold ? *sync_.state->hold : OpenHold();
    if (hold.removals + hold.adds == 0)
      return Set(AlertKind::kHeld, AlertState::kWell, name_ + ": nothing is held any more", {});
    base_.run = hold.run;
    Set(AlertKind::kHeld,
        AlertState::kRaised,
        Format("{}: run {} holds {} and {} until a person approves them",
               name_,
               hold.run.value(),
               Count(hold.removals, "removal", "removals"),
               Count(hold.adds, "add", "adds")),
        RunCommand(),
        {{"held_adds", hold.adds}, {"held_removals", hold.removals}});
    if (sync_.last_run) base_.run = sync_.last_run->id;
  }

  // Contacts that the destination does not know and that are not to be created are no fault.
  void JudgeParked() {
    const std::int64_t parked =
        sync_.state ? sync_.state->parked.refused + sync_.state->parked.exhausted : 0;
    const std::int64_t desired = sync_.state ? sync_.state->desired : 0;
    const std::map<std::string, std::int64_t> numbers = {{"parked", parked}, {"desired", desired}};
    const bool above = parked > 0 && parked * 100 > desired * thresholds_.parked_percent;
    if (!above) {
      return Set(AlertKind::kParked,
                 AlertState::kWell,
                 Format("{}: {} of {} parked",
                        name_,
                        WithThousands(parked),
                        Count(desired, "contact", "contacts")),
                 {},
                 numbers);
    }
    Set(AlertKind::kParked,
        AlertState::kRaised,
        Format("{}: {} parked of a list of {} (more than {} %)",
               name_,
               Count(parked, "operation is", "operations are"),
               WithThousands(desired),
               thresholds_.parked_percent),
        Format("cohort-sync retry {}", base_.cohort),
        numbers);
  }

  void JudgeOverdue() {
    std::optional<Duration> longest = thresholds_.overdue_after;
    if (!longest && sync_.period) longest = *sync_.period * thresholds_.overdue_periods;
    if (!longest || !sync_.state || !sync_.state->last_success)
      return Set(AlertKind::kOverdue, AlertState::kWell, name_ + ": was synced again", {});
    const Duration since = now_ - *sync_.state->last_success;
    if (since <= *longest)
      return Set(AlertKind::kOverdue, AlertState::kWell, name_ + ": was synced again", {});
    // A person who paused it knows.
    const bool paused = sync_.state->binding.paused_at.has_value();
    Set(AlertKind::kOverdue,
        paused ? AlertState::kUndecided : AlertState::kRaised,
        Format("{}: was last synced {} ago (more than {})",
               name_,
               FormatDuration(since),
               FormatDuration(*longest)),
        "cohort-sync status",
        {{"seconds", std::chrono::duration_cast<std::chrono::seconds>(since).count()}});
  }

  void JudgePushGap() {
    if (!sync_.push) return;
    if (!sync_.push->gap)
      return Set(AlertKind::kPushGap, AlertState::kWell, name_ + ": was read as a whole", {});
    Set(AlertKind::kPushGap,
        AlertState::kRaised,
        Format("{}: the list may lack changes since {}: {}",
               name_,
               FormatTime(sync_.push->gap->at),
               WithoutAddresses(sync_.push->gap->reason)),
        Format("cohort-sync sync {}", base_.cohort));
  }

  const SyncFigures& sync_;
  const AlertThresholds& thresholds_;
  const TimePoint now_;
  Judgement& judgement_;
  AlertMessage base_;
  std::string name_;
};

void JudgeBudget(const BudgetFigures& budget,
                 const AlertThresholds& thresholds,
                 TimePoint now,
                 Judgement& judgement) {
  AlertMessage message;
  message.kind = AlertKind::kBudget;
  message.at = now;
  message.project = budget.project;
  message.numbers = {{"left", budget.left}, {"limit", budget.limit}};
  message.message = Format("project '{}': {} left of {} this month",
                           budget.project,
                           Count(budget.left, "export is", "exports are"),
                           WithThousands(budget.limit));
  const bool low = budget.left * 100 <= budget.limit * thresholds.budget_percent;
  if (low) message.next_step = "cohort-sync check";
  judgement[{"project " + budget.project, AlertKind::kBudget}] = {
      low ? AlertState::kRaised : AlertState::kWell, std::move(message)};
}

}  // namespace

std::string_view ToString(AlertKind kind) {
  switch (kind) {
    case AlertKind::kFailed:
      return "failed";
    case AlertKind::kStopped:
      return "stopped";
    case AlertKind::kHeld:
      return "held";
    case AlertKind::kParked:
      return "parked";
    case AlertKind::kOverdue:
      return "overdue";
    case AlertKind::kPushGap:
      return "push_gap";
    case AlertKind::kBudget:
      break;
  }
  return "budget";
}

std::optional<AlertKind> ParseAlertKind(std::string_view text) {
  for (const AlertKind kind : kAlertKinds) {
    if (ToString(kind) == text) return kind;
  }
  return std::nullopt;
}

Judgement Judge(const DaemonFigures& figures, const AlertThresholds& thresholds, TimePoint now) {
  Judgement judgement;
  for (const SyncFigures& sync : figures.syncs)
    SyncJudge(sync, thresholds, now, judgement).Judge();
  for (const BudgetFigures& budget : figures.budgets)
    JudgeBudget(budget, thresholds, now, judgement);
  return judgement;
}

std::vector<AlertMessage> UpdateAlerts(const Judgement& judgement, RaisedAlerts& raised) {
  std::vector<AlertMessage> messages;
  std::erase_if(raised, [&](const AlertKey& key) { return !judgement.contains(key); });
  for (const auto& [key, judged] : judgement) {
    const auto& [state, message] = judged;
    if (state == AlertState::kRaised && raised.insert(key).second) {
      messages.push_back(message);
    } else if (state == AlertState::kWell && raised.erase(key) > 0) {
      messages.push_back(message);
      messages.back().recovered = true;
    }
  }
  return messages;
}

}  // namespace cohort_sync
