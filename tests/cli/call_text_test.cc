#include "cli/call_text.h"

#include <gtest/gtest.h>

#include "support/fake_clock.h"

namespace cohort_sync {
namespace {

TEST(LatencyText, HasTenthsOfAFewSeconds) {
  EXPECT_EQ(LatencyText(Duration(0)), "0 ms");
  EXPECT_EQ(LatencyText(Duration(999)), "999 ms");
  EXPECT_EQ(LatencyText(Duration(2'190)), "2.1 s");
  EXPECT_EQ(LatencyText(Duration(30'900)), "30 s");
}

TEST(CallSummariesText, HasALineForEachKindOfCall) {
  EXPECT_EQ(
      CallSummariesText(
          {{"POST /contacts",
            {{"200", 1'204}, {"429", 3}, {"none", 1}},
            Duration(12),
            Duration(40),
            Duration(180),
            Duration(2'100)},
           {"PUT /contacts", {{"200", 2}}, Duration(1), Duration(2), Duration(2), Duration(2)}}),
      "calls           answers                           p50    p90     p99    max\n"
      "POST /contacts  1,204 × 200, 3 × 429, 1 × none  12 ms  40 ms  180 ms  2.1 s\n"
      "PUT /contacts   2 × 200                          1 ms   2 ms    2 ms   2 ms\n");
}

TEST(CallsText, ShowsWhatWasSentAndAnswered) {
  const OperationCall answered{OperationId(1),
                               OperationKind::kRemove,
                               "a@example.com",
                               {.sent_at = FakeClock::kStart + Duration(7),
                                .took = Duration(12),
                                .method = "PUT",
                                .target = "/v2/contacts/email:a%40example.com",
                                .request_body = R"({"vip":false})",
                                .http_status = 200,
                                .answer = "{}\n"}};
  OperationCall lost = answered;
  lost.call.http_status = 0;
  lost.call.answer = "no answer";
  EXPECT_EQ(CallsText({answered, lost}),
            "time                       took  status  operation  contact        call             "
            "                       sent           answered\n"
            "2026-11-21T06:00:00.007Z  12 ms     200  remove     a@example.com  "
            "PUT /v2/contacts/email:a%40example.com  {\"vip\":false}  {}\\x0a\n"
            "2026-11-21T06:00:00.007Z  12 ms    none  remove     a@example.com  "
            "PUT /v2/contacts/email:a%40example.com  {\"vip\":false}  no answer\n");
}

}  // namespace
}  // namespace cohort_sync
