#include "web/metrics_text.h"

#include <string_view>
#include <utility>

#include "base/format.h"
#include "sync/call_statistics.h"
#include "sync/run_triggers.h"
#include "web/metric_families.h"

namespace cohort_sync::web {
namespace {

double Seconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

double Seconds(TimePoint time) {
  return Seconds(time.time_since_epoch());
}

// How long ago `time` was; 0 when it was not.
double Age(const std::optional<TimePoint>& time, TimePoint now) {
  return time && *time < now ? Seconds(now - *time) : 0.0;
}

std::string_view NameOf(Verdict verdict) {
  switch (verdict) {
    case Verdict::kDelivered:
      return "delivered";
    case Verdict::kRefused:
      return "refused";
    case Verdict::kUnknownContact:
      return "unknown_contact";
    case Verdict::kThrottled:
      return "throttled";
    case Verdict::kNotSent:
      return "not_sent";
    case Verdict::kUnknown:
      return "unknown";
    case Verdict::kListRefused:
      return "list_refused";
    case Verdict::kDestinationRefused:
      break;
  }
  return "destination_refused";
}

bool Ends(Verdict verdict) {
  return verdict == Verdict::kDelivered || verdict == Verdict::kRefused ||
         verdict == Verdict::kUnknownContact;
}

void AddProcess(MetricFamilies& families, const Metrics& metrics) {
  families.Gauge("build_info", "1, labelled with the version that runs.");
  families.Add({{"version", metrics.version}}, 1.0);
  families.Gauge("start_time_seconds", "When the process began, in seconds since 1970.");
  families.Add({}, Seconds(metrics.started_at));
  families.Gauge("ready", "1 while new runs are begun, else 0.");
  families.Add({}, metrics.ready);
  families.Gauge("state_read_seconds", "What it took to read the state for this answer.");
  families.Add({}, Seconds(metrics.read_in));
}

void AddRuns(MetricFamilies& families, const DaemonCounts& counts) {
  families.Counter("runs_total", "Runs that ended, by what began them and how they ended.");
  for (const RunTrigger trigger : kRunTriggers) {
    for (const RunState state : {RunState::kSucceeded,
                                 RunState::kParked,
                                 RunState::kHeld,
                                 RunState::kFailed,
                                 RunState::kInterrupted}) {
      const auto found = counts.runs.find({trigger, state});
      families.Add(
          {{"trigger", std::string(ToString(trigger))}, {"state", std::string(ToString(state))}},
          found == counts.runs.end() ? std::int64_t{0} : found->second);
    }
  }
  families.Counter("operations_committed_total", "Adds and removals that runs committed.");
  families.Add({{"kind", "add"}}, counts.adds_committed);
  families.Add({{"kind", "remove"}}, counts.removals_committed);
  families.Counter("operations_unneeded_total", "Operations that were true before their call.");
  families.Add({}, counts.unneeded);
  families.Counter("operations_exhausted_total", "Operations parked after their last attempt.");
  families.Add({}, counts.exhausted);
}

void AddVerdicts(MetricFamilies& families, const DaemonCounts& counts, bool ending) {
  for (const auto& [key, count] : counts.verdicts) {
    const auto& [destination, kind, verdict] = key;
    if (Ends(verdict) != ending) continue;
    families.Add({{"destination", destination},
                  {"kind", std::string(ToString(kind))},
                  {"outcome", std::string(NameOf(verdict))}},
                 count);
  }
}

MetricLabels LabelsOf(const CallKey& key) {
  if (key.project.empty()) return {{"destination", key.destination}, {"call", key.call}};
  return {{"project", key.project}, {"call", key.call}};
}

void AddCalls(MetricFamilies& families, const DaemonCounts& counts) {
  families.Counter("operations_total", "Operations that an answer closed or parked.");
  AddVerdicts(families, counts, true);
  families.Counter("attempts_failed_total", "Answers after which the operation stayed pending.");
  AddVerdicts(families, counts, false);
  families.Counter("calls_total", "Calls to a service, by HTTP status; 'none': no answer came.");
  for (const auto& [key, call] : counts.calls) {
    for (const auto& [status, count] : call.answers) {
      MetricLabels labels = LabelsOf(key);
      labels.emplace_back("answer", status == 0 ? std::string(kNoAnswer) : Format("{}", status));
      families.Add(std::move(labels), count);
    }
  }
  families.Counter("calls_throttled_total", "Calls that were answered 429.");
  for (const auto& [key, call] : counts.calls) {
    const auto found = call.answers.find(429);
    families.Add(LabelsOf(key), found == call.answers.end() ? std::int64_t{0} : found->second);
  }
  std::array<double, kLatencyBounds.size()> bounds{};
  for (std::size_t index = 0; index < bounds.size(); ++index)
    bounds.at(index) = Seconds(kLatencyBounds.at(index));
  families.Histogram("call_duration_seconds", "From a call to its answer or its giving up.");
  for (const auto& [key, call] : counts.calls) {
    families.AddHistogram(LabelsOf(key), bounds, call.latencies, Seconds(call.total));
  }
}

MetricLabels LabelsOf(const SyncFigures& sync) {
  return {{"cohort", sync.key.cohort.value()},
          {"list", sync.list},
          {"destination", sync.key.destination.value()}};
}

MetricLabels With(MetricLabels labels, const char* name, const char* value) {
  labels.emplace_back(name, value);
  return labels;
}

// One family over all syncs; `value` adds what it has of one.
template <typename Value>
void AddForEach(const DaemonFigures& figures, const Value& add) {
  for (const SyncFigures& sync : figures.syncs)
    add(sync);
}

void AddStates(MetricFamilies& families, const DaemonFigures& figures, TimePoint now) {
  const auto each = [&](auto&& value_of) {
    for (const SyncFigures& sync : figures.syncs) {
      if (sync.state) families.Add(LabelsOf(sync), value_of(*sync.state));
    }
  };
  families.Gauge("list_desired_contacts", "Contacts that the list should have.");
  each([](const BindingFigures& state) { return state.desired; });
  families.Gauge("pending_operations", "Operations that wait for their call or its answer.");
  each([](const BindingFigures& state) { return state.pending; });
  families.Gauge("oldest_pending_age_seconds", "Age of the oldest pending operation; 0: none.");
  each([&](const BindingFigures& state) { return Age(state.oldest_pending, now); });
  families.Gauge("parked_operations", "Operations that wait for a person, by reason.");
  AddForEach(figures, [&](const SyncFigures& sync) {
    if (!sync.state) return;
    const ParkedCounts& parked = sync.state->parked;
    families.Add(With(LabelsOf(sync), "reason", "refused"), parked.refused);
    families.Add(With(LabelsOf(sync), "reason", "exhausted"), parked.exhausted);
    families.Add(With(LabelsOf(sync), "reason", "unknown_contact"), parked.unknown_contact);
  });
  families.Gauge("held_operations", "Removals and adds that wait for approval.");
  AddForEach(figures, [&](const SyncFigures& sync) {
    if (!sync.state) return;
    const OpenHold hold = sync.state->hold.value_or(OpenHold());
    families.Add(With(LabelsOf(sync), "kind", "add"), hold.adds);
    families.Add(With(LabelsOf(sync), "kind", "remove"), hold.removals);
  });
  families.Gauge("stopped", "1 while nothing is delivered until a person says retry or resync.");
  each([](const BindingFigures& state) { return !state.binding.stopped_reason.empty(); });
  families.Gauge("paused", "1 while a person has paused the sync.");
  each([](const BindingFigures& state) { return state.binding.paused_at.has_value(); });
}

void AddSchedule(MetricFamilies& families, const DaemonFigures& figures) {
  families.Gauge("last_success_timestamp_seconds",
                 "When the last run that did not fail ended, in seconds since 1970.");
  AddForEach(figures, [&](const SyncFigures& sync) {
    if (sync.state && sync.state->last_success)
      families.Add(LabelsOf(sync), Seconds(*sync.state->last_success));
  });
  families.Gauge("last_run_failed", "1 when the newest run failed, else 0.");
  AddForEach(figures, [&](const SyncFigures& sync) {
    if (sync.last_run) families.Add(LabelsOf(sync), sync.last_run->state == RunState::kFailed);
  });
  families.Gauge("next_run_timestamp_seconds",
                 "When the next scheduled run is due, in seconds since 1970.");
  AddForEach(figures, [&](const SyncFigures& sync) {
    if (sync.next_run) families.Add(LabelsOf(sync), Seconds(*sync.next_run));
  });
  families.Gauge("schedule_period_seconds", "Time between two scheduled runs.");
  AddForEach(figures, [&](const SyncFigures& sync) {
    if (sync.period) families.Add(LabelsOf(sync), Seconds(*sync.period));
  });
}

void AddInbox(MetricFamilies& families, const DaemonFigures& figures, TimePoint now) {
  const auto each = [&](auto&& value_of) {
    for (const SyncFigures& sync : figures.syncs) {
      if (sync.push) families.Add(LabelsOf(sync), value_of(*sync.push));
    }
  };
  families.Gauge("inbox_batches", "Pushed batches that wait for their run.");
  each([](const PushFigures& push) { return push.waiting.batches; });
  families.Gauge("inbox_members", "Members of the pushed batches that wait.");
  each([](const PushFigures& push) { return push.waiting.members; });
  families.Gauge("inbox_oldest_age_seconds", "Age of the oldest batch that waits; 0: none.");
  each([&](const PushFigures& push) { return Age(push.waiting.oldest, now); });
  families.Gauge("push_gap", "1 when something pushed may be missing until a reconcile.");
  each([](const PushFigures& push) { return push.gap.has_value(); });
}

void AddPushes(MetricFamilies& families, const PushStatistics& pushes) {
  families.Counter("push_answers_total", "Answers to pushes, by route and HTTP status.");
  for (const auto& [key, count] : pushes.answers) {
    families.Add(
        {{"route", std::string(ToString(key.first))}, {"status", Format("{}", key.second)}}, count);
  }
  families.Counter("push_batches_total", "Pushed batches that were answered 200.");
  families.Add({{"outcome", "stored"}}, pushes.stored);
  families.Add({{"outcome", "known"}}, pushes.known);
  families.Add({{"outcome", "known_with_other_body"}}, pushes.known_with_other_body);
  families.Gauge("last_push_timestamp_seconds",
                 "When the last batch that was answered 200 came, in seconds since 1970.");
  if (pushes.last_batch_at) families.Add({}, Seconds(*pushes.last_batch_at));
}

void AddServer(MetricFamilies& families, const http::ServerCounts& server) {
  families.Gauge("http_open_connections", "Connections to this server.");
  families.Add({}, static_cast<double>(server.open_connections));
  families.Counter("http_connections_total", "Connections that were accepted.");
  families.Add({}, server.connections);
  families.Counter("http_evicted_connections_total", "Connections ended to make room for others.");
  families.Add({}, server.evicted);
  families.Counter("http_refused_requests_total", "Requests whose header was refused unread.");
  families.Add({}, server.refused_heads);
}

void AddBudgets(MetricFamilies& families, const DaemonFigures& figures) {
  families.Gauge("export_budget_exports", "Exports that Amplitude grants in a month.");
  for (const BudgetFigures& budget : figures.budgets)
    families.Add({{"project", budget.project}}, budget.limit);
  families.Gauge("export_budget_left_exports", "Exports that are left of this month's.");
  for (const BudgetFigures& budget : figures.budgets)
    families.Add({{"project", budget.project}}, budget.left);
}

}  // namespace

std::string MetricsText(const Metrics& metrics) {
  MetricFamilies families;
  AddProcess(families, metrics);
  AddRuns(families, metrics.counts);
  AddCalls(families, metrics.counts);
  AddStates(families, metrics.figures, metrics.now);
  AddSchedule(families, metrics.figures);
  AddInbox(families, metrics.figures, metrics.now);
  if (metrics.pushes) AddPushes(families, *metrics.pushes);
  AddServer(families, metrics.server);
  AddBudgets(families, metrics.figures);
  return families.Text();
}

}  // namespace cohort_sync::web
