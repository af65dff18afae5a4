#include "cli/progress_printer.h"

#include <sstream>

#include <gtest/gtest.h>

#include "support/fake_clock.h"

namespace cohort_sync {
namespace {

TEST(ProgressPrinter, SaysWhatIsDoneTheRateAndTheTimeLeft) {
  std::ostringstream err;
  FakeClock clock;
  clock.Advance(Duration(3'600'000));  // The process is not as old as the machine.
  ProgressPrinter printer(err, clock, false);
  printer.Delivering({0, 1'000});
  clock.Advance(Duration(4'000));
  printer.Delivering({400, 1'000});
  EXPECT_EQ(err.str(), "");
  clock.Advance(Duration(1'000));
  printer.Delivering({500, 1'000});
  EXPECT_EQ(err.str(), "delivered 500 of 1,000, 100.0 per second, 5 s left\n");
}

TEST(ProgressPrinter, SaysFirstHowManyCallsAndHowLong) {
  std::ostringstream err;
  FakeClock clock;
  ProgressPrinter printer(err, clock, false);
  SyncTarget target;
  target.key.cohort = CohortId("vip");
  target.delivery.requests_per_second = 20;
  PreparedRun plan;
  plan.list = ListName("vips");
  plan.calls = 1'200;
  printer.Fetching(target);
  printer.Planned(target, plan);
  EXPECT_EQ(err.str(),
            "reading cohort 'vip'\n1,200 operations to deliver to list 'vips', about 1 min\n");
}

TEST(ProgressPrinter, IsSilentWhenQuiet) {
  std::ostringstream err;
  FakeClock clock;
  ProgressPrinter printer(err, clock, true);
  printer.Fetching({});
  printer.Delivering({0, 1});
  clock.Advance(Duration(60'000));
  printer.Delivering({1, 1});
  EXPECT_EQ(err.str(), "");
}

}  // namespace
}  // namespace cohort_sync
