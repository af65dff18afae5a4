#include "web/push_receiver.h"

#include <atomic>
#include <optional>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/log.h"
#include "web/receiver_world.h"

namespace cohort_sync::web {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

class PushReceiverTest : public ::testing::Test {
 protected:
  PushReceiverTest() { SetLogLevel(LogLevel::kOff); }
  ~PushReceiverTest() override { SetLogLevel(LogLevel::kWarning); }
  PushReceiverTest(const PushReceiverTest&) = delete;
  PushReceiverTest& operator=(const PushReceiverTest&) = delete;

  ReceiverWorld world;
};

constexpr const char* kNoCohort =
    R"({"error":"cohort 'other' is not pushed here; give it a sync with a source of type 'push'; )"
    R"(pushed here: '9apg8e8f' ('active users'), '26umsb5'"})";

TEST_F(PushReceiverTest, StoredBatchIsAnsweredOk) {
  const Received answer = world.Push("/amplitude/webhook", "9apg8e8f m1");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "{}");
  EXPECT_THAT(answer.head, HasSubstr("Content-Type: application/json\r\n"));
  EXPECT_THAT(answer.head, HasSubstr("Connection: close\r\n"));
  const auto batches = world.inbox.batches();
  ASSERT_THAT(batches, SizeIs(1));
  EXPECT_EQ(batches[0].head.cohort, CohortId("9apg8e8f"));
  EXPECT_EQ(batches[0].head.message_id, "m1");
  EXPECT_EQ(batches[0].received_at, FakeClock::kStart);
  EXPECT_EQ(batches[0].body, "9apg8e8f m1");
  EXPECT_THAT(world.inbox.gaps(), IsEmpty());
}

TEST_F(PushReceiverTest, ListCallsAreBatchesOfTheirCohort) {
  EXPECT_EQ(world.Push("/amplitude/lists/26umsb5/add", "a").status, 200);
  EXPECT_EQ(world.Push("/amplitude/lists/26umsb5/remove?x=y", "b").status, 200);
  const auto batches = world.inbox.batches();
  ASSERT_THAT(batches, SizeIs(2));
  EXPECT_EQ(batches[0].head.cohort, CohortId("26umsb5"));
  EXPECT_EQ(batches[0].head.direction, ChangeDirection::kEnter);
  EXPECT_EQ(batches[1].head.direction, ChangeDirection::kLeave);
}

TEST_F(PushReceiverTest, NoAnswerBeforeTheBatchIsDurable) {
  world.inbox.Hold();
  http::RawConnection connection = world.Send("/amplitude/webhook", "9apg8e8f m1");
  world.inbox.WaitFor(1);
  EXPECT_FALSE(connection.ClosedWithin(0));
  world.inbox.Commit(0);
  EXPECT_EQ(ReceiverWorld::Read(connection).status, 200);
}

TEST_F(PushReceiverTest, KnownBatchIsAnsweredOkAndCounted) {
  world.inbox.AnswerWith(InboxOutcome::kKnown);
  EXPECT_EQ(world.Push("/amplitude/webhook", "9apg8e8f m1").status, 200);
  EXPECT_EQ(world.receiver.Statistics().known, 1);
  world.inbox.AnswerWith(InboxOutcome::kKnownWithOtherBody);
  EXPECT_EQ(world.Push("/amplitude/webhook", "9apg8e8f m1").status, 200);
  EXPECT_EQ(world.receiver.Statistics().known, 1);
  EXPECT_EQ(world.receiver.Statistics().known_with_other_body, 1);
  EXPECT_THAT(world.inbox.gaps(), IsEmpty());
}

TEST_F(PushReceiverTest, BatchThatCannotBeStoredIsAskedForAgain) {
  world.inbox.AnswerWith(Fail(ErrorCode::kUnavailable, "the disk is full"));
  const Received answer = world.Push("/amplitude/webhook", "9apg8e8f m1");
  EXPECT_EQ(answer.status, 503);
  EXPECT_THAT(answer.head, HasSubstr("Retry-After: 2\r\n"));
  EXPECT_EQ(answer.body, R"({"error":"the batch could not be stored: the disk is full"})");
  EXPECT_THAT(world.inbox.gaps(),
              ElementsAre("9apg8e8f: a push was answered 503: the batch could not be stored: the "
                          "disk is full"));
}

