#include "sync/alerts.h"

#include <algorithm>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "support/fake_clock.h"

namespace cohort_sync {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr TimePoint kNow = FakeClock::kStart;

// What may be wrong with the one sync and the one project.
class AlertsTest : public ::testing::Test {
 protected:
  AlertsTest() {
    SyncFigures& first = figures.syncs.emplace_back();
    first.key = {ProjectName("web"), CohortId("vip"), DestinationName("cordial")};
    first.list = "vips";
    first.period = std::chrono::hours(1);
    first.state.emplace();
    first.state->binding.cohort_name = "VIPs";
    first.state->desired = 1'000;
    first.state->last_success = kNow;
    first.push.emplace();
    figures.budgets.push_back({.project = "web", .limit = 500, .left = 400});
    Ran(RunState::kSucceeded);
  }
  SyncFigures& sync() { return figures.syncs.front(); }
  void Ran(RunState state, const std::string& error = "") {
    RunReport run;
    run.id = RunId(++runs_);
    run.state = state;
    run.error = error;
    sync().last_run = run;
  }
  // "failed" and "recovered: failed", of what is told now.
  std::vector<std::string> Told(TimePoint now = kNow) {
    told = UpdateAlerts(Judge(figures, thresholds, now), raised);
    std::vector<std::string> words;
    for (const AlertMessage& message : told)
      words.push_back((message.recovered ? "recovered: " : "") +
                      std::string(ToString(message.kind)));
    return words;
  }

  DaemonFigures figures;
  AlertThresholds thresholds;
  RaisedAlerts raised;
  std::vector<AlertMessage> told;

