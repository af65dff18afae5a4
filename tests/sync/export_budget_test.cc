#include "sync/export_budget.h"

#include <algorithm>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/time_text.h"

namespace cohort_sync {
namespace {

using namespace std::chrono_literals;
using Limit = ExportTurn::Limit;

TimePoint At(const char* text) {
  return *ParseTime(text);
}
const TimePoint kNow = At("2026-11-21T06:00:00Z");

ExportCosts Finished(const std::vector<TimePoint>& times) {
  ExportCosts costs;
  for (const TimePoint time : times)
    costs.costs.push_back({time, true});
  return costs;
}
ExportCosts Finished(std::size_t number, TimePoint at) {
  return Finished(std::vector<TimePoint>(number, at));
}

TEST(ExportMonth, IsACalendarMonthOfUtc) {
  EXPECT_EQ(MonthBegin(kNow), At("2026-11-01"));
  EXPECT_EQ(MonthBegin(At("2026-11-01T00:00:00Z")), At("2026-11-01"));
  EXPECT_EQ(NextMonthBegin(At("2026-12-31T23:59:59.999Z")), At("2027-01-01"));
  EXPECT_EQ(NextMonthBegin(At("2028-02-29")), At("2028-03-01"));
}

TEST(SpentThisMonth, CountsFromTheMonthsBeginToItsEnd) {
  const ExportCosts costs = Finished({At("2026-10-31T23:59:59.999Z"),
                                      At("2026-11-01"),
                                      kNow,
                                      At("2026-11-30T23:59:59.999Z"),
                                      At("2026-12-01")});
  EXPECT_EQ(SpentThisMonth(costs, kNow), 3);
}

TEST(NextExport, IsNowWhileThereIsRoom) {
  EXPECT_EQ(NextExport({}, {}, kNow).limit, Limit::kNone);
  EXPECT_EQ(NextExport({}, {}, kNow).at, kNow);
  EXPECT_EQ(NextExport({}, Finished(59, kNow), kNow).limit, Limit::kNone);
  EXPECT_EQ(NextExport({}, Finished(499, kNow - 1h), kNow).limit, Limit::kNone);
}

TEST(NextExport, WaitsForTheNextMonthWhenThisOneIsSpent) {
  const ExportTurn turn = NextExport({}, Finished(500, kNow - 1h), kNow);
  EXPECT_EQ(turn.limit, Limit::kMonth);
  EXPECT_EQ(turn.at, At("2026-12-01"));
  EXPECT_EQ(NextExport({}, Finished(500, kNow - 1h), turn.at).limit, Limit::kNone);
}

TEST(NextExport, WaitsForTheTenMinutes) {
  const ExportTurn turn = NextExport({}, Finished(60, kNow - 4min), kNow);
  EXPECT_EQ(turn.limit, Limit::kTenMinutes);
  EXPECT_EQ(turn.at, kNow + 6min + 5s);
}

TEST(NextExport, WaitsForExportsThatAreStillPrepared) {
  ExportCosts costs = Finished(4, kNow - 20s);
  EXPECT_EQ(NextExport({}, costs, kNow).limit, Limit::kNone);
  for (ExportCost& cost : costs.costs)
    cost.finished = false;
  const ExportTurn turn = NextExport({}, costs, kNow);
  EXPECT_EQ(turn.limit, Limit::kParallel);
  EXPECT_EQ(turn.at, kNow + 45s);
}

TEST(NextExport, WaitingEndsWhenTheClockWasSetBack) {
  const ExportCosts soon = Finished(60, kNow + 5min);
  EXPECT_EQ(NextExport({}, soon, kNow).at, kNow + kExportWindow);
  EXPECT_EQ(NextExport({}, soon, kNow + 5min + kExportWindow).limit, Limit::kNone);
  EXPECT_EQ(NextExport({}, Finished(60, kNow + 1h), kNow).limit, Limit::kNone);
}

TEST(NextExport, BelievesARefusalForADay) {
  ExportCosts costs;
  costs.refusal = ExportRefusal{kNow - 1h, 500};
  ExportTurn turn = NextExport({}, costs, kNow);
  EXPECT_EQ(turn.limit, Limit::kRefused);
  EXPECT_EQ(turn.at, kNow + 23h);
  EXPECT_EQ(NextExport({}, costs, turn.at).limit, Limit::kNone);
  costs.refusal->at = At("2026-11-30T12:00:00Z");
  turn = NextExport({}, costs, At("2026-11-30T13:00:00Z"));
  EXPECT_EQ(turn.at, At("2026-12-01"));
  EXPECT_EQ(NextExport({}, costs, turn.at).limit, Limit::kNone);
}

TEST(NextExport, RefusalIsOverWhenMoreIsGrantedOrAnExportWasAccepted) {
  ExportCosts costs;
  costs.refusal = ExportRefusal{kNow - 1h, 500};
  EXPECT_EQ(NextExport({1000, 60, 4}, costs, kNow).limit, Limit::kNone);
  costs.costs.push_back({kNow - 30min, true});
  EXPECT_EQ(NextExport({}, costs, kNow).limit, Limit::kNone);
}

// The law: who asks as soon as the rule says stays within every limit, at any time.
RC_GTEST_PROP(NextExport, WhoFollowsItStaysWithinTheLimits, ()) {
  const ExportLimits limits{*rc::gen::inRange<std::int64_t>(1, 30),
                            *rc::gen::inRange<std::int64_t>(1, 8),
                            *rc::gen::inRange<std::int64_t>(1, 4)};
  ExportCosts costs;
  TimePoint now = At("2026-11-30T23:30:00Z");
  for (int ask = 0; ask < 40; ++ask) {
    const ExportTurn turn = NextExport(limits, costs, now);
    RC_ASSERT(turn.at >= now);
    RC_ASSERT((turn.limit == Limit::kNone) == (turn.at == now));
    if (turn.at > now) {
      RC_ASSERT(NextExport(limits, costs, turn.at - Duration(1)).limit != Limit::kNone);
      RC_ASSERT(NextExport(limits, costs, turn.at).at < turn.at + kExportWindow);
    }
    now = turn.at;
    if (NextExport(limits, costs, now).limit != Limit::kNone) continue;
    costs.costs.push_back({now, *rc::gen::arbitrary<bool>()});
    const auto since = [&](TimePoint begin) {
      return std::count_if(costs.costs.begin(), costs.costs.end(), [&](const ExportCost& cost) {
        return cost.asked_at > begin;
      });
    };
    RC_ASSERT(since(now - kExportWindow) <= limits.per_ten_minutes);
    RC_ASSERT(since(MonthBegin(now) - Duration(1)) <= limits.per_month);
    const auto running =
        std::count_if(costs.costs.begin(), costs.costs.end(), [&](const ExportCost& cost) {
          return !cost.finished && cost.asked_at > now - kParallelWindow;
        });
    RC_ASSERT(running <= limits.parallel);
    now += Duration(*rc::gen::inRange(0, 120'000));
  }
}

TEST(Forecast, SaysWhatIsSpentPlannedAndLeft) {
  const auto daily = [](TimePoint until) { return (until - kNow) / 24h + 1; };
  const ExportBudget budget = Forecast({}, Finished(412, kNow - 1h), kNow, daily);
  EXPECT_EQ(budget.spent, 412);
  EXPECT_EQ(budget.left(), 88);
  EXPECT_EQ(budget.planned, 10);
  EXPECT_EQ(budget.runs_out_at, std::nullopt);
  EXPECT_EQ(budget.resets_at, At("2026-12-01"));
}

TEST(Forecast, SaysWhichPlannedExportIsOneTooMany) {
  const auto daily = [](TimePoint until) { return (until - kNow) / 24h + 1; };
  EXPECT_EQ(Forecast({}, Finished(497, kNow - 1h), kNow, daily).runs_out_at, kNow + 72h);
  EXPECT_EQ(Forecast({}, Finished(500, kNow - 1h), kNow, daily).runs_out_at, kNow);
  EXPECT_EQ(Forecast({}, Finished(500, kNow - 1h), kNow, [](TimePoint) { return 0; }).runs_out_at,
            std::nullopt);
}

TEST(Forecast, TakesAmplitudesCountWhenItIsMore) {
  const auto none = [](TimePoint) { return 0; };
  EXPECT_EQ(Forecast({}, Finished(10, kNow), kNow, none, 12).spent, 12);
  EXPECT_EQ(Forecast({}, Finished(10, kNow), kNow, none, 8).spent, 10);
}

RC_GTEST_PROP(Forecast, RunsOutAtTheExportAfterTheLastOneThatIsLeft, ()) {
  auto planned = *rc::gen::container<std::vector<std::int64_t>>(
      rc::gen::inRange<std::int64_t>(0, Duration(11 * 24h).count()));
  const auto spent = *rc::gen::inRange<std::size_t>(0, 12);
  std::sort(planned.begin(), planned.end());
  const auto until = [&](TimePoint time) {
    return std::count_if(planned.begin(), planned.end(), [&](std::int64_t at) {
      return kNow + Duration(at) <= time;
    });
  };
  const ExportBudget budget = Forecast({10, 60, 4}, Finished(spent, kNow - 1h), kNow, until);
  RC_ASSERT(budget.planned == until(At("2026-12-01") - Duration(1)));
  const auto first_too_many = static_cast<std::size_t>(budget.left());
  if (budget.planned <= budget.left()) {
    RC_ASSERT(!budget.runs_out_at);
  } else {
    RC_ASSERT(budget.runs_out_at == kNow + Duration(planned[first_too_many]));
  }
}

}  // namespace
}  // namespace cohort_sync