TEST_F(PushReceiverTest, BodyThatCannotBeReadSaysWhy) {
  const Received not_json = world.Push("/amplitude/lists/26umsb5/add", "not json");
  EXPECT_EQ(not_json.status, 400);
  EXPECT_EQ(not_json.body, R"({"error":"line 1: no value"})");
  const Received no_shape = world.Push("/amplitude/lists/26umsb5/remove", "no shape");
  EXPECT_EQ(no_shape.status, 422);
  EXPECT_EQ(no_shape.body, R"({"error":"'in_cohort' is \"maybe\""})");
  EXPECT_THAT(world.inbox.gaps(),
              ElementsAre("26umsb5: a push was answered 400: line 1: no value",
                          "26umsb5: a push was answered 422: 'in_cohort' is \"maybe\""));
  EXPECT_THAT(world.inbox.batches(), IsEmpty());
}

TEST_F(PushReceiverTest, CohortThatIsNotPushedHereIsNotFound) {
  for (const char* target : {"/amplitude/webhook", "/amplitude/lists/other/add"}) {
    const Received answer = world.Push(target, "other m1");
    EXPECT_EQ(answer.status, 404) << target;
    EXPECT_EQ(answer.body, kNoCohort) << target;
  }
  EXPECT_THAT(world.inbox.batches(), IsEmpty());
  EXPECT_THAT(world.inbox.gaps(), IsEmpty());
}

TEST_F(PushReceiverTest, IdentifyCallsAreBatchesOfTheirCohorts) {
  const Received answer = world.Push("/amplitude/identify", "9apg8e8f+u1 26umsb5-u2 26umsb5+u3");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, R"({"taken":3,"skipped":0})");
  const auto batches = world.inbox.batches();
  ASSERT_THAT(batches, SizeIs(3));
  EXPECT_EQ(batches[1].head.cohort, CohortId("26umsb5"));
  EXPECT_EQ(batches[1].head.direction, ChangeDirection::kLeave);
  EXPECT_EQ(batches[2].body, "u3");
  EXPECT_THAT(world.inbox.gaps(), IsEmpty());
  const PushStatistics statistics = world.receiver.Statistics();
  EXPECT_EQ(statistics.answers.at({PushRouteKind::kIdentify, 200}), 1);
  EXPECT_EQ(statistics.stored, 3);
}

TEST_F(PushReceiverTest, IdentifyCallsAreAnsweredWhenAllOfThemAreDurable) {
  world.inbox.Hold();
  http::RawConnection connection = world.Send("/amplitude/identify", "9apg8e8f+u1 26umsb5+u1");
  world.inbox.WaitFor(2);
  world.inbox.Commit(0);
  EXPECT_FALSE(connection.ClosedWithin(0));
  world.inbox.Commit(1);
  EXPECT_EQ(ReceiverWorld::Read(connection).status, 200);
}

TEST_F(PushReceiverTest, IdentifyCallsOfWhichOneCannotBeStoredAreAskedForAgain) {
  world.inbox.Hold();
  http::RawConnection connection = world.Send("/amplitude/identify", "9apg8e8f+u1 26umsb5+u1");
  world.inbox.WaitFor(2);
  world.inbox.Commit(0, Fail(ErrorCode::kUnavailable, "the disk is full"));
  world.inbox.Commit(1);
  const Received answer = ReceiverWorld::Read(connection);
  EXPECT_EQ(answer.status, 503);
  EXPECT_THAT(answer.head, HasSubstr("Retry-After: 2\r\n"));
  EXPECT_THAT(world.inbox.gaps(), ElementsAre(HasSubstr("9apg8e8f: a push was answered 503")));
}

