// A daemon in figures.
#ifndef COHORT_SYNC_TESTS_WEB_METRICS_WORLD_H_
#define COHORT_SYNC_TESTS_WEB_METRICS_WORLD_H_

#include <string>

#include "support/fake_clock.h"
#include "web/metrics_text.h"

namespace cohort_sync::web {

// A sync with some of everything, as of kStart.
inline SyncFigures BusySync(const std::string& cohort, const std::string& list) {
  SyncFigures sync;
  sync.key = {ProjectName("web"), CohortId(cohort), DestinationName("cordial")};
  sync.list = list;
  sync.period = std::chrono::hours(24);
  sync.next_run = FakeClock::kStart + std::chrono::hours(5);
  RunReport run;
  run.id = RunId(7);
  run.state = RunState::kFailed;
  sync.last_run = run;
  BindingFigures& state = sync.state.emplace();
  state.binding.id = BindingId(3);
  state.binding.key = sync.key;
  state.desired = 1'000;
  state.pending = 12;
  state.oldest_pending = FakeClock::kStart - std::chrono::minutes(3);
  state.parked = {.refused = 4, .exhausted = 5, .unknown_contact = 6};
  state.hold = OpenHold{.run = RunId(6), .removals = 900, .adds = 0};
  state.last_success = FakeClock::kStart - std::chrono::hours(2);
  PushFigures& push = sync.push.emplace();
  push.waiting = {
      .batches = 2, .members = 1'500, .oldest = FakeClock::kStart - std::chrono::seconds(9)};
  push.gap = InboxGap{FakeClock::kStart, "a push was answered 503"};
  return sync;
}

// With every metric that there is.
inline Metrics BusyMetrics() {
  Metrics metrics;
  metrics.version = "1.2.3";
  metrics.started_at = FakeClock::kStart - std::chrono::hours(1);
  metrics.now = FakeClock::kStart;
  metrics.ready = true;
  metrics.read_in = Duration(4);
  DaemonMeter meter;
  const std::string lane = "POST /contacts";
  const DestinationName destination("cordial");
  DeliveryAnswer answer;
  answer.call.method = "POST";
  for (const auto& [status, took, verdict] : {std::tuple(200, 5, Verdict::kDelivered),
                                              std::tuple(200, 6, Verdict::kDelivered),
                                              std::tuple(429, 1, Verdict::kThrottled),
                                              std::tuple(0, 90'000, Verdict::kUnknown)}) {
    answer.verdict = verdict;
    answer.call.http_status = status;
    answer.call.took = Duration(took);
    meter.Called({destination, OperationKind::kAdd, lane, answer});
  }
  meter.Called({.destination = "cordial", .call = "GET /accountlists"}, 200, Duration(7));
  meter.Called({.project = "web", .call = "GET /cohorts/request"}, 202, Duration(300));
  meter.Called({.project = "web", .call = "GET /cohorts/request"}, 429, Duration(20));
  meter.Called({.project = "web", .call = "GET storage"}, 0, Duration(120'000));
  RunReport run;
  run.trigger = RunTrigger::kScheduled;
  run.state = RunState::kSucceeded;
  run.counts.added = 3;
  run.counts.removed = 2;
  run.delivery.unneeded = 1;
  meter.RunEnded(run);
  metrics.counts = meter.Read();
  metrics.figures.syncs.push_back(BusySync("9apg8e8f", "activeusers"));
  metrics.figures.budgets.push_back({.project = "web", .limit = 500, .left = 123});
  metrics.server = {.open_connections = 2, .connections = 17, .evicted = 1, .refused_heads = 4};
  PushStatistics& pushes = metrics.pushes.emplace();
  pushes.answers[{PushRouteKind::kWebhook, 200}] = 11;
  pushes.answers[{PushRouteKind::kWebhook, 503}] = 1;
  pushes.stored = 10;
  pushes.known = 1;
  pushes.last_batch_at = FakeClock::kStart - std::chrono::seconds(9);
  return metrics;
}

}  // namespace cohort_sync::web

#endif  // COHORT_SYNC_TESTS_WEB_METRICS_WORLD_H_
