#include "cli/progress_printer.h"

#include <sstream>

#include <gtest/gtest.h>

#include "support/fake_clock.h"

namespace cohort_sync {
namespace {

DeliveryProgress Progress(std::int64_t done, std::int64_t total, double per_second = 0) {
  DeliveryProgress progress;
  progress.done = done;
  progress.total = total;
  progress.pending = total - done;
  progress.per_second = per_second;
  return progress;
}

RunReport RunTo(const std::string& list, std::int64_t id = 1) {
  RunReport run;
  run.id = RunId(id);
  run.list = list;
  return run;
}

TEST(ProgressPrinter, SaysWhatIsDoneTheRateAndTheTimeLeft) {
  std::ostringstream err;
  FakeClock clock;
  clock.Advance(Duration(3'600'000));  // The process is not as old as the machine.
  ProgressPrinter printer(err, clock, ProgressPrinter::Style::kLines);
  printer.Delivering(RunTo("vips"), Progress(0, 1'000));
  clock.Advance(Duration(4'000));
  printer.Delivering(RunTo("vips"), Progress(400, 1'000, 100));
  EXPECT_EQ(err.str(), "");
  clock.Advance(Duration(1'000));
  DeliveryProgress progress = Progress(500, 1'000, 100);
  progress.refused = 3;
  progress.exhausted = 2;
  progress.unknown_contacts = 1;
  progress.limit.kind = LimitKind::kConfiguredRate;
  progress.limit.per_second = 100;
  printer.Delivering(RunTo("vips"), progress);
  EXPECT_EQ(err.str(),
            "list 'vips': delivered 500 of 1,000, 3 refused, 2 out of attempts, 1 not in Cordial; "
            "100.0 per second, 5 s left; limit: 100 per second ('requests_per_second')\n");
}

TEST(ProgressPrinter, SaysWhatHoldsCallsUp) {
  std::ostringstream err;
  FakeClock clock;
  ProgressPrinter printer(err, clock, ProgressPrinter::Style::kLines);
  printer.Delivering(RunTo("vips"), Progress(0, 3));
  clock.Advance(Duration(5'000));
  DeliveryProgress progress = Progress(0, 3);
  progress.limit.kind = LimitKind::kAway;
  progress.limit.reason = "no connection to 'api.cordial.io'";
  printer.Delivering(RunTo("vips"), progress);
  EXPECT_EQ(err.str(),
            "list 'vips': delivered 0 of 3; limit: one call at a time, with pauses: no connection "
            "to 'api.cordial.io'\n");
}

TEST(ProgressPrinter, SaysFirstHowManyCallsAndHowLong) {
  std::ostringstream err;
  FakeClock clock;
  ProgressPrinter printer(err, clock, ProgressPrinter::Style::kLines);
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
  ProgressPrinter printer(err, clock, ProgressPrinter::Style::kSilent);
  printer.Fetching({});
  printer.Delivering(RunTo("vips"), Progress(0, 1));
  clock.Advance(Duration(60'000));
  printer.Delivering(RunTo("vips"), Progress(1, 1));
  EXPECT_EQ(err.str(), "");
}

class LiveProgress : public ::testing::Test {
 protected:
  LiveProgress() {
    clock_.Advance(Duration(3'600'000));
    SyncTarget target;
    target.key.cohort = CohortId("vip");
    printer_.Fetching(target);
    static_cast<void>(Drawn());
  }
  // What the terminal shows: the text since the line was last begun anew.
  std::string Drawn() {
    std::string text = err_.str();
    text.erase(0, text.rfind('\r') + 1);
    return text.substr(0, text.find('\x1B'));
  }

  std::ostringstream err_;
  FakeClock clock_;
  std::stop_source stop_;
  ProgressPrinter printer_{err_, clock_, ProgressPrinter::Style::kLive, stop_.get_token()};
};

TEST_F(LiveProgress, ShowsABarWhereTheEndIsKnown) {
  printer_.Reading({.bytes = 0, .total = 4'000'000});
  clock_.Advance(Duration(1'000));
  printer_.Reading({.bytes = 1'000'000, .total = 4'000'000});
  EXPECT_EQ(Drawn(),
            "reading cohort 'vip' [=====               ]  25 % 1.0 MB of 4.0 MB, 3 s left");
}

TEST_F(LiveProgress, ShowsTheRateWhereTheEndIsNotKnown) {
  printer_.Reading({});
  clock_.Advance(Duration(2'000));
  printer_.Reading({.bytes = 3'000'000});
  EXPECT_EQ(Drawn(), "reading cohort 'vip' 3.0 MB, 1.5 MB/s");
}

TEST_F(LiveProgress, ShowsHowLongAmplitudeHasBeenAtIt) {
  printer_.Reading({.waiting = true});
  clock_.Advance(Duration(12'000));
  printer_.Reading({.waiting = true});
  EXPECT_EQ(Drawn(), "reading cohort 'vip': Amplitude prepares its export, 12 s");
}

TEST_F(LiveProgress, SaysHowManyRowsAreCompared) {
  Snapshot snapshot;
  snapshot.rows = 1'200;
  printer_.Comparing(snapshot);
  EXPECT_EQ(Drawn(), "comparing 1,200 rows of cohort 'vip'");
}

TEST_F(LiveProgress, ShowsDeliveryOnOneLineThatIsTakenAway) {
  printer_.Planned({}, {});
  printer_.Delivering(RunTo("vips"), Progress(0, 1'000));
  clock_.Advance(Duration(5'000));
  printer_.Delivering(RunTo("vips"), Progress(500, 1'000, 100));
  EXPECT_EQ(Drawn(),
            "delivering [==========          ]  50 % 500 of 1,000; 100.0 per second, 5 s left");
  EXPECT_EQ(err_.str().find('\n'), std::string::npos);
  printer_.Clear();
  EXPECT_EQ(Drawn(), "");
}

TEST_F(LiveProgress, SumsUpSeveralListsAndSaysWhatIsReadBesideThem) {
  printer_.Delivering(RunTo("vips", 1), Progress(100, 1'000, 10));
  printer_.Delivering(RunTo("actives", 2), Progress(100, 1'000, 10));
  clock_.Advance(Duration(100));
  printer_.Delivering(RunTo("actives", 2), Progress(300, 1'000, 10));
  EXPECT_EQ(Drawn(),
            "delivering to 2 lists [====                ]  20 % 400 of 2,000; 20.0 per second, 1 "
            "min 20 s left; reading cohort 'vip'");
}

TEST_F(LiveProgress, ForgetsAListThatIsDone) {
  printer_.Delivering(RunTo("vips", 1), Progress(100, 1'000, 10));
  DeliveryProgress ended = Progress(1'000, 1'000);
  ended.ended = true;
  printer_.Delivering(RunTo("vips", 1), ended);
  printer_.Planned({}, {});
  printer_.Delivering(RunTo("actives", 2), Progress(100, 1'000));
  clock_.Advance(Duration(100));
  printer_.Delivering(RunTo("actives", 2), Progress(100, 1'000));
  EXPECT_EQ(Drawn(), "delivering [==                  ]  10 % 100 of 1,000");
}

TEST(ProgressPrinter, CutsALineThatIsLongerThanTheTerminal) {
  std::ostringstream err;
  FakeClock clock;
  ProgressPrinter printer(err, clock, ProgressPrinter::Style::kLive, {}, 12);
  printer.Fetching({});
  EXPECT_EQ(err.str(), "\rreading coh\x1B[K");
}

TEST_F(LiveProgress, DrawsTenTimesASecondAtTheMost) {
  printer_.Delivering(RunTo("vips"), Progress(0, 1'000));
  clock_.Advance(Duration(99));
  printer_.Delivering(RunTo("vips"), Progress(500, 1'000));
  EXPECT_EQ(Drawn(), "reading cohort 'vip'");
}

TEST_F(LiveProgress, SaysOnceWhatAStopMeans) {
  printer_.Delivering(RunTo("vips"), Progress(10, 1'000));
  stop_.request_stop();
  printer_.Delivering(RunTo("vips"), Progress(12, 1'000));
  printer_.Delivering(RunTo("vips"), Progress(14, 1'000));
  EXPECT_EQ(Drawn(), "");
  EXPECT_NE(
      err_.str().find("stopping: calls in flight are waited for and recorded, 12 of 1,000 done "
                      "so far; the rest stays pending; a second Ctrl-C ends at once\n"),
      std::string::npos);
  EXPECT_EQ(err_.str().find("stopping"), err_.str().rfind("stopping"));
}

TEST(ProgressPrinter, SaysUntilWhenALimitOfExportsIsWaitedFor) {
  std::ostringstream err;
  FakeClock clock;
  ProgressPrinter printer(err, clock, ProgressPrinter::Style::kLines);
  SyncTarget target;
  target.key.cohort = CohortId("vip");
  printer.Fetching(target);
  printer.Reading({.waiting = true, .not_before = clock.Now() + Duration(65'000)});
  printer.Reading({.waiting = true});
  EXPECT_EQ(
      err.str(),
      "reading cohort 'vip'\nreading cohort 'vip': a limit of Amplitude's exports is reached, "
      "going on at 2026-11-21T06:01:05Z\n");
}

}  // namespace
}  // namespace cohort_sync