TEST_F(PushReceiverTest, AUserThatSaysNothingDoesNotHoldUpTheOthers) {
  const Received answer =
      world.Push("/amplitude/identify", "9apg8e8f?u1 9apg8e8f+u2 other+u3 26umsb5-u4");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, R"({"taken":2,"skipped":2,"problem":"'userId' is missing"})");
  EXPECT_THAT(world.inbox.batches(), SizeIs(2));
  EXPECT_THAT(world.inbox.gaps(),
              ElementsAre("9apg8e8f: 2 of 4 users not taken: 'userId' is missing"));
}

TEST_F(PushReceiverTest, IdentifyCallsWithNothingThatCanBeTakenSayWhy) {
  const Received unusable = world.Push("/amplitude/identify", "9apg8e8f?u1");
  EXPECT_EQ(unusable.status, 422);
  EXPECT_EQ(unusable.body, R"({"error":"'userId' is missing"})");
  EXPECT_THAT(world.inbox.gaps(), SizeIs(1));
  const Received elsewhere = world.Push("/amplitude/identify", "other+u1");
  EXPECT_EQ(elsewhere.status, 404);
  EXPECT_EQ(elsewhere.body, kNoCohort);
  EXPECT_THAT(world.inbox.gaps(), SizeIs(1));
  EXPECT_EQ(world.Push("/amplitude/identify", "").body, R"({"taken":0,"skipped":0})");
}

TEST_F(PushReceiverTest, IdentifyCallsThatCannotBeReadMayBeOfAnyCohort) {
  EXPECT_EQ(world.Push("/amplitude/identify", "not json").status, 400);
  EXPECT_THAT(world.inbox.gaps(), SizeIs(2));
}

TEST_F(PushReceiverTest, ListsIdIsItsCohortsIdInAllPlacesThatAreRead) {
  const char* expected = R"({"listId":"9apg8e8f","list_id":"9apg8e8f",)"
                         R"("response":{"listId":"9apg8e8f","list_id":"9apg8e8f"}})";
  for (const char* body : {"active users", "active-users", "x|9apg8e8f", "active users"}) {
    const Received answer = world.Push("/amplitude/lists", body);
    EXPECT_EQ(answer.status, 200) << body;
    EXPECT_EQ(answer.body, expected) << body;
  }
}

TEST_F(PushReceiverTest, ListOfNoCohortSaysWhichThereAre) {
  const Received answer = world.Push("/amplitude/lists", "others");
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(answer.body,
            R"({"error":"no cohort is pushed here that list 'others' could be for; pushed here: )"
            R"('9apg8e8f' ('active users'), '26umsb5'"})");
  EXPECT_EQ(world.Push("/amplitude/lists", "not json").status, 400);
  EXPECT_EQ(world.Push("/amplitude/lists", "no shape").status, 422);
  EXPECT_THAT(world.inbox.gaps(), IsEmpty());
}

TEST_F(PushReceiverTest, OtherPathsAndMethodsAreRefused) {
  const Received nothing = world.Push("/amplitude", "");
  EXPECT_EQ(nothing.status, 404);
  EXPECT_EQ(nothing.body, R"({"error":"there is nothing here"})");
  const Received wrong = world.Push("/amplitude/webhook", "", "", "PUT");
  EXPECT_EQ(wrong.status, 405);
  EXPECT_THAT(wrong.head, HasSubstr("Allow: POST\r\n"));
  EXPECT_EQ(wrong.body, R"({"error":"only POST is answered here"})");
}

TEST_F(PushReceiverTest, WebhookThatCannotBeReadLeavesAGapForEveryCohort) {
  EXPECT_EQ(world.Push("/amplitude/webhook", "not json").status, 400);
  EXPECT_THAT(world.inbox.gaps(),
              ElementsAre(HasSubstr("9apg8e8f: a push was answered 400: "),
                          HasSubstr("26umsb5: a push was answered 400: ")));
}

