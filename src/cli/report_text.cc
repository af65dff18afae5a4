#include "cli/report_text.h"

#include <string_view>

#include "base/format.h"
#include "base/text.h"
#include "base/time_text.h"
#include "cli/call_text.h"
#include "cli/csv_text.h"
#include "cli/text_table.h"

namespace cohort_sync {
namespace {

std::string Line(std::string_view label, const std::string& text) {
  return Format("  {:<10} {}\n", label, text);
}

std::string Contacts(std::int64_t number) {
  return Count(number, "contact", "contacts");
}

std::string Title(const std::string& cohort_name,
                  const std::string& cohort,
                  const std::string& list) {
  const std::string name =
      cohort_name.empty() ? cohort : Format("{} ({})", Printable(cohort_name), cohort);
  return list.empty() ? name + '\n' : Format("{} → {}\n", name, list);
}

std::string ReadLine(const RunCounts& counts,
                     const std::string& origin,
                     std::optional<TimePoint> as_of) {
  std::string text = Format("{}, {}", Count(counts.rows, "row", "rows"), Contacts(counts.members));
  if (!origin.empty()) text += Format(" ({}", Printable(origin));
  if (as_of) text += Format(", {}", FormatTime(*as_of));
  return Line("read", text + (origin.empty() ? "" : ")"));
}

std::string PushedLine(const RunCounts& counts) {
  return Line("pushed",
              Format("{} in {}",
                     Count(counts.rows, "member", "members"),
                     Count(counts.batches, "batch", "batches")));
}

std::string LeftOutLine(const RunCounts& counts) {
  std::vector<std::string> parts;
  std::int64_t total = 0;
  for (std::size_t i = 0; i < kRejectReasonCount; ++i) {
    total += counts.rejected[i];
    if (counts.rejected[i] > 0)
      parts.push_back(Format(
          "{} {}", WithThousands(counts.rejected[i]), ToString(static_cast<RejectReason>(i))));
  }
  if (total == 0) return {};
  return Line("left out", Format("{}: {}", Count(total, "row", "rows"), Join(parts, ", ")));
}

std::string ChangeLine(const RunCounts& counts) {
  return Line("change",
              Format("{} to add, {} to remove, {} unchanged",
                     WithThousands(counts.added),
                     WithThousands(counts.removed),
                     WithThousands(counts.unchanged)));
}

std::string HeldLine(const RunCounts& counts) {
  std::vector<std::string> parts;
  if (counts.held_removals > 0) parts.push_back(Count(counts.held_removals, "removal", "removals"));
  if (counts.held_adds > 0) parts.push_back(Count(counts.held_adds, "add", "adds"));
  return parts.empty() ? std::string() : Line("held", Join(parts, " and ") + " until approved");
}

std::string DeliveredLine(const RunReport& run) {
  const DeliveryCounts& delivery = run.delivery;
  std::string text = Format("{} in {}",
                            Count(delivery.delivered, "operation", "operations"),
                            Count(delivery.calls, "call", "calls"));
  if (delivery.unneeded > 0)
    text += Format("; {} needed no call", WithThousands(delivery.unneeded));
  return Line("delivered", text);
}

std::string OpenLines(const DeliveryCounts& delivery) {
  std::string text;
  if (delivery.pending > 0)
    text += Line("pending", Count(delivery.pending, "operation", "operations"));
  if (delivery.parked > 0)
    text += Line("parked", Count(delivery.parked, "operation", "operations"));
  if (delivery.unknown_contacts > 0)
    text += Line("unknown", Contacts(delivery.unknown_contacts) + " not in Cordial");
  return text;
}

std::string Ago(TimePoint time, TimePoint now) {
  return now - time < Duration(1000) ? std::string("just now")
                                     : FormatDuration(now - time) + " ago";
}

// "run 12 succeeded 5 min ago"
std::string RunAndAge(const RunReport& run, TimePoint now) {
  return Format("run {} {} {}", run.id.value(), ToString(run.state), Ago(run.started_at, now));
}

// What a person has to know of it beside its line in the table.
std::string RemarksOn(const std::string& cohort, const BindingStatus& state, TimePoint now) {
  std::string remarks;
  if (state.binding.paused_at)
    remarks += Format("cohort '{0}' is paused since {1}; 'cohort-sync resume {0}' lets it go on\n",
                      cohort,
                      FormatTime(*state.binding.paused_at));
  if (!state.binding.stopped_reason.empty())
    remarks += Format("cohort '{0}' is stopped: {1}; mend it, then run 'cohort-sync retry {0}'\n",
                      cohort,
                      state.binding.stopped_reason);
  if (state.delivery)
    remarks += Format("cohort '{}' is being delivered, as of {}: {}\n",
                      cohort,
                      Ago(state.delivery->updated_at, now),
                      Describe(state.delivery->progress));
  if (state.parked.total() > 0)
    remarks += Format(
        "cohort '{}': parked: {}\n",
        cohort,
        DescribeParked(state.parked.refused, state.parked.exhausted, state.parked.unknown_contact));
  if (state.hold)
    remarks += Format(
        "cohort '{0}': run {1} holds {2} and {3}; 'cohort-sync run {1}' says why, 'cohort-sync "
        "approve {1}' lets them through\n",
        cohort,
        state.hold->run.value(),
        Count(state.hold->removals, "removal", "removals"),
        Count(state.hold->adds, "add", "adds"));
  // While it is paused or stopped, runs fail with the reason that stands above.
  const bool said = state.binding.paused_at || !state.binding.stopped_reason.empty();
  if (!said && state.last_run && !state.last_run->error.empty())
    remarks += Format("cohort '{}': {}\n", cohort, state.last_run->error);
  return remarks;
}

std::string RemarksOnPush(const std::string& cohort, const PushStatus& push, TimePoint now) {
  std::string remarks;
  if (push.waiting.batches > 0)
    remarks += Format("cohort '{}': {} with {} pushed and not planned yet, the oldest {}\n",
                      cohort,
                      Count(push.waiting.batches, "batch", "batches"),
                      Count(push.waiting.members, "member", "members"),
                      Ago(*push.waiting.oldest, now));
  if (push.gap)
    remarks +=
        Format("cohort '{}' needs a reconcile since {}: {}; {}\n",
               cohort,
               FormatTime(push.gap->at),
               push.gap->reason,
               push.reconciles ? Format("'cohort-sync sync {}' reads it as a whole now", cohort)
                               : "give its source a \"reconcile\", which reads it as a whole");
  return remarks;
}

std::string RowNumber(const RejectedRow& row) {
  return row.row == 0 ? "" : std::to_string(row.row);
}

}  // namespace

std::string RunText(const RunReport& run) {
  std::string text = Title(run.cohort_name, run.cohort, run.list);
  const bool pushed = run.trigger == RunTrigger::kPush && run.binding != BindingId();
  if (run.counts.batches > 0) text += PushedLine(run.counts);
  if (run.snapshot_as_of) text += ReadLine(run.counts, run.origin, run.snapshot_as_of);
  if (run.approves) text += Line("approved", Format("what run {} held", run.approves->value()));
  if (pushed || run.snapshot_as_of || run.approves) {
    text += LeftOutLine(run.counts);
    text += ChangeLine(run.counts);
    text += HeldLine(run.counts);
  }
  if (run.counts.reopened > 0)
    text += Line("reopened", Count(run.counts.reopened, "operation", "operations"));
  if (run.binding != BindingId() || run.delivery.calls > 0) text += DeliveredLine(run);
  text += OpenLines(run.delivery);
  for (const std::string& note : run.notes)
    text += Line("note", note);
  if (!run.error.empty()) text += Line("error", run.error);
  std::string state(ToString(run.state));
  if (run.finished_at) state += ", took " + FormatDuration(*run.finished_at - run.started_at);
  return text + Line(Format("run {}", run.id.value()), state);
}

std::string RunDetailsText(const RunReport& run,
                           const std::vector<RejectedRow>& rejected,
                           const std::vector<ParkedOperation>& parked) {
  std::string text = RunText(run);
  if (!run.delivery.by_call.empty()) text += '\n' + CallSummariesText(run.delivery.by_call);
  if (!parked.empty()) {
    TextTable table(
        {{"parked"}, {"operation"}, {"contact"}, {"tries", TextTable::Align::kRight}, {"reason"}});
    for (const ParkedOperation& operation : parked)
      table.AddRow({std::string(ToString(operation.park_reason)),
                    std::string(ToString(operation.kind)),
                    Printable(operation.contact),
                    std::to_string(operation.attempts),
                    Printable(operation.reason)});
    text += '\n' + table.Text();
  }
  if (!rejected.empty()) {
    TextTable table({{"left out"}, {"row", TextTable::Align::kRight}, {"amplitude id"}, {"value"}});
    for (const RejectedRow& row : rejected)
      table.AddRow({std::string(ToString(row.reason)),
                    RowNumber(row),
                    Printable(row.member),
                    Printable(row.value)});
    text += '\n' + table.Text();
  }
  return text;
}

std::string RunDetailsCsv(const std::vector<RejectedRow>& rejected,
                          const std::vector<ParkedOperation>& parked) {
  std::string text =
      CsvLine({"section", "reason", "operation", "row", "amplitude_id", "contact", "detail"});
  for (const ParkedOperation& operation : parked)
    text += CsvLine({"parked",
                     std::string(ToString(operation.park_reason)),
                     std::string(ToString(operation.kind)),
                     "",
                     "",
                     operation.contact,
                     operation.reason});
  for (const RejectedRow& row : rejected)
    text += CsvLine({"left out",
                     std::string(ToString(row.reason)),
                     "",
                     RowNumber(row),
                     row.member,
                     row.value,
                     ""});
  return text;
}

std::string PlanText(const PlannedSync& planned) {
  if (!planned.plan) return Title({}, planned.cohort, {}) + Line("error", planned.error);
  const PreparedRun& plan = *planned.plan;
  const std::string name =
      plan.snapshot.cohort_name.value_or(plan.binding ? plan.binding->cohort_name : std::string());
  std::string text = Title(name, planned.cohort, plan.list.value());
  if (plan.nothing_pushed()) return text + Line("pushed", "nothing since its last run");
  text += plan.push ? PushedLine(plan.counts)
                    : ReadLine(plan.counts, plan.snapshot.origin, plan.snapshot.as_of);
  text += LeftOutLine(plan.counts);
  text += ChangeLine(plan.counts);
  text += HeldLine(plan.counts);
  if (plan.open_before > 0)
    text +=
        Line("pending", Count(plan.open_before, "operation", "operations") + " from earlier runs");
  std::string calls = Count(plan.calls, "call", "calls");
  if (const auto time = plan.EstimatedTime(planned.requests_per_second); time && plan.calls > 0) {
    calls +=
        Format(", about {} at {} per second", FormatDuration(*time), *planned.requests_per_second);
  } else if (plan.calls > 0) {
    calls += ", as fast as the destination allows";
  }
  text += Line("would take", calls);
  if (!plan.existing_list) text += Line("note", "the list does not exist yet; the sync makes it");
  for (const std::string& note : plan.notes)
    text += Line("note", note);
  return text;
}

std::string RunsText(const std::vector<RunReport>& runs, TimePoint now) {
  if (runs.empty()) return "no runs yet; 'cohort-sync sync' makes the first\n";
  constexpr auto kRight = TextTable::Align::kRight;
  TextTable table({{"run", kRight},
                   {"cohort"},
                   {"trigger"},
                   {"state"},
                   {"added", kRight},
                   {"removed", kRight},
                   {"held", kRight},
                   {"parked", kRight},
                   {"started"}});
  for (const RunReport& run : runs)
    table.AddRow({std::to_string(run.id.value()),
                  run.cohort_name.empty() ? run.cohort : Printable(run.cohort_name, 40),
                  std::string(ToString(run.trigger)),
                  std::string(ToString(run.state)),
                  WithThousands(run.counts.added),
                  WithThousands(run.counts.removed),
                  WithThousands(run.counts.held_removals + run.counts.held_adds),
                  WithThousands(run.delivery.refused + run.delivery.exhausted),
                  Ago(run.started_at, now)});
  return table.Text();
}

std::string StatusText(const std::vector<SyncStatus>& syncs, TimePoint now) {
  constexpr auto kRight = TextTable::Align::kRight;
  TextTable table({{"cohort"},
                   {"id"},
                   {"list"},
                   {"members", kRight},
                   {"pending", kRight},
                   {"parked", kRight},
                   {"held", kRight},
                   {"last run"}});
  std::string remarks;
  for (const SyncStatus& sync : syncs) {
    const std::string name = sync.name.empty() ? "-" : Printable(sync.name, 40);
    if (!sync.configured)
      remarks +=
          Format("cohort '{}' is not configured any more: its rows are kept, nothing is sent\n",
                 sync.cohort);
    if (sync.push) remarks += RemarksOnPush(sync.cohort, *sync.push, now);
    if (!sync.state) {
      const auto& failure = sync.last_failure;
      table.AddRow({name,
                    sync.cohort,
                    "-",
                    "-",
                    "-",
                    "-",
                    "-",
                    failure ? RunAndAge(*failure, now) : "never synced"});
      if (failure) remarks += Format("cohort '{}': {}\n", sync.cohort, failure->error);
      continue;
    }
    const BindingStatus& state = *sync.state;
    std::string last = "-";
    if (state.last_run) last = RunAndAge(*state.last_run, now);
    table.AddRow({name,
                  sync.cohort,
                  state.binding.pins.list_name.value(),
                  WithThousands(state.desired),
                  WithThousands(state.pending),
                  WithThousands(state.parked.total()),
                  WithThousands(state.hold ? state.hold->removals + state.hold->adds : 0),
                  last});
    remarks += RemarksOn(sync.cohort, state, now);
  }
  return table.empty() ? "nothing is configured\n" : table.Text() + remarks;
}

}  // namespace cohort_sync
