#include "sync/sync_runner.h"

#include <string>
#include <string_view>
#include <utility>

#include "base/format.h"
#include "base/redaction.h"
#include "base/text.h"

namespace cohort_sync {
namespace {

// Contacts that did not exist at the destination are tried again at most once a day.
constexpr Duration kUnknownContactPause = std::chrono::hours(24);

RunState StateOf(const RunReport& report, DeliveryEnd end) {
  if (!report.error.empty()) return RunState::kFailed;
  if (end == DeliveryEnd::kInterrupted) return RunState::kInterrupted;
  if (report.counts.held_removals > 0 || report.counts.held_adds > 0) return RunState::kHeld;
  return report.delivery.parked > 0 ? RunState::kParked : RunState::kSucceeded;
}

// Why delivery ended early, with what is left and the next step; empty when it did not.
std::string DeliveryError(const RunReport& report, const DeliveryReport& delivered) {
  const std::string left =
      Count(delivered.counts.pending, "operation stays pending", "operations stay pending");
  switch (delivered.end) {
    case DeliveryEnd::kDone:
    case DeliveryEnd::kInterrupted:
      break;
    case DeliveryEnd::kNoProgress:
      return Format("delivery gave up: {}; {}; 'cohort-sync sync {}' goes on",
                    delivered.reason,
                    left,
                    report.cohort);
    case DeliveryEnd::kBindingStopped:
      return Format(
          "delivery to list '{}' stopped: {}; {}; mend it, then run 'cohort-sync retry {}'",
          report.list,
          delivered.reason,
          left,
          report.cohort);
    case DeliveryEnd::kDestinationStopped:
      return Format("delivery stopped: {}; {}; 'cohort-sync sync {}' goes on",
                    delivered.reason,
                    left,
                    report.cohort);
  }
  return {};
}

// Whoever was asked could not be reached, or refused the credential; any other error says what is
// wrong with what was asked.
bool MeansTheOtherSide(ErrorCode code) {
  return code == ErrorCode::kUnavailable || code == ErrorCode::kUnauthorized ||
         code == ErrorCode::kIncomplete;
}

RunReport ReportOf(const Binding& binding, RunTrigger trigger, TimePoint started_at) {
  RunReport report;
  report.binding = binding.id;
  report.cohort = binding.key.cohort.value();
  report.cohort_name = binding.cohort_name;
  report.list = binding.pins.list_name.value();
  report.trigger = trigger;
  report.started_at = started_at;
  return report;
}

PlanCommit PlanOf(const SyncTarget& target, const RunOptions& options, const PreparedRun& run) {
  PlanCommit plan;
  plan.trigger = options.trigger;
  plan.started_at = run.started_at;
  plan.key = target.key;
  plan.pins.endpoint = target.destination->endpoint();
  plan.pins.list_name = run.list;
  plan.pins.list_id = run.existing_list->id;
  plan.pins.identifier = target.identifier;
  const std::string known = run.binding ? run.binding->cohort_name : run.list.value();
  plan.cohort_name = run.snapshot.cohort_name.value_or(target.cohort_name.value_or(known));
  if (run.push) {
    plan.member_rows = run.push->members;
    plan.inbox = run.inbox;
  } else {
    plan.as_of = run.snapshot.as_of;
    // As below: rows are not taken from what is not trusted.
    if (target.push && !run.verdict.hold_adds) plan.snapshot_members = &run.snapshot.who;
  }
  plan.origin = run.snapshot.origin;
  plan.counts = run.counts;
  plan.removals_approved = run.verdict.removals_approved;
  plan.notes = run.notes;
  plan.rejected_rows = run.snapshot.rejected_rows;
  plan.add = run.change.add;
  plan.remove = run.change.remove;
  plan.hold_add = run.change.hold_add;
  plan.hold_remove = run.change.hold_remove;
  plan.keep_hold = run.change.keep_hold;
  if (plan.keep_hold) plan.hold_add = plan.hold_remove = {};
  // While adds are held the snapshot is not trusted as a whole, so nothing of it is asserted.
  if (options.trigger == RunTrigger::kResync && !run.verdict.hold_adds)
    plan.assert_members = &run.snapshot.members;
  plan.list_was_recreated = run.binding && run.binding->pins.list_id != run.existing_list->id;
  return plan;
}

// Also of what an earlier run holds.
bool IsApproval(const RunOptions& options) {
  return options.approval.removals || options.approval.adds;
}

}  // namespace

Result<PreparedRun> SyncRunner::Plan(const SyncTarget& target,
                                     const RunOptions& options,
                                     RunObserver& observer,
                                     const std::stop_token& stop) {
  Preparation preparation(store_, clock_, target, options);
  Result<PreparedRun> run = preparation.Open();
  if (!run) return run;
  if (target.push && target.source == nullptr) {
    if (!preparation.TakeBatches(*run) && !(IsApproval(options) && run->binding)) {
      if (run->binding) run->list = run->binding->pins.list_name;
      return run;
    }
  } else if (Status fetched = Fetch(preparation, *run, target, observer, stop); !fetched) {
    return Fail(fetched.error());
  }
  if (Status planned = Compare(preparation, *run, observer); !planned) return Fail(planned.error());
  return run;
}

Status SyncRunner::Fetch(Preparation& preparation,
                         PreparedRun& run,
                         const SyncTarget& target,
                         RunObserver& observer,
                         const std::stop_token& stop) {
  observer.Fetching(target);
  return preparation.Fetch(
      run, [&observer](const FetchProgress& progress) { observer.Reading(progress); }, stop);
}

Status SyncRunner::Compare(Preparation& preparation, PreparedRun& run, RunObserver& observer) {
  observer.Comparing(run.snapshot);
  return preparation.Plan(run);
}

StartedRun SyncRunner::Start(const SyncTarget& target,
                             const RunOptions& options,
                             RunObserver& observer,
                             const std::stop_token& stop) {
  const TimePoint started_at = clock_.Now();
  Preparation preparation(store_, clock_, target, options);
  Result<PreparedRun> run = preparation.Open();
  if (!run) return RecordFailure(target, options.trigger, started_at, {run.error(), {}});
  if (Status fetched = Fetch(preparation, *run, target, observer, stop); !fetched)
    return StartAfterFailedFetch(target, options.trigger, *run, fetched.error(), stop);
  return PlanAndCommit(preparation, *run, target, options, observer, stop);
}

std::optional<StartedRun> SyncRunner::StartPush(const SyncTarget& target,
                                                const RunOptions& options,
                                                RunObserver& observer,
                                                const std::stop_token& stop) {
  const TimePoint started_at = clock_.Now();
  Preparation preparation(store_, clock_, target, options);
  Result<PreparedRun> run = preparation.Open();
  if (!run) return RecordFailure(target, RunTrigger::kPush, started_at, {run.error(), {}});
  if (!preparation.TakeBatches(*run) && !(IsApproval(options) && run->binding)) return std::nullopt;
  RunOptions of_push = options;
  of_push.trigger = RunTrigger::kPush;
  return PlanAndCommit(preparation, *run, target, of_push, observer, stop);
}

StartedRun SyncRunner::PlanAndCommit(Preparation& preparation,
                                     PreparedRun& fetched,
                                     const SyncTarget& target,
                                     const RunOptions& options,
                                     RunObserver& observer,
                                     const std::stop_token& stop) {
  const auto failed = [&](const Error& error) {
    return RecordFailure(target, options.trigger, fetched.started_at, {error, Side::kDestination});
  };
  // Behind the fetch only the destination is asked for anything.
  const auto failed_there = [&](const Error& error) {
    StartedRun started = failed(error);
    started.destination_refused = error.code() == ErrorCode::kUnauthorized;
    return started;
  };
  if (Status planned = Compare(preparation, fetched, observer); !planned)
    return failed_there(planned.error());
  observer.Planned(target, fetched);
  if (stop.stop_requested())
    return failed(Error(ErrorCode::kInterrupted, "stopped before anything was changed"));

  Result<RunReport> report = Commit(target, options, fetched);
  if (!report) return failed_there(report.error());
  report->counts.reopened +=
      store_.ReopenForRun(report->binding, clock_.Now() - kUnknownContactPause);
  return {std::move(*report), true, false};
}

StartedRun SyncRunner::StartAfterFailedFetch(const SyncTarget& target,
                                             RunTrigger trigger,
                                             const PreparedRun& run,
                                             const Error& error,
                                             const std::stop_token& stop) {
  if (error.code() == ErrorCode::kNothingNew && run.binding) {
    store_.ReopenForRun(run.binding->id, clock_.Now() - kUnknownContactPause);
    return BeginDeliveryRun(*run.binding, trigger, {error.message()});
  }
  StartedRun started = RecordFailure(target, trigger, run.started_at, {error, Side::kSource});
  if (run.binding && !stop.stop_requested() && store_.CountOpen(run.binding->id).pending > 0) {
    started.report.binding = run.binding->id;
    started.report.list = run.binding->pins.list_name.value();
    started.delivers = true;
  }
  return started;
}

Result<RunReport> SyncRunner::Commit(const SyncTarget& target,
                                     const RunOptions& options,
                                     PreparedRun& run) {
  if (options.clear_list_of && run.existing_list) {
    if (Status cleared = ClearList(target, *options.clear_list_of, run); !cleared)
      return Fail(cleared.error());
  }
  if (!run.existing_list) {
    Result<ListInfo> made = target.destination->EnsureList(run.list);
    if (!made)
      return Fail(made.error().WithContext(Format("cohort '{}'", target.key.cohort.value())));
    run.existing_list = *made;
  }
  for (const std::string_view value : run.delta.duplicate_values)
    run.snapshot.rejected_rows.push_back({0, RejectReason::kDuplicate, std::string(value), {}});

  const PlanCommit plan = PlanOf(target, options, run);
  const CommittedPlan committed = store_.CommitPlan(plan);
  if (!run.push) {
    target.source->Accepted(target.key.cohort);
  } else if (run.push->conflicts > 0) {
    target.push->inbox->NoteGap(
        target.key.cohort, clock_.Now(), "changes of the same second contradicted each other");
  }
  if (options.trigger == RunTrigger::kResync) store_.SetStopped(committed.binding, {});

  RunReport report;
  report.id = committed.run;
  report.binding = committed.binding;
  report.cohort = target.key.cohort.value();
  report.cohort_name = plan.cohort_name;
  report.list = run.list.value();
  report.trigger = options.trigger;
  report.started_at = run.started_at;
  report.snapshot_as_of = plan.as_of;
  report.origin = run.snapshot.origin;
  report.removals_approved = plan.removals_approved;
  report.counts = run.counts;
  report.counts.reopened = committed.reopened;
  report.notes = run.notes;
  return report;
}

Status SyncRunner::ClearList(const SyncTarget& target, std::int64_t at_most, PreparedRun& run) {
  const std::string& cohort = target.key.cohort.value();
  const auto contacts = target.destination->CountContacts(run.existing_list->id);
  if (!contacts) return Fail(contacts.error());
  if (!*contacts)
    return Fail(
        ErrorCode::kRejected,
        Format("list '{}' was not emptied: the key may not count its contacts; allow it 'Get a "
               "single list with count' in Cordial",
               run.list.value()));
  if (**contacts > at_most)
    return Fail(ErrorCode::kRejected,
                Format("list '{0}' was not emptied: it has {1}; 'cohort-sync resync {2} --clear "
                       "{3}' takes all of them off, and puts the cohort's members back",
                       run.list.value(),
                       Count(**contacts, "contact", "contacts"),
                       cohort,
                       **contacts));
  if (run.binding) {
    store_.ForgetListId(run.binding->id);
    run.binding->pins.list_id = ListId();
  }
  if (Status cleared = target.destination->ClearList(run.existing_list->id); !cleared)
    return Fail(cleared.error().WithContext(
        Format("cohort '{0}': run 'cohort-sync resync {0}' again", cohort)));
  run.notes.push_back(Format("list '{}' was emptied first of {}",
                             run.list.value(),
                             Count(**contacts, "contact", "contacts")));
  return {};
}

StartedRun SyncRunner::RecordFailure(const SyncTarget& target,
                                     RunTrigger trigger,
                                     TimePoint started_at,
                                     const Failure& failure,
                                     std::optional<RunId> approves) {
  const auto& [error, asked] = failure;
  RunReport report;
  report.cohort = target.key.cohort.value();
  report.trigger = trigger;
  report.approves = approves;
  report.started_at = started_at;
  report.finished_at = clock_.Now();
  report.error = Redact(error.message());
  report.state =
      error.code() == ErrorCode::kInterrupted ? RunState::kInterrupted : RunState::kFailed;
  if (MeansTheOtherSide(error.code())) report.failed_side = asked;
  report.id = store_.RecordFailedRun(target.key, report);
  return {std::move(report), false, false};
}

RunReport SyncRunner::Refuse(const SyncTarget& target,
                             RunTrigger trigger,
                             std::optional<RunId> approves,
                             const std::string& refusal) {
  const Error error(ErrorCode::kUnauthorized,
                    Format("nothing was read or sent: destination '{}' refused lately: {}",
                           target.key.destination.value(),
                           refusal));
  return RecordFailure(target, trigger, clock_.Now(), {error, Side::kDestination}, approves).report;
}

DeliveryOrder SyncRunner::OrderOf(const SyncTarget& target,
                                  const RunReport& report,
                                  RunObserver& observer,
                                  const std::stop_token& stop) {
  DeliveryOrder order;
  order.binding = report.binding;
  order.list = ListName(report.list);
  order.destination = target.destination;
  order.give_up_after = target.delivery.give_up_after;
  order.observer = [&observer, report](const DeliveryProgress& progress) {
    observer.Delivering(report, progress);
  };
  order.stop = stop;
  return order;
}

RunReport SyncRunner::Finish(RunReport report, const DeliveryReport& delivered) {
  report.delivery = delivered.counts;
  const std::string error = Redact(DeliveryError(report, delivered));
  if (!error.empty()) {
    report.error += (report.error.empty() ? "" : "; ") + error;
    report.failed_side = Side::kDestination;
  }
  if (delivered.end == DeliveryEnd::kBindingStopped)
    store_.SetStopped(report.binding, Redact(delivered.reason));
  report.state = StateOf(report, delivered.end);
  report.finished_at = clock_.Now();
  store_.FinishRun(report);
  store_.FoldIfGrown(report.binding);
  return report;
}

StartedRun SyncRunner::BeginDeliveryRun(const Binding& binding,
                                        RunTrigger trigger,
                                        std::vector<std::string> notes) {
  RunReport report = ReportOf(binding, trigger, clock_.Now());
  report.notes = std::move(notes);
  report.id = store_.BeginDeliveryRun(binding.id, trigger, report.started_at);
  if (trigger == RunTrigger::kRetry) {
    store_.SetStopped(binding.id, {});
    report.counts.reopened = store_.ReopenParked(binding.id);
  }
  return {std::move(report), true, false};
}

Result<StartedRun> SyncRunner::StartRetry(const SyncTarget& target) {
  RunOptions options;
  options.trigger = RunTrigger::kResync;  // A stop does not stand in the way of a person's retry.
  const Result<PreparedRun> opened = Preparation(store_, clock_, target, options).Open();
  if (!opened) return Fail(opened.error());
  if (!opened->binding)
    return Fail(ErrorCode::kNotFound,
                Format("cohort '{0}' was never synced; run 'cohort-sync sync {0}'",
                       target.key.cohort.value()));
  return BeginDeliveryRun(*opened->binding, RunTrigger::kRetry);
}

std::optional<StartedRun> SyncRunner::StartPending(const SyncTarget& target) {
  const RunOptions options;
  const Result<PreparedRun> opened = Preparation(store_, clock_, target, options).Open();
  if (!opened || !opened->binding || store_.CountOpen(opened->binding->id).pending == 0)
    return std::nullopt;
  return BeginDeliveryRun(*opened->binding, RunTrigger::kScheduled);
}

}  // namespace cohort_sync
