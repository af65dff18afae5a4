#include "cli/report_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "support/fake_clock.h"

namespace cohort_sync {
namespace {

RunReport HeldRun() {
  RunReport run;
  run.id = RunId(4);
  run.binding = BindingId(1);
  run.cohort = "7khm89cz";
  run.cohort_name = "big spenders";
  run.list = "bigspenders";
  run.state = RunState::kHeld;
  run.started_at = FakeClock::kStart;
  run.finished_at = FakeClock::kStart + Duration(2'000);
  run.snapshot_as_of = FakeClock::kStart;
  run.origin = "amplitude export Sf7M9j";
  run.counts.rows = 105;
  run.counts.members = 101;
  run.counts.rejected = {1, 2, 0, 1};
  run.counts.unchanged = 100;
  run.counts.added = 1;
  run.counts.held_removals = 900;
  run.delivery.calls = 1;
  run.delivery.delivered = 1;
  run.notes = {"removals held: too many"};
  return run;
}

TEST(RunText, TellsTheRunInAFewLines) {
  EXPECT_EQ(RunText(HeldRun()),
            "big spenders (7khm89cz) → bigspenders\n"
            "  read       105 rows, 101 contacts (amplitude export Sf7M9j, 2026-11-21T06:00:00Z)\n"
            "  left out   4 rows: 1 missing, 2 malformed, 1 duplicate\n"
            "  change     1 to add, 0 to remove, 100 unchanged\n"
            "  held       900 removals until approved\n"
            "  delivered  1 operation in 1 call\n"
            "  note       removals held: too many\n"
            "  run 4      held, took 2 s\n");
}

TEST(RunText, OfARunThatFailedEarlyIsItsError) {
  RunReport run;
  run.id = RunId(7);
  run.cohort = "9apg8e8f";
  run.state = RunState::kFailed;
  run.error = "file 'x.csv': does not exist";
  EXPECT_EQ(RunText(run),
            "9apg8e8f\n"
            "  error      file 'x.csv': does not exist\n"
            "  run 7      failed\n");
}

RunReport RunWithCalls() {
  RunReport run = HeldRun();
  run.delivery.by_call = {{"POST /contacts",
                           {{"200", 1'204}, {"none", 1}},
                           Duration(12),
                           Duration(40),
                           Duration(180),
                           Duration(2'100)}};
  return run;
}

TEST(RunDetailsText, TellsTheAnswersAndLatenciesOfItsCalls) {
  EXPECT_EQ(RunDetailsText(RunWithCalls(), {}, {}),
            RunText(HeldRun()) +
                "\n"
                "calls           answers                  p50    p90     p99    max\n"
                "POST /contacts  1,204 × 200, 1 × none  12 ms  40 ms  180 ms  2.1 s\n");
}

TEST(RunJson, HasTheAnswersAndLatenciesOfItsCalls) {
  const auto by_call =
      nlohmann::json::parse(RunJson(RunWithCalls(), {}, {}))["delivery"]["by_call"];
  EXPECT_EQ(by_call.dump(),
            R"([{"answers":{"200":1204,"none":1},"call":"POST /contacts","max_ms":2100,)"
            R"("p50_ms":12,"p90_ms":40,"p99_ms":180}])");
}

TEST(CallsJson, IsNullWhereThereWasNoAnswer) {
  Binding binding;
  binding.key.cohort = CohortId("vip");
  binding.pins.list_name = ListName("VIP");
  OperationCall call;
  call.contact = "a@example.com";
  call.call = {.sent_at = FakeClock::kStart + Duration(7),
               .took = Duration(30'000),
               .method = "POST",
               .target = "/v2/contacts",
               .request_body = "{}",
               .answer = "no answer"};
  EXPECT_EQ(nlohmann::ordered_json::parse(CallsJson(binding, {call})).dump(),
            R"({"cohort":"vip","list":"VIP","calls":[{"sent_at":"2026-11-21T06:00:00.007Z",)"
            R"("took_ms":30000,"operation":"add","contact":"a@example.com","method":"POST",)"
            R"("target":"/v2/contacts","request":"{}","status":null,"answer":"no answer"}]})");
}

TEST(RunDetailsCsv, MakesFormulasText) {
  RejectedRow row;
  row.row = 3;
  row.reason = RejectReason::kMalformed;
  row.value = "=HYPERLINK(\"http://x\")";
  row.member = "42";
  EXPECT_EQ(
      RunDetailsCsv({row}, {}),
      "\"section\",\"reason\",\"operation\",\"row\",\"amplitude_id\",\"contact\",\"detail\"\n"
      "\"left out\",\"malformed\",\"\",\"3\",\"42\",\"'=HYPERLINK(\"\"http://x\"\")\",\"\"\n");
}

TEST(RunsText, SaysWhatToDoWhenThereAreNone) {
  EXPECT_EQ(RunsText({}, FakeClock::kStart), "no runs yet; 'cohort-sync sync' makes the first\n");
}

TEST(StatusText, NamesStoppedAndUnconfiguredBindingsWithTheNextStep) {
  SyncStatus sync;
  sync.cohort = "9apg8e8f";
  sync.name = "active users";
  sync.configured = false;
  sync.state.emplace();
  sync.state->binding.pins.list_name = ListName("activeusers");
  sync.state->binding.stopped_reason = "the list is refused";
  sync.state->desired = 12'345;
  const std::string text = StatusText({sync}, FakeClock::kStart);
  EXPECT_THAT(text, ::testing::HasSubstr("12,345"));
  EXPECT_THAT(
      text,
      ::testing::HasSubstr("cohort '9apg8e8f' is not configured any more: its rows are kept, "
                           "nothing is sent\n"));
  EXPECT_THAT(
      text,
      ::testing::HasSubstr("cohort '9apg8e8f' is stopped: the list is refused; mend it, then run "
                           "'cohort-sync retry 9apg8e8f'\n"));
}

TEST(StatusText, SaysHowFarADeliveryIsAndWhatIsParkedByReason) {
  SyncStatus sync;
  sync.cohort = "9apg8e8f";
  sync.state.emplace();
  sync.state->parked = {3, 2, 1};
  LiveDelivery& delivery = sync.state->delivery.emplace();
  delivery.updated_at = FakeClock::kStart - Duration(2'000);
  delivery.progress.done = 500;
  delivery.progress.total = 1'000;
  delivery.progress.pending = 500;
  delivery.progress.per_second = 20;
  const std::string text = StatusText({sync}, FakeClock::kStart);
  EXPECT_THAT(text,
              ::testing::HasSubstr("cohort '9apg8e8f' is being delivered, as of 2 s ago: 500 of "
                                   "1,000; 20.0 per second, 25 s left\n"));
  EXPECT_THAT(text,
              ::testing::HasSubstr("cohort '9apg8e8f': parked: 3 refused, 2 out of attempts, 1 "
                                   "not in Cordial\n"));
}

TEST(StatusJson, HasTheDeliveryWithTheLimitInForce) {
  SyncStatus sync;
  sync.cohort = "9apg8e8f";
  sync.state.emplace();
  EXPECT_THAT(StatusJson({sync}), ::testing::HasSubstr("\"delivery\": null"));
  LiveDelivery& delivery = sync.state->delivery.emplace();
  delivery.updated_at = FakeClock::kStart;
  delivery.progress.limit.kind = LimitKind::kAskedToWait;
  delivery.progress.limit.until = FakeClock::kStart + Duration(60'000);
  const std::string json = StatusJson({sync});
  EXPECT_THAT(json, ::testing::HasSubstr("\"kind\": \"asked_to_wait\""));
  EXPECT_THAT(json, ::testing::HasSubstr("\"until\": \"2026-11-21T06:01:00Z\""));
  EXPECT_THAT(json, ::testing::HasSubstr("\"seconds_left\": null"));
}

TEST(StatusText, SaysWhatWasPushedAndIsNotPlannedYet) {
  const TimePoint now = FromMillis(1'795'240'800'000);
  SyncStatus sync;
  sync.cohort = "vip";
  sync.push.emplace();
  sync.push->waiting = {2, 1'500, now - std::chrono::minutes(5)};
  EXPECT_THAT(StatusText({sync}, now),
              testing::EndsWith("cohort 'vip': 2 batches with 1,500 members pushed and not planned "
                                "yet, the oldest 5 min ago\n"));
}

TEST(StatusText, SaysWhatAReconcileIsNeededFor) {
  const TimePoint now = FromMillis(1'795'240'800'000);
  SyncStatus sync;
  sync.cohort = "vip";
  sync.push.emplace();
  sync.push->gap = {now, "a push was answered 503"};
  EXPECT_THAT(StatusText({sync}, now),
              testing::EndsWith("cohort 'vip' needs a reconcile since 2026-11-21T06:00:00Z: a push "
                                "was answered 503; give its source a \"reconcile\", which reads it "
                                "as a whole\n"));
  sync.push->reconciles = true;
  EXPECT_THAT(StatusText({sync}, now),
              testing::EndsWith("; 'cohort-sync sync vip' reads it as a whole now\n"));
}

}  // namespace
}  // namespace cohort_sync
