#include "cli/service_report.h"

#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/time_text.h"

namespace cohort_sync {
namespace {

TimePoint At(const char* text) {
  return ParseTime(text).value();
}

BindingKey Key(const char* cohort) {
  return {ProjectName("web"), CohortId(cohort), DestinationName("cordial")};
}

Config ConfigOf(const std::vector<const char*>& cohorts) {
  Config config;
  for (const char* cohort : cohorts) {
    SyncConfig sync;
    sync.key = Key(cohort);
    config.syncs.push_back(sync);
  }
  return config;
}

BindingStatus StatusOf(const char* cohort) {
  BindingStatus status;
  status.binding.key = Key(cohort);
  return status;
}

TEST(ServiceStatusLine, SaysHowManySyncsAndWhenTheNextIsDue) {
  const TimePoint now = At("2026-11-22T05:10:00Z");
  EXPECT_EQ(ServiceStatusLine(ConfigOf({"a"}), {}, At("2026-11-22T06:00:00Z"), now),
            "1 sync, next at 06:00 UTC");
  EXPECT_EQ(ServiceStatusLine(ConfigOf({"a", "b"}), {}, At("2026-11-23T06:00:00Z"), now),
            "2 syncs, next at 2026-11-23 06:00 UTC");
  EXPECT_EQ(ServiceStatusLine(ConfigOf({"a", "b"}), {}, now, now), "2 syncs, next now");
  EXPECT_EQ(ServiceStatusLine(ConfigOf({"a", "b"}), {}, std::nullopt, now), "2 syncs");
}

TEST(ServiceStatusLine, CountsWhatAPersonMayHaveToLookAt) {
  std::vector<BindingStatus> bindings = {StatusOf("a"), StatusOf("b"), StatusOf("c")};
  bindings[0].hold = OpenHold{};
  bindings[0].last_run.emplace().state = RunState::kHeld;
  bindings[1].binding.stopped_reason = "the list is gone";
  bindings[1].last_run.emplace().state = RunState::kFailed;
  bindings[2].binding.paused_at = At("2026-11-20");
  bindings[2].delivery = LiveDelivery{};
  EXPECT_EQ(ServiceStatusLine(
                ConfigOf({"a", "b", "c"}), bindings, std::nullopt, At("2026-11-22T05:10:00Z")),
            "3 syncs, 1 being delivered, 1 held, 1 stopped, 1 failed, 1 paused");
}

TEST(ServiceStatusLine, LeavesOutWhatIsNotConfiguredAnyMore) {
  std::vector<BindingStatus> bindings = {StatusOf("gone")};
  bindings[0].hold = OpenHold{};
  EXPECT_EQ(ServiceStatusLine(ConfigOf({"a"}), bindings, std::nullopt, At("2026-11-22T05:10:00Z")),
            "1 sync");
}

}  // namespace
}  // namespace cohort_sync