TEST_F(PushReceiverTest, BodyAboveTheLimitLeavesAGap) {
  const Received answer = world.Push("/amplitude/lists/26umsb5/add", std::string(1'001, 'x'));
  EXPECT_EQ(answer.status, 413);
  EXPECT_EQ(
      answer.body,
      R"({"error":"the body has more than 1000 bytes; choose smaller batches in Amplitude"})");
  EXPECT_THAT(world.inbox.gaps(), ElementsAre(HasSubstr("26umsb5: a push was answered 413: ")));
}

TEST_F(PushReceiverTest, ChunksThatCannotBeReadLeaveAGap) {
  http::RawConnection connection = http::RawConnection::To(world.server->port());
  connection.Write(
      "POST /amplitude/lists/26umsb5/add HTTP/1.1\r\nHost: localhost\r\n"
      "Transfer-Encoding: chunked\r\n\r\n-1\r\n");
  EXPECT_EQ(ReceiverWorld::Read(connection).body,
            R"({"error":"the chunks of the body cannot be read"})");
  EXPECT_THAT(world.inbox.gaps(), SizeIs(1));
}

TEST(PushReceiver, TooManyBodiesAtOnceLeaveAGap) {
  SetLogLevel(LogLevel::kOff);
  ReceiverWorld world({}, {.max_body_bytes_in_flight = 15});
  world.inbox.Hold();
  http::RawConnection first = world.Send("/amplitude/lists/26umsb5/add", "0123456789");
  world.inbox.WaitFor(1);
  const Received second = world.Push("/amplitude/lists/26umsb5/add", "0123456789");
  EXPECT_EQ(second.status, 503);
  EXPECT_THAT(second.head, HasSubstr("Retry-After: 2\r\n"));
  EXPECT_EQ(second.body, R"({"error":"too many pushes at once; try again"})");
  EXPECT_THAT(world.inbox.gaps(), SizeIs(1));
  world.inbox.Commit(0);
  EXPECT_EQ(ReceiverWorld::Read(first).status, 200);
  SetLogLevel(LogLevel::kWarning);
}

TEST(PushReceiver, WrongSecretLearnsNothing) {
  ReceiverWorld world({Secret("the right one")});
  for (const char* target : {"/amplitude/webhook",
                             "/amplitude/lists",
                             "/amplitude/lists/26umsb5/add",
                             "/amplitude/lists/other/add"}) {
    const Received answer = world.Push(target, "26umsb5 m1", "Authorization: Bearer wrong\r\n");
    EXPECT_EQ(answer.status, 401) << target;
    EXPECT_EQ(answer.body, R"({"error":"unauthorized"})");
    EXPECT_THAT(answer.head, HasSubstr("WWW-Authenticate: Basic realm=\"cohort-sync\"\r\n"));
  }
  EXPECT_THAT(world.inbox.batches(), IsEmpty());
  EXPECT_THAT(world.inbox.gaps(), IsEmpty());
}

TEST(PushReceiver, SecretIsRotatedByAcceptingTwo) {
  const ReceiverWorld before({Secret("the old one")});
  const ReceiverWorld during({Secret("the new one"), Secret("the old one")});
  const ReceiverWorld after({Secret("the new one")});
  const auto status = [](const ReceiverWorld& world, const std::string& secret) {
    return world
        .Push("/amplitude/webhook", "26umsb5 m1", "X-Cohort-Sync-Secret: " + secret + "\r\n")
        .status;
  };
  EXPECT_EQ(status(before, "the old one"), 200);
  EXPECT_EQ(status(before, "the new one"), 401);
  EXPECT_EQ(status(during, "the old one"), 200);
  EXPECT_EQ(status(during, "the new one"), 200);
  EXPECT_EQ(status(after, "the old one"), 401);
  EXPECT_EQ(status(after, "the new one"), 200);
}

TEST_F(PushReceiverTest, FourSendersAtOnceAreAllStored) {
  constexpr int kSenders = 4;
  constexpr int kBatches = 50;
  world.inbox.Hold();
  std::thread committer([&] {
    for (std::size_t i = 0; i < kSenders * kBatches; ++i) {
      world.inbox.WaitFor(i + 1);
      world.inbox.Commit(i);
    }
  });
  std::atomic<int> answered{0};
  std::vector<std::thread> senders;
  senders.reserve(kSenders);
  for (int sender = 0; sender < kSenders; ++sender) {
    senders.emplace_back([&, sender] {
      for (int i = 0; i < kBatches; ++i) {
        if (world.Push("/amplitude/webhook", Format("26umsb5 {}:{}", sender, i)).status == 200) {
          ++answered;
        }
      }
    });
  }
  for (std::thread& sender : senders)
    sender.join();
  committer.join();
  EXPECT_EQ(answered, kSenders * kBatches);
  EXPECT_THAT(world.inbox.batches(), SizeIs(kSenders * kBatches));
  EXPECT_EQ(world.receiver.Statistics().stored, kSenders * kBatches);
}

TEST_F(PushReceiverTest, AnswersComeInTheOrderOfTheCommits) {
  world.inbox.Hold();
  http::RawConnection first = world.Send("/amplitude/webhook", "26umsb5 m1");
  world.inbox.WaitFor(1);
  http::RawConnection second = world.Send("/amplitude/webhook", "26umsb5 m2");
  world.inbox.WaitFor(2);
  world.inbox.Commit(1);
  EXPECT_EQ(ReceiverWorld::Read(second).status, 200);
  EXPECT_FALSE(first.ClosedWithin(0));
  world.inbox.Commit(0, Fail(ErrorCode::kUnavailable, "busy"));
  EXPECT_EQ(ReceiverWorld::Read(first).status, 503);
}

TEST_F(PushReceiverTest, StopWaitsForTheCommitThatIsUnderWay) {
  world.inbox.Hold();
  std::optional connection = world.Send("/amplitude/webhook", "26umsb5 m1");
  world.inbox.WaitFor(1);
  std::thread stopper([&] { world.server->Stop(); });
  world.inbox.Commit(0);
  EXPECT_EQ(ReceiverWorld::Read(*connection).status, 200);
  connection.reset();
  stopper.join();
}

TEST(PushReceiver, CommitAfterTheStopIsCountedAndUnanswered) {
  ReceiverWorld world({}, {.stop_timeout = Duration(1)});
  world.inbox.Hold();
  http::RawConnection connection = world.Send("/amplitude/webhook", "26umsb5 m1");
  world.inbox.WaitFor(1);
  world.server->Stop();
  EXPECT_EQ(ReceiverWorld::Read(connection).status, 0);
  world.inbox.Commit(0);
  EXPECT_EQ(world.receiver.Statistics().stored, 1);
}

TEST_F(PushReceiverTest, AnswersAreCountedByRouteAndStatus) {
  EXPECT_EQ(world.receiver.Statistics().last_batch_at, std::nullopt);
  static_cast<void>(world.Push("/amplitude/webhook", "26umsb5 m1"));
  world.clock.Advance(Duration(1'000));
  static_cast<void>(world.Push("/amplitude/webhook", "26umsb5 m2"));
  world.clock.Advance(Duration(1'000));
  static_cast<void>(world.Push("/amplitude/webhook", "not json"));
  static_cast<void>(world.Push("/amplitude/lists", "active users"));
  static_cast<void>(world.Push("/", ""));
  const PushStatistics statistics = world.receiver.Statistics();
  EXPECT_THAT(statistics.answers,
              ElementsAre(Pair(Pair(PushRouteKind::kWebhook, 200), 2),
                          Pair(Pair(PushRouteKind::kWebhook, 400), 1),
                          Pair(Pair(PushRouteKind::kCreateList, 200), 1),
                          Pair(Pair(PushRouteKind::kOther, 404), 1)));
  EXPECT_EQ(statistics.stored, 2);
  EXPECT_EQ(statistics.last_batch_at, FakeClock::kStart + Duration(1'000));
}

}  // namespace
}  // namespace cohort_sync::web