 private:
  std::int64_t runs_ = 0;
};

TEST_F(AlertsTest, NothingIsToldWhileAllIsWell) {
  EXPECT_THAT(Told(), IsEmpty());
}

TEST_F(AlertsTest, FailureIsToldOnceAndItsEndOnce) {
  Ran(RunState::kFailed, "amplitude: 403");
  EXPECT_THAT(Told(), ElementsAre("failed"));
  EXPECT_EQ(told[0].message, "'VIPs' (vip): run 2 failed: amplitude: 403");
  EXPECT_EQ(told[0].next_step, "cohort-sync run 2");
  EXPECT_EQ(told[0].run, RunId(2));
  EXPECT_EQ(told[0].list, "vips");
  EXPECT_THAT(Told(), IsEmpty());
  Ran(RunState::kFailed, "amplitude: 500");
  EXPECT_THAT(Told(), IsEmpty());
  Ran(RunState::kDelivering);
  EXPECT_THAT(Told(), IsEmpty());
  Ran(RunState::kInterrupted);
  EXPECT_THAT(Told(), IsEmpty());
  Ran(RunState::kParked);
  EXPECT_THAT(Told(), ElementsAre("recovered: failed"));
  EXPECT_EQ(told[0].message, "'VIPs' (vip): run 6 went through");
  EXPECT_THAT(Told(), IsEmpty());
}

TEST_F(AlertsTest, AddressesAreLeftOutOfWhatAServiceSaid) {
  Ran(RunState::kFailed, "no: anna@example.com is unknown");
  EXPECT_THAT(Told(), ElementsAre("failed"));
  EXPECT_THAT(told[0].message, HasSubstr("no: [address] is unknown"));
}

TEST_F(AlertsTest, StopExplainsTheFailureThatCameWithIt) {
  Ran(RunState::kFailed, "25 of 100 were refused, last: no bob@example.com");
  sync().state->binding.stopped_reason = sync().last_run->error;
  EXPECT_THAT(Told(), ElementsAre("stopped"));
  EXPECT_THAT(told[0].message, Not(HasSubstr("example.com")));
  EXPECT_EQ(told[0].message,
            "'VIPs' (vip): is stopped; nothing is delivered until a person decides");
  EXPECT_EQ(told[0].next_step, "cohort-sync status");
  sync().state->binding.stopped_reason.clear();
  Ran(RunState::kSucceeded);
  EXPECT_THAT(Told(), ElementsAre("recovered: stopped"));
  EXPECT_EQ(told[0].message, "'VIPs' (vip): is delivered again");
}

TEST_F(AlertsTest, HoldIsToldWithItsNumbersAndItsRun) {
  Ran(RunState::kHeld);
  sync().state->hold = OpenHold{.run = RunId(2), .removals = 900, .adds = 0};
  EXPECT_THAT(Told(), ElementsAre("held"));
  EXPECT_EQ(told[0].message,
            "'VIPs' (vip): run 2 holds 900 removals and 0 adds until a person approves them");
  EXPECT_EQ(told[0].numbers.at("held_removals"), 900);
  EXPECT_EQ(told[0].next_step, "cohort-sync run 2");
  sync().state->hold.reset();
  EXPECT_THAT(Told(), ElementsAre("recovered: held"));
  EXPECT_EQ(told[0].message, "'VIPs' (vip): nothing is held any more");
}

TEST_F(AlertsTest, ParkedAreToldAboveTheirShareOnly) {
  sync().state->parked = {.refused = 20, .exhausted = 30, .unknown_contact = 500};
  EXPECT_THAT(Told(), IsEmpty());
  sync().state->parked.refused = 21;
  EXPECT_THAT(Told(), ElementsAre("parked"));
  EXPECT_EQ(told[0].message,
            "'VIPs' (vip): 51 operations are parked of a list of 1,000 (more than 5 %)");
  EXPECT_EQ(told[0].next_step, "cohort-sync retry vip");
  thresholds.parked_percent = 0;
  sync().state->parked = {};
  EXPECT_THAT(Told(), ElementsAre("recovered: parked"));
  sync().state->parked.exhausted = 1;
  EXPECT_THAT(Told(), ElementsAre("parked"));
  EXPECT_EQ(told[0].message,
            "'VIPs' (vip): 1 operation is parked of a list of 1,000 (more than 0 %)");
  sync().state->parked = {.refused = 21, .exhausted = 30, .unknown_contact = 500};
  thresholds.parked_percent = 6;
  EXPECT_THAT(Told(), ElementsAre("recovered: parked"));
  EXPECT_EQ(told[0].message, "'VIPs' (vip): 51 of 1,000 contacts parked");
}

TEST_F(AlertsTest, NothingSyncedForTooLongIsToldUnlessAPersonPausedIt) {
  EXPECT_THAT(Told(kNow + std::chrono::hours(3)), IsEmpty());
  sync().state->binding.paused_at = kNow;
  EXPECT_THAT(Told(kNow + std::chrono::hours(4)), IsEmpty());
  sync().state->binding.paused_at.reset();
  EXPECT_THAT(Told(kNow + std::chrono::hours(4)), ElementsAre("overdue"));
  EXPECT_EQ(told[0].message, "'VIPs' (vip): was last synced 4 h ago (more than 3 h)");
  thresholds.overdue_after = std::chrono::hours(10);
  EXPECT_THAT(Told(kNow + std::chrono::hours(4)), ElementsAre("recovered: overdue"));
  EXPECT_EQ(told[0].message, "'VIPs' (vip): was synced again");
}

TEST_F(AlertsTest, GapOfPushesIsTold) {
  sync().push->gap = InboxGap{kNow, "a push was answered 503"};
  EXPECT_THAT(Told(), ElementsAre("push_gap"));
  EXPECT_EQ(told[0].message,
            "'VIPs' (vip): the list may lack changes since 2026-11-21T06:00:00Z: a push was "
            "answered 503");
  sync().push->gap.reset();
  EXPECT_THAT(Told(), ElementsAre("recovered: push_gap"));
  EXPECT_EQ(told[0].message, "'VIPs' (vip): was read as a whole");
}

TEST_F(AlertsTest, BudgetIsToldWhenItRunsOut) {
  figures.budgets[0].left = 51;
  EXPECT_THAT(Told(), IsEmpty());
  figures.budgets[0].left = 50;
  EXPECT_THAT(Told(), ElementsAre("budget"));
  EXPECT_EQ(told[0].message, "project 'web': 50 exports are left of 500 this month");
  EXPECT_EQ(told[0].next_step, "cohort-sync check");
  figures.budgets[0].left = 500;
  EXPECT_THAT(Told(), ElementsAre("recovered: budget"));
  figures.budgets[0].left = 1;
  EXPECT_THAT(Told(), ElementsAre("budget"));
  EXPECT_EQ(told[0].message, "project 'web': 1 export is left of 500 this month");
  figures.budgets[0].left = 500;
  EXPECT_THAT(Told(), ElementsAre("recovered: budget"));
}

TEST_F(AlertsTest, SyncThatIsGoneLeavesWithoutAWord) {
  Ran(RunState::kFailed);
  EXPECT_THAT(Told(), ElementsAre("failed"));
  const DaemonFigures before = std::exchange(figures, {});
  EXPECT_THAT(Told(), IsEmpty());
  EXPECT_THAT(raised, IsEmpty());
  figures = before;
  EXPECT_THAT(Told(), ElementsAre("failed"));
}

TEST(AlertKinds, TextsAreReadBack) {
  for (const AlertKind kind : kAlertKinds)
    EXPECT_EQ(ParseAlertKind(ToString(kind)), kind);
  EXPECT_EQ(ParseAlertKind("recovered"), std::nullopt);
}

// Of any history of any alerts: for each, told and recovered take turns, beginning with told; what
// is told at the end is what was last decided.
RC_GTEST_PROP(UpdateAlerts, EveryChangeIsToldOnceAndNothingElse, ()) {
  using History = std::vector<std::map<std::pair<int, int>, int>>;
  const auto history = *rc::gen::arbitrary<History>();
  RaisedAlerts raised;
  std::map<AlertKey, bool> told;
  std::map<AlertKey, AlertState> decided;
  for (const auto& moment : history) {
    Judgement judgement;
    for (int subject = 0; subject < 3; ++subject) {
      for (const AlertKind kind : {AlertKind::kFailed, AlertKind::kHeld}) {
        const AlertKey key{std::to_string(subject), kind};
        const auto chosen = moment.find({subject, static_cast<int>(kind)});
        const auto state = static_cast<AlertState>(
            chosen == moment.end() ? 0 : static_cast<unsigned>(chosen->second) % 3);
        AlertMessage message;
        message.kind = kind;
        message.cohort = key.subject;
        judgement[key] = {state, message};
        if (state != AlertState::kUndecided) decided[key] = state;
      }
    }
    for (const AlertMessage& message : UpdateAlerts(judgement, raised)) {
      bool& is_told = told[{message.cohort, message.kind}];
      RC_ASSERT(is_told == message.recovered);
      is_told = !message.recovered;
    }
    RC_ASSERT(UpdateAlerts(judgement, raised).empty());
  }
  for (const auto& [key, state] : decided)
    RC_ASSERT(told[key] == (state == AlertState::kRaised));
}

}  // namespace
}  // namespace cohort_sync
