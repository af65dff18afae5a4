#include <gmock/gmock.h>

#include "simulator/cordial_account.h"
#include "simulator/cordial_fixture.h"

namespace cohort_sync::simulator {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Json = nlohmann::json;

class CordialFaultsTest : public CordialFixture {
 protected:
  CordialFaultsTest() { MakeList("vip"); }
};

TEST_F(CordialFaultsTest, TheLimitHoldsPerMethodAndEndpoint) {
  switches().rate_limit = 2;
  EXPECT_EQ(Add("a@example.com", "vip").response.status, 201);
  EXPECT_EQ(Add("b@example.com", "vip").response.status, 201);
  const http::Reply reply = Add("c@example.com", "vip");
  EXPECT_EQ(reply.response.status, 429);
  EXPECT_EQ(HeaderOf(reply, "X-Rate-Limit-Limit"), "2");
  EXPECT_EQ(HeaderOf(reply, "X-Rate-Limit-Remaining"), "0");
  EXPECT_EQ(HeaderOf(reply, "Retry-After"), "1");
  EXPECT_EQ(HeaderOf(reply, "X-Rate-Limit-Reset"), "1");
  EXPECT_EQ(Remove("a@example.com", "vip").response.status, 200);
  clock_.Advance(Duration(999));
  EXPECT_EQ(Add("c@example.com", "vip").response.status, 429);
  clock_.Advance(Duration(1));
  EXPECT_EQ(Add("c@example.com", "vip").response.status, 201);
}

TEST_F(CordialFaultsTest, TheBodyOfA429HasThreeVariants) {
  switches().rate_limited.next = 3;
  switches().retry_after_seconds = 7;
  http::Reply reply = Add("a@example.com", "vip");
  EXPECT_EQ(BodyOf(reply).at("error"), true);
  EXPECT_EQ(HeaderOf(reply, "Retry-After"), "7");
  switches().rate_limit_body = RateLimitBody::kEmpty;
  reply = Add("a@example.com", "vip");
  EXPECT_EQ(reply.response.status, 429);
  EXPECT_EQ(reply.response.body, "");
  switches().rate_limit_body = RateLimitBody::kHtml;
  EXPECT_THAT(Add("a@example.com", "vip").response.body, HasSubstr("<h1>429"));
  EXPECT_THAT(Members("vip"), ElementsAre());
}

TEST_F(CordialFaultsTest, ErrorsOfTheServerApplyNothing) {
  switches().server_error.next = 1;
  http::Reply reply = Add("a@example.com", "vip");
  EXPECT_EQ(reply.response.status, 500);
  EXPECT_EQ(BodyOf(reply), (Json{{"error", "an error has occurred"}}));
  switches().bad_gateway.next = 1;
  reply = Add("a@example.com", "vip");
  EXPECT_EQ(reply.response.status, 502);
  EXPECT_THAT(reply.response.body, HasSubstr("<html>"));
  switches().unavailable.next = 1;
  EXPECT_EQ(Add("a@example.com", "vip").response.status, 503);
  EXPECT_THAT(Members("vip"), ElementsAre());
  EXPECT_EQ(Add("a@example.com", "vip").response.status, 201);
}

TEST_F(CordialFaultsTest, AResetBeforeAppliesNothingAndAResetAfterEverything) {
  switches().reset_before.next = 1;
  EXPECT_TRUE(Add("a@example.com", "vip").reset_connection);
  EXPECT_THAT(Members("vip"), ElementsAre());
  switches().reset_after.next = 1;
  EXPECT_TRUE(Add("a@example.com", "vip").reset_connection);
  EXPECT_THAT(Members("vip"), ElementsAre("a@example.com"));
}

TEST_F(CordialFaultsTest, ALateWriteLandsAfterANewerOne) {
  switches().late_write.next = 1;
  switches().late_ms = 3000;
  EXPECT_TRUE(Add("a@example.com", "vip").reset_connection);
  Add("a@example.com", "vip");
  Remove("a@example.com", "vip");
  clock_.Advance(Duration(2999));
  EXPECT_THAT(Members("vip"), ElementsAre());
  clock_.Advance(Duration(1));
  EXPECT_THAT(Members("vip"), ElementsAre("a@example.com"));
}

TEST_F(CordialFaultsTest, ACutBodyEndsInTheMiddleAfterApplying) {
  switches().cut_body.next = 1;
  const http::Reply reply = Add("a@example.com", "vip");
  EXPECT_EQ(reply.cut_after, reply.response.body.size() / 2);
  EXPECT_GT(reply.response.body.size(), 2U);
  EXPECT_THAT(Members("vip"), ElementsAre("a@example.com"));
}

TEST_F(CordialFaultsTest, SlowAnswersAreDelayedAndApplied) {
  switches().latency_ms = 20;
  EXPECT_EQ(Add("a@example.com", "vip").delay, Duration(20));
  switches().slow.next = 1;
  switches().slow_ms = 700;
  EXPECT_EQ(Remove("a@example.com", "vip").delay, Duration(720));
  EXPECT_THAT(Members("vip"), ElementsAre());
}

TEST_F(CordialFaultsTest, FaultsCanBeKeptToContactWrites) {
  switches().fault_scope = FaultScope::kContactWrites;
  switches().server_error.next = 1;
  EXPECT_EQ(Send("GET", "/v2/accountlists").response.status, 200);
  EXPECT_EQ(Add("a@example.com", "vip").response.status, 500);
}

TEST_F(CordialFaultsTest, AProbabilityStrikesItsShare) {
  switches().server_error.probability = 0.25;
  int struck = 0;
  for (int i = 0; i < 1000; ++i) {
    struck += Send("GET", "/v2/accountlists").response.status == 500 ? 1 : 0;
  }
  EXPECT_GT(struck, 200);
  EXPECT_LT(struck, 300);
}

}  // namespace
}  // namespace cohort_sync::simulator
