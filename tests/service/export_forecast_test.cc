#include "service/export_forecast.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/time_text.h"

namespace cohort_sync {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

TimePoint At(const char* text) {
  return *ParseTime(text);
}
const TimePoint kNow = At("2026-11-21T06:30:00Z");
const ProjectName kProject("web");

BindingKey KeyOf(const std::string& cohort) {
  return {kProject, CohortId(cohort), DestinationName("cordial")};
}

SyncConfig Exported(const std::string& cohort, const Schedule& schedule) {
  SyncConfig sync;
  sync.key = KeyOf(cohort);
  sync.snapshots = SnapshotSourceConfig{std::nullopt, schedule};
  return sync;
}

const Schedule kHourly{Frequency::kHourly, Duration(0), {}, "UTC"};
const Schedule kDaily{Frequency::kDaily, Duration(0), std::chrono::minutes(360), "UTC"};
const Schedule kOnce{};

Config With(std::vector<SyncConfig> syncs, std::int64_t monthly = 500) {
  Config config;
  config.projects[kProject].exports.per_month = monthly;
  config.syncs = std::move(syncs);
  return config;
}

BindingStatus Ran(const std::string& cohort, TimePoint at) {
  BindingStatus status;
  status.binding.key = KeyOf(cohort);
  status.last_run.emplace();
  status.last_run->started_at = at;
  return status;
}

TEST(ExportBudgets, CountsTheSlotsThatAreLeftInTheMonth) {
  // 7:00 to 23:00 of the 21st, then nine days of 24.
  const auto budgets = ExportBudgets(
      With({Exported("a", kHourly)}), {Ran("a", At("2026-11-21T06:00:01Z"))}, nullptr, kNow);
  ASSERT_THAT(budgets, SizeIs(1));
  EXPECT_EQ(budgets[0].project, kProject);
  EXPECT_EQ(budgets[0].planned, 17 + 9 * 24);
  EXPECT_EQ(budgets[0].runs_out_at, std::nullopt);
}

TEST(ExportBudgets, WhatIsDueIsPlannedForNow) {
  const auto never = ExportBudgets(With({Exported("a", kDaily)}), {}, nullptr, kNow);
  EXPECT_EQ(never[0].planned, 1 + 9);
  const auto late =
      ExportBudgets(With({Exported("a", kDaily)}), {Ran("a", At("2026-11-01"))}, nullptr, kNow);
  EXPECT_EQ(late[0].planned, 1 + 9);
  const auto once = ExportBudgets(With({Exported("a", kOnce), Exported("b", kOnce)}),
                                  {Ran("a", At("2026-11-01"))},
                                  nullptr,
                                  kNow);
  EXPECT_EQ(once[0].planned, 1);
}

TEST(ExportBudgets, SaysWhenItRunsOut) {
  const auto budgets =
      ExportBudgets(With({Exported("a", kDaily), Exported("b", kDaily)}, 5),
                    {Ran("a", At("2026-11-21T06:00:00Z")), Ran("b", At("2026-11-21T06:00:00Z"))},
                    nullptr,
                    kNow,
                    {{kProject, {2, 5}}});
  EXPECT_EQ(budgets[0].spent, 2);
  EXPECT_EQ(budgets[0].planned, 18);
  EXPECT_EQ(budgets[0].runs_out_at, At("2026-11-23T06:00:00Z"));
}

TEST(ExportBudgets, AmplitudesLimitCountsWhenItIsSmaller) {
  const Config config = With({Exported("a", kDaily)}, 500);
  const auto granted = [&](std::int64_t limit) {
    return ExportBudgets(config, {}, nullptr, kNow, {{kProject, {2, limit}}})[0].granted;
  };
  EXPECT_EQ(granted(100), 100);
  EXPECT_EQ(granted(1000), 500);
}

TEST(ExportBudgets, PausedAndStoppedBindingsPlanNone) {
  BindingStatus paused = Ran("a", kNow);
  paused.binding.paused_at = kNow;
  BindingStatus stopped = Ran("b", kNow);
  stopped.binding.stopped_reason = "the list is gone";
  const auto budgets = ExportBudgets(
      With({Exported("a", kDaily), Exported("b", kDaily)}), {paused, stopped}, nullptr, kNow);
  EXPECT_EQ(budgets[0].planned, 0);
}

TEST(ExportBudgets, ProjectsWithoutExportsHaveNone) {
  SyncConfig file = Exported("a", kDaily);
  file.snapshots->file.emplace();
  SyncConfig pushed = Exported("b", kDaily);
  pushed.snapshots.reset();
  pushed.push.emplace();
  EXPECT_THAT(ExportBudgets(With({file, pushed}), {}, nullptr, kNow), IsEmpty());
}

TEST(LastScheduledStart, OfAPushedCohortIsItsLastSnapshot) {
  SyncConfig sync = Exported("a", kDaily);
  BindingStatus status = Ran("a", kNow);
  const auto last = [&] { return LastScheduledStart(sync, &status.binding, status.last_run); };
  EXPECT_EQ(LastScheduledStart(sync, nullptr, std::nullopt), std::nullopt);
  EXPECT_EQ(last(), kNow);
  sync.push.emplace();
  EXPECT_EQ(last(), std::nullopt);
  status.binding.accepted_as_of = kNow - Duration(1);
  EXPECT_EQ(last(), kNow - Duration(1));
}

}  // namespace
}  // namespace cohort_sync
