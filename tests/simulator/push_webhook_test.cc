#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "simulator/push_fixture.h"

namespace cohort_sync::simulator {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

class PushWebhookTest : public PushFixture {};

TEST_F(PushWebhookTest, TheFirstRunSendsEverybodyAsDocumented) {
  const PushRun run = Create("webhook", R"("secret":"s3cret","properties":["email","plan"])");
  EXPECT_EQ(run.error, "");
  EXPECT_EQ(run.entered, 3);
  const auto requests = receiver_.Take();
  ASSERT_EQ(requests.size(), 1U);
  EXPECT_EQ(requests[0].method, "POST");
  EXPECT_EQ(requests[0].target, "/hook");
  EXPECT_EQ(requests[0].headers.Find("Content-Type"), "application/json");
  EXPECT_EQ(requests[0].headers.Find("User-Agent"), "Amplitude/Webhook/1.0");
  EXPECT_EQ(requests[0].headers.Find("Authorization"), "Bearer s3cret");
  const Json body = Json::parse(requests[0].body);
  EXPECT_EQ(body.at("cohort_name"), "very important");
  EXPECT_EQ(body.at("cohort_id"), "vip1");
  EXPECT_EQ(body.at("in_cohort"), true);
  EXPECT_EQ(body.at("computed_time"), "1795240800");
  EXPECT_THAT(body.at("message_id").get<std::string>(), HasSubstr("::enter::0"));
  EXPECT_EQ(
      body.at("users").at(0),
      (Json{{"user_id", "a@example.com"}, {"user_properties", {{"email", "a@example.com"}}}}));
}

TEST_F(PushWebhookTest, LaterRunsSendTheDifference) {
  Create("webhook");
  receiver_.Take();
  Enter({"d@example.com"});
  Leave({"a@example.com", "b@example.com"});
  const PushRun run = Run();
  EXPECT_EQ(run.entered, 1);
  EXPECT_EQ(run.left, 2);
  EXPECT_THAT(TakeChanges(),
              ElementsAre("enter d@example.com", "exit a@example.com", "exit b@example.com"));
  EXPECT_EQ(Run().requests, 0);
}

TEST_F(PushWebhookTest, BatchesHaveTheConfiguredSizeAndTheirOwnIds) {
  EXPECT_EQ(Create("webhook", R"("batch_size":2)").messages, 2);
  std::vector<std::string> ids;
  std::set<std::string> runs;
  for (const http::Request& request : receiver_.Take()) {
    const std::string id = MessageIdOf(request);
    runs.insert(id.substr(0, id.find("::")));
    ids.push_back(id.substr(id.find("::")));
  }
  EXPECT_THAT(ids, UnorderedElementsAre("::enter::0", "::enter::1"));
  EXPECT_EQ(runs.size(), 1U);
}

TEST_F(PushWebhookTest, ALateAnswerGetsTheSameMessageOnceMore) {
  switches().timeout_ms = 100;
  receiver_.Next({PushReceiver::Late()});
  const PushRun run = Create("webhook");
  EXPECT_EQ(run.error, "");
  EXPECT_GE(run.repeats, 1);
  const auto requests = receiver_.Take();
  ASSERT_GE(requests.size(), 2U);
  EXPECT_EQ(requests[0].body, requests[1].body);
}

TEST_F(PushWebhookTest, ALostAnswerGetsTheSameMessageOnceMore) {
  switches().answer_lost.next = 1;
  const PushRun run = Create("webhook", R"("batch_size":2)");
  EXPECT_EQ(run.error, "");
  EXPECT_THAT(run.answers, ElementsAre(Pair("200", 2), Pair("none", 1)));
  EXPECT_EQ(run.repeats, 1);
  std::multiset<std::string> bodies;
  for (const http::Request& request : receiver_.Take())
    bodies.insert(request.body);
  EXPECT_EQ(bodies.size(), 3U);
  EXPECT_EQ(std::set<std::string>(bodies.begin(), bodies.end()).size(), 2U);
  EXPECT_EQ(switches().answer_lost.next, 0);
}

TEST_F(PushWebhookTest, FailuresAreRepeatedEightTimes) {
  receiver_.Next(std::vector<http::Reply>(9, PushReceiver::Status(503, "full")));
  const PushRun run = Create("webhook");
  EXPECT_EQ(run.error, "POST /hook: http 503: full, at attempt 9");
  EXPECT_EQ(run.requests, 9);
  EXPECT_EQ(run.repeats, 8);
  EXPECT_EQ(run.last_problem, "http 503: full");
  EXPECT_EQ(pusher_.Find("vip1")->state, PushState::kFailing);
}

TEST_F(PushWebhookTest, AFailedRunIsMadeUpForByTheNextUnderANewId) {
  switches().retries = 0;
  switches().parallel = 1;
  receiver_.Next({PushReceiver::Status(200), PushReceiver::Status(500)});
  EXPECT_NE(Create("webhook", R"("batch_size":1)").error, "");
  const auto first = receiver_.Take();
  ASSERT_EQ(first.size(), 2U);
  Enter({"d@example.com"});
  EXPECT_EQ(Run().error, "");
  const auto second = receiver_.Take();
  EXPECT_EQ(second.size(), 4U);
  EXPECT_NE(MessageIdOf(second[0]), MessageIdOf(first[0]));
  EXPECT_EQ(pusher_.Find("vip1")->state, PushState::kActive);
}

// Why a difference to the last success proves nothing about completeness.
TEST_F(PushWebhookTest, WhoEnteredInAFailedRunAndLeftBeforeTheNextIsNeverTakenBack) {
  switches().retries = 0;
  switches().parallel = 1;
  receiver_.Next({PushReceiver::Status(200), PushReceiver::Status(500)});
  Create("webhook", R"("batch_size":1)");
  EXPECT_THAT(TakeChanges(), ElementsAre("enter a@example.com", "enter b@example.com"));
  Leave({"a@example.com"});
  EXPECT_EQ(Run().error, "");
  EXPECT_THAT(TakeChanges(), ElementsAre("enter b@example.com", "enter c@example.com"));
}

TEST_F(PushWebhookTest, DuplicatesFollowAllTheOthers) {
  switches().duplicates.next = 1;
  switches().parallel = 1;
  const PushRun run = Create("webhook", R"("batch_size":1)");
  EXPECT_EQ(run.requests, 4);
  EXPECT_EQ(run.repeats, 0);
  const auto requests = receiver_.Take();
  ASSERT_EQ(requests.size(), 4U);
  EXPECT_EQ(requests[3].body, requests[0].body);
}

TEST_F(PushWebhookTest, ShuffledMessagesAreAllSent) {
  switches().shuffled = true;
  switches().parallel = 1;
  std::vector<std::string> emails;
  for (int i = 0; i < 20; ++i)
    emails.push_back(Format("m{:02}@example.com", i));
  PutCohort(emails);
  Create("webhook", R"("batch_size":1)");
  std::vector<std::string> order;
  for (const http::Request& request : receiver_.Take())
    order.push_back(Json::parse(request.body).at("users").at(0).at("user_id"));
  EXPECT_NE(order, emails);
  std::sort(order.begin(), order.end());
  EXPECT_EQ(order, emails);
}

TEST_F(PushWebhookTest, WhoLeavesHasTheNewestPropertiesOrThoseItEnteredWith) {
  for (const bool as_entered : {false, true}) {
    switches().exits_as_entered = as_entered;
    const auto put = [&](const char* members) {
      project_.PutCohort(ParseCohort("vip1", members).value());
    };
    put(R"({"name":"n","members":[{"user_id":"u1","properties":{"email":"old@example.com"}}]})");
    Create("webhook", R"("properties":["email"])");
    put(R"({"name":"n","members":[{"user_id":"u1","properties":{"email":"new@example.com"}}]})");
    EXPECT_EQ(Run().requests, 0);
    put(R"({"name":"n","members":[]})");
    receiver_.Take();
    Run();
    const auto requests = receiver_.Take();
    ASSERT_EQ(requests.size(), 1U);
    EXPECT_EQ(Json::parse(requests[0].body).at("users").at(0).at("user_properties").at("email"),
              as_entered ? "old@example.com" : "new@example.com");
  }
}

TEST_F(PushWebhookTest, AOneTimePushOnlyAdds) {
  Create("webhook", R"("frequency":"once")");
  receiver_.Take();
  Leave({"a@example.com"});
  Run();
  EXPECT_THAT(TakeChanges(), ElementsAre("enter b@example.com", "enter c@example.com"));
}

TEST_F(PushWebhookTest, AnArchivedCohortFailsTheRunAndPausesThePush) {
  Create("webhook");
  receiver_.Take();
  ASSERT_TRUE(project_.ChangeCohort("vip1", std::nullopt, true));
  EXPECT_EQ(Run().error, "cohort 'vip1' is archived");
  EXPECT_EQ(pusher_.Find("vip1")->state, PushState::kPaused);
  EXPECT_EQ(pusher_.Run("vip1").error().message(),
            "the push of cohort 'vip1' is paused: cohort 'vip1' is archived; POST "
            "/pushes/vip1/resume");
  ASSERT_TRUE(project_.ChangeCohort("vip1", std::nullopt, false));
  ASSERT_TRUE(pusher_.Resume("vip1"));
  EXPECT_EQ(Run().error, "");
  EXPECT_THAT(receiver_.Take(), IsEmpty());
}

TEST_F(PushWebhookTest, ReplacingAPushSendsEverybodyAgain) {
  Create("webhook");
  Create("webhook");
  EXPECT_EQ(receiver_.Take().size(), 2U);
}

TEST_F(PushWebhookTest, NobodyListeningIsToldAsTheReason) {
  switches().retries = 0;
  PushSettings settings = Settings("webhook");
  settings.base_url = "http://127.0.0.1:1";
  const PushRun run = pusher_.Wait("vip1", pusher_.Create("vip1", settings).value()).value();
  EXPECT_THAT(run.error, HasSubstr("POST /hook: http://127.0.0.1:1"));
  EXPECT_THAT(run.answers, ElementsAre(Pair("none", 1)));
}

TEST_F(PushWebhookTest, AStopEndsARunThatWaitsForItsAnswer) {
  receiver_.Next({PushReceiver::Late()});
  switches().timeout_ms = 3'600'000;
  const std::int64_t run = pusher_.Create("vip1", Settings("webhook")).value();
  EXPECT_EQ(pusher_.Run("vip1").error().message(),
            "run 1 of the push of cohort 'vip1' is under way");
  pusher_.Stop();
  EXPECT_EQ(pusher_.Wait("vip1", run)->error, "stopped");
  EXPECT_EQ(pusher_.Run("vip1").error().code(), ErrorCode::kInterrupted);
}

TEST_F(PushWebhookTest, WhatWasSentIsLoggedWithoutTheSecret) {
  receiver_.Next({PushReceiver::Status(429)});
  Create("webhook", R"("headers":{"X-Cohort-Sync-Secret":"s3cret"})");
  const std::vector<LoggedRequest> sent = pusher_.Sent({});
  ASSERT_EQ(sent.size(), 2U);
  EXPECT_EQ(sent[0].status, 429);
  EXPECT_EQ(sent[1].status, 200);
  EXPECT_EQ(sent[0].target, "/hook");
  EXPECT_FALSE(sent[0].headers.Find("X-Cohort-Sync-Secret"));
  pusher_.ClearLog();
  EXPECT_THAT(pusher_.Sent({}), IsEmpty());
}

TEST_F(PushWebhookTest, FinishedRunsAreGivenOutOnce) {
  Create("webhook");
  Run();
  const auto finished = pusher_.TakeFinished();
  ASSERT_EQ(finished.size(), 2U);
  EXPECT_EQ(RunText(finished[0].first, finished[0].second),
            "run 1 of the push of cohort 'vip1': 3 enter, 0 leave; 1 request (1 × 200)");
  EXPECT_EQ(RunText(finished[1].first, finished[1].second),
            "run 2 of the push of cohort 'vip1': 0 enter, 0 leave; 0 requests");
  EXPECT_THAT(pusher_.TakeFinished(), IsEmpty());
}

}  // namespace
}  // namespace cohort_sync::simulator
