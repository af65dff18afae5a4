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
  plan.cohort_name =
      run.snapshot.cohort_name.value_or(target.cohort_name.value_or(run.list.value()));
  plan.as_of = run.snapshot.as_of;
  plan.origin = run.snapshot.origin;
  plan.counts = run.counts;
  plan.removals_approved = run.verdict.removals_approved;
  plan.notes = run.notes;
  plan.rejected_rows = run.snapshot.rejected_rows;
  (run.verdict.hold_adds ? plan.hold_add : plan.add) = run.delta.added;
  (run.verdict.hold_removals ? plan.hold_remove : plan.remove) = run.delta.removed;
  // While adds are held the snapshot is not trusted as a whole, so nothing of it is asserted.
  if (options.trigger == RunTrigger::kResync && !run.verdict.hold_adds)
    plan.assert_members = &run.snapshot.members;
  plan.list_was_recreated = run.binding && run.binding->pins.list_id != run.existing_list->id;
  return plan;
}

}  // namespace

Result<PreparedRun> SyncRunner::Plan(const SyncTarget& target,
                                     const RunOptions& options,
                                     RunObserver& observer,
                                     const std::stop_token& stop) {
  Preparation preparation(store_, clock_, target, options);
  Result<PreparedRun> run = preparation.Open();
  if (!run) return run;
  if (Status fetched = Fetch(preparation, *run, target, observer, stop); !fetched)
    return Fail(fetched.error());
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

RunReport SyncRunner::Run(const SyncTarget& target,
                          const RunOptions& options,
                          RunObserver& observer,
                          const std::stop_token& stop) {
  const TimePoint started_at = clock_.Now();
  const auto failed = [&](const Error& error) {
    return RecordFailure(target, options.trigger, started_at, error);
  };
  Preparation preparation(store_, clock_, target, options);
  Result<PreparedRun> run = preparation.Open();
  if (!run) return failed(run.error());

  if (Status fetched = Fetch(preparation, *run, target, observer, stop); !fetched) {
    if (fetched.error().code() == ErrorCode::kNothingNew && run->binding) {
      store_.ReopenForRun(run->binding->id, clock_.Now() - kUnknownContactPause);
      return DeliveryRun(
          target, *run->binding, options.trigger, observer, stop, {fetched.error().message()});
    }
    RunReport report = failed(fetched.error());
    if (run->binding && !stop.stop_requested() && store_.CountOpen(run->binding->id).pending > 0) {
      report.binding = run->binding->id;
      report.list = run->binding->pins.list_name.value();
      Finish(target, report, observer, stop);
    }
    return report;
  }
  if (Status planned = Compare(preparation, *run, observer); !planned)
    return failed(planned.error());
  observer.Planned(target, *run);
  if (stop.stop_requested())
    return failed(Error(ErrorCode::kInterrupted, "stopped before anything was changed"));

  Result<RunReport> report = Commit(target, options, *run);
  if (!report) return failed(report.error());
  report->counts.reopened +=
      store_.ReopenForRun(report->binding, clock_.Now() - kUnknownContactPause);
  Finish(target, *report, observer, stop);
  return *report;
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
  target.source->Accepted(target.key.cohort);
  if (options.trigger == RunTrigger::kResync) store_.SetStopped(committed.binding, {});

  RunReport report;
  report.id = committed.run;
  report.binding = committed.binding;
  report.cohort = target.key.cohort.value();
  report.cohort_name = plan.cohort_name;
  report.list = run.list.value();
  report.trigger = options.trigger;
  report.started_at = run.started_at;
  report.snapshot_as_of = run.snapshot.as_of;
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

RunReport SyncRunner::RecordFailure(const SyncTarget& target,
                                    RunTrigger trigger,
                                    TimePoint started_at,
                                    const Error& error) {
  RunReport report;
  report.cohort = target.key.cohort.value();
  report.trigger = trigger;
  report.started_at = started_at;
  report.finished_at = clock_.Now();
  report.error = Redact(error.message());
  report.state =
      error.code() == ErrorCode::kInterrupted ? RunState::kInterrupted : RunState::kFailed;
  report.id = store_.RecordFailedRun(target.key, report);
  return report;
}

void SyncRunner::Finish(const SyncTarget& target,
                        RunReport& report,
                        RunObserver& observer,
                        const std::stop_token& stop) {
  Dispatcher dispatcher(store_, *target.destination, clock_, random_, target.delivery);
  const DeliveryReport delivered = dispatcher.Deliver(
      report.binding,
      ListName(report.list),
      [&observer](const DeliveryProgress& progress) { observer.Delivering(progress); },
      stop);
  report.delivery = delivered.counts;
  const std::string error = Redact(DeliveryError(report, delivered));
  if (!error.empty()) report.error += (report.error.empty() ? "" : "; ") + error;
  if (delivered.end == DeliveryEnd::kBindingStopped)
    store_.SetStopped(report.binding, Redact(delivered.reason));
  report.state = StateOf(report, delivered.end);
  report.finished_at = clock_.Now();
  store_.FinishRun(report);
  store_.FoldIfGrown(report.binding);
}

RunReport SyncRunner::DeliveryRun(const SyncTarget& target,
                                  const Binding& binding,
                                  RunTrigger trigger,
                                  RunObserver& observer,
                                  const std::stop_token& stop,
                                  std::vector<std::string> notes) {
  RunReport report = ReportOf(binding, trigger, clock_.Now());
  report.notes = std::move(notes);
  report.id = store_.BeginDeliveryRun(binding.id, trigger, report.started_at);
  if (trigger == RunTrigger::kRetry) {
    store_.SetStopped(binding.id, {});
    report.counts.reopened = store_.ReopenParked(binding.id);
  }
  Finish(target, report, observer, stop);
  return report;
}

Result<RunReport> SyncRunner::Retry(const SyncTarget& target,
                                    RunObserver& observer,
                                    const std::stop_token& stop) {
  RunOptions options;
  options.trigger = RunTrigger::kResync;  // A stop does not stand in the way of a person's retry.
  const Result<PreparedRun> opened = Preparation(store_, clock_, target, options).Open();
  if (!opened) return Fail(opened.error());
  if (!opened->binding)
    return Fail(ErrorCode::kNotFound,
                Format("cohort '{0}' was never synced; run 'cohort-sync sync {0}'",
                       target.key.cohort.value()));
  return DeliveryRun(target, *opened->binding, RunTrigger::kRetry, observer, stop);
}

std::optional<RunReport> SyncRunner::DeliverPending(const SyncTarget& target,
                                                    RunObserver& observer,
                                                    const std::stop_token& stop) {
  const RunOptions options;
  const Result<PreparedRun> opened = Preparation(store_, clock_, target, options).Open();
  if (!opened || !opened->binding || store_.CountOpen(opened->binding->id).pending == 0)
    return std::nullopt;
  return DeliveryRun(target, *opened->binding, RunTrigger::kScheduled, observer, stop);
}

}  // namespace cohort_sync
