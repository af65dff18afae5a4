#include "web/dashboard_route.h"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace cohort_sync::web {
namespace {

using Kind = DashboardRoute::Kind;

DashboardRoute RouteOf(const std::string& target) {
  return DashboardRouteOf({.target = target});
}

TEST(DashboardRouteOf, KnowsEveryView) {
  const std::vector<std::pair<std::string, DashboardView>> views{
      {"/v1/status", DashboardView::kStatus},
      {"/v1/runs", DashboardView::kRuns},
      {"/v1/runs/7", DashboardView::kRun},
      {"/v1/runs/7/rows", DashboardView::kRunRows},
      {"/v1/runs/7/rows.csv", DashboardView::kRunRows},
      {"/v1/bindings/7/sizes", DashboardView::kSizes},
      {"/v1/bindings/7/members", DashboardView::kMembers},
      {"/v1/bindings/7/members.csv", DashboardView::kMembers},
      {"/v1/bindings/7/pending", DashboardView::kPending},
      {"/v1/bindings/7/pending.csv", DashboardView::kPending},
      {"/v1/bindings/7/parked", DashboardView::kParked},
      {"/v1/bindings/7/parked.csv", DashboardView::kParked},
      {"/v1/bindings/7/waiting", DashboardView::kWaiting},
      {"/v1/bindings/7/hold", DashboardView::kHold},
      {"/v1/bindings/7/hold.csv", DashboardView::kHold},
      {"/v1/bindings/7/calls", DashboardView::kCalls},
  };
  for (const auto& [target, view] : views) {
    const DashboardRoute route = RouteOf(target);
    EXPECT_EQ(route.kind, Kind::kView) << target;
    EXPECT_EQ(route.query.view, view) << target;
    EXPECT_EQ(route.query.csv, target.ends_with(".csv")) << target;
    EXPECT_EQ(route.query.reveal, route.query.csv) << target;
  }
  EXPECT_EQ(RouteOf("/v1/actions").kind, Kind::kActions);
  EXPECT_EQ(RouteOf("/").kind, Kind::kFile);
}

TEST(DashboardRouteOf, NothingElseIsThere) {
  for (const std::string target : {"/v1",
                                   "/v1/",
                                   "/v1/status/",
                                   "/v1//status",
                                   "/v1/runs/",
                                   "/v1/runs/-1",
                                   "/v1/runs/1/2",
                                   "/v1/runs/99999999999999999999",
                                   "/v1/bindings/7",
                                   "/v1/bindings/7/",
                                   "/v1/bindings/x/calls",
                                   "/v1/bindings/7/calls/1",
                                   "/v1/bindings/7/calls.csv",
                                   "/v1/bindings/7/waiting.csv",
                                   "/v1/bindings/7/rows",
                                   "/v1/bindings/7/.csv",
                                   "/v1/runs/7/members",
                                   "/v1/status.csv",
                                   "/v1/actions/1",
                                   "/v2/status"})
    EXPECT_EQ(RouteOf(target).kind, Kind::kNone) << target;
}

TEST(DashboardRouteOf, SaysWhatIsWrongWithTheQuery) {
  EXPECT_EQ(RouteOf("/v1/runs?limit=0").problem, "'limit' is not a number from 1 on");
  EXPECT_EQ(RouteOf("/v1/runs?limit=many").problem, "'limit' is not a number from 1 on");
  EXPECT_EQ(RouteOf("/v1/bindings/1/hold?after=-5").problem, "'after' is not where a page ended");
  for (const std::string after : {"x", "1.2.3.4", "1..2", "", "1.-2"})
    EXPECT_EQ(RouteOf("/v1/bindings/1/pending?after=" + after).problem,
              "'after' is not where a page ended")
        << after;
  EXPECT_EQ(RouteOf("/v1/runs/1/rows?kind=x").problem, "'kind' is neither add nor remove");
  EXPECT_EQ(RouteOf("/v1/runs/1/rows?state=x").problem,
            "'state' is none of pending, in_flight, delivered, parked, unneeded and superseded");
  EXPECT_EQ(RouteOf("/v1/bindings/1/parked?reason=x").problem,
            "'reason' is none of refused, exhausted and unknown_contact");
}

TEST(DashboardRouteOf, APageHasAtMostTwoHundredRows) {
  EXPECT_EQ(RouteOf("/v1/runs").query.limit, 100U);
  EXPECT_EQ(RouteOf("/v1/runs?limit=5").query.limit, 5U);
  EXPECT_EQ(RouteOf("/v1/runs?limit=1000000").query.limit, 200U);
}

TEST(DashboardRouteOf, APartOfACsvHasAtMostTwentyThousand) {
  EXPECT_EQ(RouteOf("/v1/bindings/1/members.csv").query.limit, 20'000U);
  EXPECT_EQ(RouteOf("/v1/bindings/1/members.csv?limit=1000000").query.limit, 20'000U);
  EXPECT_EQ(RouteOf("/v1/bindings/1/members.csv?limit=10").query.limit, 10U);
}

TEST(DashboardRouteOf, APageBeginsWhereOneEnded) {
  EXPECT_EQ(RouteOf("/v1/bindings/1/members").query.after, PageEnd());
  EXPECT_EQ(RouteOf("/v1/bindings/1/parked?after=7").query.after, (PageEnd{7, 0, 0}));
  EXPECT_EQ(RouteOf("/v1/bindings/1/pending?after=1.0.12").query.after, (PageEnd{1, 0, 12}));
}

TEST(DashboardRouteOf, RowsOfARunAreThoseOfAKindAndAState) {
  const DashboardQuery query = RouteOf("/v1/runs/3/rows?kind=remove&state=parked").query;
  EXPECT_EQ(query.run, RunId(3));
  EXPECT_EQ(query.kind, OperationKind::kRemove);
  EXPECT_EQ(query.state, OperationState::kParked);
}

TEST(DashboardRouteOf, EmptyValuesMeanNone) {
  const DashboardQuery query = RouteOf("/v1/bindings/1/parked?reason=&search=&cohort=").query;
  EXPECT_FALSE(query.reason);
  EXPECT_FALSE(query.cohort);
  EXPECT_EQ(query.search, "");
  EXPECT_FALSE(query.reveal);
  EXPECT_FALSE(RouteOf("/v1/runs/1?reveal=0").query.reveal);
  EXPECT_TRUE(RouteOf("/v1/runs/1?reveal=1").query.reveal);
}

}  // namespace
}  // namespace cohort_sync::web
