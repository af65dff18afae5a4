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

class PushListsTest : public PushFixture {};

TEST_F(PushListsTest, TheFirstRunCreatesTheListAndAddsEverybody) {
  const PushRun run = Create("lists", R"("secret":"k3y","identifier":"email")");
  EXPECT_EQ(run.error, "");
  EXPECT_EQ(run.messages, 2);
  EXPECT_EQ(pusher_.Find("vip1")->list_id, "L1");
  const auto requests = receiver_.Take();
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_EQ(requests[0].target, "/hook");
  EXPECT_EQ(requests[0].headers.Find("Authorization"), http::BasicAuthorization("k3y", ""));
  EXPECT_EQ(requests[0].body,
            R"({"name":"[Amplitude] very important: vip1","context":{"integration":)"
            R"({"name":"Amplitude Cohort Sync","version":"1.0.0"}}})");
  EXPECT_EQ(requests[1].target, "/hook/L1/add");
  EXPECT_EQ(requests[1].body,
            R"({"userIds":["a@example.com","b@example.com","c@example.com"],"context":)"
            R"({"integration":{"name":"Amplitude Cohort Sync","version":"1.0.0"}}})");
}

TEST_F(PushListsTest, LaterRunsAddAndRemoveOnTheSameList) {
  Create("lists");
  receiver_.Take();
  Enter({"d@example.com"});
  Leave({"a@example.com"});
  switches().parallel = 1;
  EXPECT_EQ(Run().error, "");
  EXPECT_THAT(
      receiver_.TakeLists(),
      ElementsAre(R"(/hook/L1/add ["d@example.com"])", R"(/hook/L1/remove ["a@example.com"])"));
}

TEST_F(PushListsTest, ACreationWhoseAnswerWasLostIsSentAgain) {
  switches().answer_lost.next = 1;
  EXPECT_EQ(Create("lists").error, "");
  EXPECT_THAT(
      receiver_.TakeLists(),
      ElementsAre(
          "/hook", "/hook", R"(/hook/L1/add ["a@example.com","b@example.com","c@example.com"])"));
}

TEST_F(PushListsTest, DuplicatesAreOfBatchesNotOfTheCreation) {
  switches().duplicates.next = 1;
  switches().parallel = 1;
  Create("lists", R"("batch_size":2)");
  EXPECT_THAT(receiver_.TakeLists(),
              ElementsAre("/hook",
                          R"(/hook/L1/add ["a@example.com","b@example.com"])",
                          R"(/hook/L1/add ["c@example.com"])",
                          R"(/hook/L1/add ["a@example.com","b@example.com"])"));
}

TEST_F(PushListsTest, AnAnswerWithoutTheIdWhereItIsLookedForFailsTheRun) {
  receiver_.Next({PushReceiver::Status(200, R"({"listId":"L7"})")});
  EXPECT_EQ(Create("lists").error,
            R"(POST /hook: a required response value was missing: 'response.listId' in )"
            R"({"listId":"L7"})");
  EXPECT_EQ(receiver_.Take().size(), 1U);
  switches().list_id_path = ListIdPath::kFlat;
  receiver_.Next({PushReceiver::Status(200, R"({"listId":"L7"})")});
  EXPECT_EQ(Run().error, "");
  EXPECT_THAT(receiver_.TakeLists(), ElementsAre("/hook", HasSubstr("/hook/L7/add")));
}

TEST_F(PushListsTest, AFailedRunKeepsItsListAndIsMadeUpForByTheNext) {
  switches().retries = 0;
  switches().parallel = 1;
  receiver_.Next({PushReceiver::Status(200, R"({"response":{"listId":5}})"),
                  PushReceiver::Status(200),
                  PushReceiver::Status(503)});
  EXPECT_NE(Create("lists", R"("batch_size":1)").error, "");
  receiver_.Take();
  EXPECT_EQ(Run().error, "");
  EXPECT_THAT(receiver_.TakeLists(),
              ElementsAre(R"(/hook/5/add ["a@example.com"])",
                          R"(/hook/5/add ["b@example.com"])",
                          R"(/hook/5/add ["c@example.com"])"));
}

TEST_F(PushListsTest, AnUnknownListFailsAndThenPausesThePush) {
  switches().retry_refusals = false;
  Create("lists");
  Enter({"d@example.com"});
  receiver_.Next({PushReceiver::Status(404), PushReceiver::Status(404)});
  EXPECT_EQ(Run().error, "POST /hook/L1/add: http 404: , at attempt 1");
  EXPECT_EQ(pusher_.Find("vip1")->state, PushState::kFailing);
  Run();
  EXPECT_EQ(pusher_.Find("vip1")->state, PushState::kPaused);
  EXPECT_EQ(pusher_.Run("vip1").error().code(), ErrorCode::kRejected);
  ASSERT_TRUE(pusher_.Resume("vip1"));
  EXPECT_EQ(Run().error, "");
  EXPECT_EQ(pusher_.Find("vip1")->state, PushState::kActive);
}

TEST_F(PushListsTest, WhoLacksTheIdentifierIsSkipped) {
  project_.PutCohort(ParseCohort("vip1", R"({"name":"n","members":[{"user_id":"u1"},
      {"user_id":"u2","properties":{"email":"b@example.com"}}]})")
                         .value());
  const PushRun run = Create("lists", R"("identifier":"email")");
  EXPECT_EQ(run.entered, 1);
  EXPECT_EQ(run.skipped, 1);
  EXPECT_THAT(receiver_.TakeLists(), ElementsAre("/hook", R"(/hook/L1/add ["b@example.com"])"));
}

TEST_F(PushListsTest, AnEmptyCohortCreatesItsList) {
  PutCohort({});
  EXPECT_EQ(Create("lists").error, "");
  EXPECT_THAT(receiver_.TakeLists(), ElementsAre("/hook"));
}

TEST_F(PushListsTest, AnIdIsEncodedInItsPath) {
  receiver_.Next({PushReceiver::Status(200, R"({"response":{"listId":"a/b c"}})")});
  Create("lists");
  EXPECT_EQ(receiver_.Take().at(1).target, "/hook/a%2Fb%20c/add");
}

TEST_F(PushListsTest, FourRequestsGoOutAtOnce) {
  PutCohort({"a", "b", "c", "d", "e", "f"});
  switches().timeout_ms = 3'600'000;
  // None of the first four batches is ever answered, so four were sent without waiting.
  receiver_.Next({PushReceiver::Status(200, R"({"response":{"listId":"L1"}})"),
                  PushReceiver::Late(),
                  PushReceiver::Late(),
                  PushReceiver::Late(),
                  PushReceiver::Late()});
  const std::int64_t run = pusher_.Create("vip1", Settings("lists", R"("batch_size":1)")).value();
  std::size_t arrived = 0;
  while (arrived < 5)
    arrived += receiver_.Take().size();
  pusher_.Stop();
  EXPECT_EQ(pusher_.Wait("vip1", run)->requests, 5);
}

}  // namespace
}  // namespace cohort_sync::simulator
