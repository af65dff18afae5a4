#include "web/metrics_text.h"

#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/exposition.h"
#include "web/metrics_world.h"

namespace cohort_sync::web {
namespace {

using ::testing::AnyOf;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr double kStartSeconds = 1'795'240'800;
constexpr const char* kSync = R"({cohort="9apg8e8f",list="activeusers",destination="cordial"})";

std::string Of(const std::string& name, const std::string& more = "") {
  std::string labels = kSync;
  if (!more.empty()) labels.insert(labels.size() - 1, "," + more);
  return "cohort_sync_" + name + labels;
}

TEST(MetricsText, IsWellFormedAndFollowsTheConventions) {
  const Exposition all = ParseExposition(MetricsText(BusyMetrics()));
  EXPECT_THAT(all.problems, IsEmpty());
  for (const auto& [name, type] : all.types) {
    EXPECT_THAT(name, StartsWith("cohort_sync_"));
    EXPECT_THAT(type, AnyOf("counter", "gauge", "histogram")) << name;
  }
}

TEST(MetricsText, SaysWhereEachSyncStands) {
  const Exposition all = ParseExposition(MetricsText(BusyMetrics()));
  EXPECT_EQ(all.Value(Of("list_desired_contacts")), 1'000);
  EXPECT_EQ(all.Value(Of("pending_operations")), 12);
  EXPECT_EQ(all.Value(Of("oldest_pending_age_seconds")), 180);
  EXPECT_EQ(all.Value(Of("parked_operations", R"(reason="refused")")), 4);
  EXPECT_EQ(all.Value(Of("parked_operations", R"(reason="exhausted")")), 5);
  EXPECT_EQ(all.Value(Of("parked_operations", R"(reason="unknown_contact")")), 6);
  EXPECT_EQ(all.Value(Of("held_operations", R"(kind="remove")")), 900);
  EXPECT_EQ(all.Value(Of("held_operations", R"(kind="add")")), 0);
  EXPECT_EQ(all.Value(Of("stopped")), 0);
  EXPECT_EQ(all.Value(Of("paused")), 0);
  EXPECT_EQ(all.Value(Of("last_success_timestamp_seconds")), kStartSeconds - 7'200);
  EXPECT_EQ(all.Value(Of("last_run_failed")), 1);
  EXPECT_EQ(all.Value(Of("next_run_timestamp_seconds")), kStartSeconds + 18'000);
  EXPECT_EQ(all.Value(Of("schedule_period_seconds")), 86'400);
  EXPECT_EQ(all.Value(Of("inbox_batches")), 2);
  EXPECT_EQ(all.Value(Of("inbox_members")), 1'500);
  EXPECT_EQ(all.Value(Of("inbox_oldest_age_seconds")), 9);
  EXPECT_EQ(all.Value(Of("push_gap")), 1);
}

TEST(MetricsText, CountsRunsOperationsAndCalls) {
  const Exposition all = ParseExposition(MetricsText(BusyMetrics()));
  const std::string call = R"(destination="cordial",call="POST /contacts")";
  const auto value = [&](const std::string& sample) { return all.Value("cohort_sync_" + sample); };
  EXPECT_EQ(value(R"(runs_total{trigger="scheduled",state="succeeded"})"), 1);
  EXPECT_EQ(value(R"(runs_total{trigger="scheduled",state="failed"})"), 0);
  EXPECT_EQ(value(R"(operations_committed_total{kind="add"})"), 3);
  EXPECT_EQ(value(R"(operations_committed_total{kind="remove"})"), 2);
  EXPECT_EQ(value("operations_unneeded_total"), 1);
  EXPECT_EQ(value(R"(operations_total{destination="cordial",kind="add",outcome="delivered"})"), 2);
  EXPECT_EQ(value(R"(attempts_failed_total{destination="cordial",kind="add",outcome="throttled"})"),
            1);
  EXPECT_EQ(value("calls_total{" + call + R"(,answer="200"})"), 2);
  EXPECT_EQ(value("calls_total{" + call + R"(,answer="none"})"), 1);
  EXPECT_EQ(value("calls_throttled_total{" + call + "}"), 1);
  EXPECT_EQ(value("call_duration_seconds_count{" + call + "}"), 4);
  EXPECT_DOUBLE_EQ(value("call_duration_seconds_sum{" + call + "}"), 90.012);
  EXPECT_EQ(value("call_duration_seconds_bucket{" + call + R"(,le="0.005"})"), 2);
  EXPECT_EQ(value("call_duration_seconds_bucket{" + call + R"(,le="0.01"})"), 3);
  EXPECT_EQ(value("call_duration_seconds_bucket{" + call + R"(,le="60"})"), 3);
  EXPECT_EQ(value("call_duration_seconds_bucket{" + call + R"(,le="+Inf"})"), 4);
}

TEST(MetricsText, CountsCallsThatAreForNoContactByTheirService) {
  const Exposition all = ParseExposition(MetricsText(BusyMetrics()));
  const auto value = [&](const std::string& sample) { return all.Value("cohort_sync_" + sample); };
  const std::string request = R"(project="web",call="GET /cohorts/request")";
  EXPECT_EQ(value("calls_total{" + request + R"(,answer="202"})"), 1);
  EXPECT_EQ(value("calls_total{" + request + R"(,answer="429"})"), 1);
  EXPECT_EQ(value("calls_throttled_total{" + request + "}"), 1);
  EXPECT_DOUBLE_EQ(value("call_duration_seconds_sum{" + request + "}"), 0.32);
  const std::string storage = R"(project="web",call="GET storage")";
  EXPECT_EQ(value("calls_total{" + storage + R"(,answer="none"})"), 1);
  EXPECT_EQ(value("call_duration_seconds_bucket{" + storage + R"(,le="60"})"), 0);
  EXPECT_EQ(value(R"(calls_total{destination="cordial",call="GET /accountlists",answer="200"})"),
            1);
}

TEST(MetricsText, SaysHowTheServerAndTheProcessAre) {
  const Exposition all = ParseExposition(MetricsText(BusyMetrics()));
  const auto value = [&](const std::string& sample) { return all.Value("cohort_sync_" + sample); };
  EXPECT_EQ(value(R"(build_info{version="1.2.3"})"), 1);
  EXPECT_EQ(value("start_time_seconds"), kStartSeconds - 3'600);
  EXPECT_EQ(value("ready"), 1);
  EXPECT_DOUBLE_EQ(value("state_read_seconds"), 0.004);
  EXPECT_EQ(value(R"(push_answers_total{route="webhook",status="503"})"), 1);
  EXPECT_EQ(value(R"(push_batches_total{outcome="stored"})"), 10);
  EXPECT_EQ(value("last_push_timestamp_seconds"), kStartSeconds - 9);
  EXPECT_EQ(value("http_open_connections"), 2);
  EXPECT_EQ(value("http_connections_total"), 17);
  EXPECT_EQ(value("http_evicted_connections_total"), 1);
  EXPECT_EQ(value("http_refused_requests_total"), 4);
  EXPECT_EQ(value(R"(export_budget_exports{project="web"})"), 500);
  EXPECT_EQ(value(R"(export_budget_left_exports{project="web"})"), 123);
}

TEST(MetricsText, SyncThatNeverRanHasWhatIsKnownOfIt) {
  Metrics metrics;
  SyncFigures& sync = metrics.figures.syncs.emplace_back();
  sync.key = {ProjectName(), CohortId("new"), DestinationName("cordial")};
  sync.next_run = FakeClock::kStart;
  const Exposition all = ParseExposition(MetricsText(metrics));
  EXPECT_THAT(all.problems, IsEmpty());
  const std::string labels = R"({cohort="new",list="",destination="cordial"})";
  EXPECT_EQ(all.Value("cohort_sync_next_run_timestamp_seconds" + labels), kStartSeconds);
  EXPECT_FALSE(all.samples.contains("cohort_sync_pending_operations" + labels));
}

TEST(MetricsText, LabelsAreEscaped) {
  Metrics metrics;
  metrics.figures.budgets.push_back({.project = "a\"b\\c\nd", .limit = 1, .left = 1});
  const Exposition all = ParseExposition(MetricsText(metrics));
  EXPECT_THAT(all.problems, IsEmpty());
  EXPECT_EQ(all.Value(R"(cohort_sync_export_budget_exports{project="a\"b\\c\nd"})"), 1);
}

}  // namespace
}  // namespace cohort_sync::web
