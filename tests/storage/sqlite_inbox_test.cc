#include "storage/sqlite_inbox.h"

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/format.h"
#include "storage/inbox_view.h"
#include "support/fake_clock.h"
#include "support/fake_random.h"
#include "support/temp_dir.h"

namespace cohort_sync {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const CohortId kCohort("26umsb5");
constexpr std::int64_t kAll = 1'000'000;

ReceivedBatch Batch(const std::string& message_id,
                    const std::string& body = "body",
                    const CohortId& cohort = kCohort) {
  ReceivedBatch received;
  received.head.cohort = cohort;
  received.head.cohort_name = "Active Users";
  received.head.message_id = message_id;
  received.head.direction = ChangeDirection::kLeave;
  received.head.computed_at = FromMillis(1'692'206'763'000);
  received.head.members = 10;
  received.received_at = FakeClock::kStart;
  received.body = body;
  return received;
}

class SqliteInboxTest : public testing::Test {
 protected:
  SqliteInboxTest() { Open(); }

  void Open(std::int64_t most_waiting_bytes = kMaxWaitingBytes) {
    inbox_.reset();
    inbox_ = std::move(SqliteInbox::Open(path(), clock_, random_, most_waiting_bytes).value());
  }
  [[nodiscard]] std::string path() const { return dir_.File("state.db-inbox"); }

  Result<InboxOutcome> Store(ReceivedBatch batch) {
    std::promise<Result<InboxOutcome>> stored;
    inbox_->Store(std::move(batch),
                  [&](Result<InboxOutcome> outcome) { stored.set_value(std::move(outcome)); });
    return stored.get_future().get();
  }
  [[nodiscard]] std::vector<std::string> Bodies(
      const std::optional<InboxPosition>& after = std::nullopt, std::int64_t most = kAll) {
    std::vector<std::string> bodies;
    for (const StoredBatch& stored : inbox_->Read(kCohort, after, most))
      bodies.push_back(stored.batch.body);
    return bodies;
  }
  // Of the batch at `index` of all that wait.
  [[nodiscard]] InboxPosition Position(std::size_t index) {
    return inbox_->PositionOf(inbox_->Read(kCohort, std::nullopt, kAll).at(index));
  }

  TempDir dir_;
  FakeClock clock_;
  FakeRandom random_;
  std::unique_ptr<SqliteInbox> inbox_;
};

TEST_F(SqliteInboxTest, WhatWasStoredIsReadAsItCameAfterTheProcessEnded) {
  ASSERT_EQ(Store(Batch("m1", std::string("a\0b", 3))).value(), InboxOutcome::kStored);
  Open();
  const std::vector<StoredBatch> stored = inbox_->Read(kCohort, std::nullopt, kAll);
  ASSERT_EQ(stored.size(), 1U);
  const ReceivedBatch& batch = stored[0].batch;
  EXPECT_EQ(batch.body, std::string("a\0b", 3));
  EXPECT_EQ(batch.head.cohort, kCohort);
  EXPECT_EQ(batch.head.cohort_name, "Active Users");
  EXPECT_EQ(batch.head.message_id, "m1");
  EXPECT_EQ(batch.head.kind, PushKind::kWebhook);
  EXPECT_EQ(batch.head.direction, ChangeDirection::kLeave);
  EXPECT_EQ(batch.head.computed_at, FromMillis(1'692'206'763'000));
  EXPECT_EQ(batch.head.members, 10);
  EXPECT_EQ(batch.received_at, FakeClock::kStart);
}

TEST_F(SqliteInboxTest, WhatWaitsIsSeenInPagesFromOutside) {
  for (const std::string message : {"m1", "m2", "m3", "m4"})
    ASSERT_TRUE(Store(Batch(message)));
  ASSERT_TRUE(Store(Batch("other", "body", CohortId("other"))));
  const auto view = InboxView::Open(path()).value();
  const auto messages = [&](const std::optional<InboxPosition>& after, std::int64_t behind) {
    std::vector<std::string> ids;
    for (const StoredBatch& stored : view->Waiting(kCohort, after, behind, 2))
      ids.push_back(stored.batch.head.message_id);
    return ids;
  };
  EXPECT_THAT(messages(std::nullopt, 0), ElementsAre("m1", "m2"));
  EXPECT_THAT(messages(std::nullopt, view->Waiting(kCohort, std::nullopt, 0, 2).back().id),
              ElementsAre("m3", "m4"));
  EXPECT_THAT(messages(Position(2), 0), ElementsAre("m4")) << "what is planned no longer waits";
  EXPECT_THAT(messages(InboxPosition{1, 4}, 0), ElementsAre("m1", "m2")) << "of another inbox";
}

TEST_F(SqliteInboxTest, AKnownMessageHasNoEffectAlsoWithAnotherBody) {
  ASSERT_EQ(Store(Batch("m1", "one")).value(), InboxOutcome::kStored);
  EXPECT_EQ(Store(Batch("m1", "one")).value(), InboxOutcome::kKnown);
  EXPECT_EQ(Store(Batch("m1", "two")).value(), InboxOutcome::kKnownWithOtherBody);
  EXPECT_THAT(Bodies(), ElementsAre("one"));
}

TEST_F(SqliteInboxTest, ALookSaysWhatStoringWouldAndStoresNothing) {
  EXPECT_EQ(inbox_->Look(Batch("m1", "one")), InboxOutcome::kStored);
  EXPECT_EQ(inbox_->Look(Batch("m1", "one")), InboxOutcome::kStored);
  ASSERT_EQ(Store(Batch("m1", "one")).value(), InboxOutcome::kStored);
  EXPECT_EQ(inbox_->Look(Batch("m1", "one")), InboxOutcome::kKnown);
  EXPECT_EQ(inbox_->Look(Batch("m1", "two")), InboxOutcome::kKnownWithOtherBody);
  EXPECT_EQ(inbox_->Look(Batch("", "one")), InboxOutcome::kStored);
  EXPECT_THAT(Bodies(), ElementsAre("one"));
}

TEST_F(SqliteInboxTest, AMessageIsKnownAfterItsBatchIsGone) {
  ASSERT_TRUE(Store(Batch("m1")));
  inbox_->Planned(kCohort, Position(0));
  EXPECT_EQ(Store(Batch("m1")).value(), InboxOutcome::kKnown);
  EXPECT_THAT(Bodies(), IsEmpty());
}

TEST_F(SqliteInboxTest, AMessageIsForgottenAfterThirtyDays) {
  ASSERT_TRUE(Store(Batch("m1")));
  clock_.Advance(kMessageRetention + std::chrono::hours(1));
  ASSERT_TRUE(Store(Batch("m2")));
  EXPECT_EQ(Store(Batch("m1")).value(), InboxOutcome::kStored);
}

TEST_F(SqliteInboxTest, MessagesOfTwoCohortsDoNotMeet) {
  ASSERT_TRUE(Store(Batch("m1")));
  EXPECT_EQ(Store(Batch("m1", "other", CohortId("9apg8e8f"))).value(), InboxOutcome::kStored);
  EXPECT_THAT(Bodies(), ElementsAre("body"));
}

TEST_F(SqliteInboxTest, BatchesWithoutAMessageIdAreAllTaken) {
  ASSERT_TRUE(Store(Batch("")));
  EXPECT_EQ(Store(Batch("")).value(), InboxOutcome::kStored);
  EXPECT_EQ(Bodies().size(), 2U);
}

TEST_F(SqliteInboxTest, ReadingGoesOnBehindAPosition) {
  for (const char* body : {"a", "b", "c"})
    ASSERT_TRUE(Store(Batch("", body)));
  EXPECT_THAT(Bodies(std::nullopt, 11), ElementsAre("a", "b"));
  EXPECT_THAT(Bodies(Position(1)), ElementsAre("c"));
  const InboxDepth depth = inbox_->Depth(kCohort, Position(0));
  EXPECT_EQ(depth.batches, 2);
  EXPECT_EQ(depth.members, 20);
  EXPECT_EQ(depth.oldest, FakeClock::kStart);
  EXPECT_TRUE(inbox_->Waits(kCohort, Position(1)));
  EXPECT_FALSE(inbox_->Waits(kCohort, Position(2)));
  EXPECT_FALSE(inbox_->Waits(CohortId("9apg8e8f"), std::nullopt));
}

TEST_F(SqliteInboxTest, TellsWhichCohortsItStoredBatchesOf) {
  std::set<CohortId> told;
  inbox_->OnStored(
      [&told](const std::set<CohortId>& cohorts) { told.insert(cohorts.begin(), cohorts.end()); });
  for (const char* cohort : {"a", "b"})
    ASSERT_TRUE(Store(Batch("m1", "body", CohortId(cohort))));
  Open();
  EXPECT_THAT(told, ElementsAre(CohortId("a"), CohortId("b")));
}

TEST_F(SqliteInboxTest, APositionInAnotherInboxCountsAsNone) {
  ASSERT_TRUE(Store(Batch("m1")));
  InboxPosition position = Position(0);
  EXPECT_THAT(Bodies(position), IsEmpty());
  ++position.inbox;
  EXPECT_THAT(Bodies(position), ElementsAre("body"));
  inbox_->Planned(kCohort, position);
  Open();
  EXPECT_THAT(Bodies(), ElementsAre("body"));
}

TEST_F(SqliteInboxTest, PositionsDoNotComeBackAfterTheirBatchesAreGone) {
  ASSERT_TRUE(Store(Batch("m1")));
  const InboxPosition first = Position(0);
  inbox_->Planned(kCohort, first);
  Open();
  ASSERT_TRUE(Store(Batch("m2")));
  EXPECT_GT(Position(0).batch, first.batch);
  EXPECT_EQ(Position(0).inbox, first.inbox);
}

TEST_F(SqliteInboxTest, TooManyBytesThatWaitTurnBatchesAwayUntilSomeArePlanned) {
  Open(10);
  ASSERT_TRUE(Store(Batch("m1", "0123456")));
  const Result<InboxOutcome> refused = Store(Batch("m2", "0123456"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::kUnavailable);
  EXPECT_EQ(refused.error().message(), "7 bytes of batches wait to be planned, 10 may");
  inbox_->Planned(kCohort, Position(0));
  EXPECT_EQ(Store(Batch("m2", "0123456")).value(), InboxOutcome::kStored);
  Open(10);
  EXPECT_FALSE(Store(Batch("m3", "0123456")));
}

TEST_F(SqliteInboxTest, WhatWasPlannedMakesRoomForTheBatchesOfTheSameCommit) {
  Open(10);
  std::promise<void> held;
  std::promise<void> written;
  inbox_->Store(Batch("m1", "0123456"), [&](const Result<InboxOutcome>& /*outcome*/) {
    written.set_value();
    held.get_future().wait();  // What is given meanwhile comes in one commit.
  });
  written.get_future().wait();
  std::promise<Result<InboxOutcome>> second;
  inbox_->Planned(kCohort, Position(0));
  inbox_->Store(Batch("m2", "0123456"),
                [&](Result<InboxOutcome> outcome) { second.set_value(std::move(outcome)); });
  held.set_value();
  const Result<InboxOutcome> outcome = second.get_future().get();
  ASSERT_TRUE(outcome) << outcome.error().message();
  EXPECT_EQ(*outcome, InboxOutcome::kStored);
}

TEST_F(SqliteInboxTest, AKnownBatchIsKnownHoweverMuchWaits) {
  Open(10);
  ASSERT_TRUE(Store(Batch("m1", "0123456")));
  const Result<InboxOutcome> again = Store(Batch("m1", "0123456"));
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_EQ(*again, InboxOutcome::kKnown);
}

TEST_F(SqliteInboxTest, TheLatestGapIsKept) {
  EXPECT_FALSE(inbox_->FindGap(kCohort));
  inbox_->NoteGap(kCohort, FakeClock::kStart, "first");
  Open();
  inbox_->NoteGap(kCohort, FakeClock::kStart + Duration(5), "second");
  Open();
  inbox_->NoteGap(kCohort, FakeClock::kStart + Duration(1), "late");
  Open();
  EXPECT_EQ(inbox_->FindGap(kCohort)->reason, "second");
  EXPECT_EQ(inbox_->FindGap(kCohort)->at, FakeClock::kStart + Duration(5));
}

TEST_F(SqliteInboxTest, WhileTheFileCannotBeWrittenBatchesAreTurnedAwayAndGapsKept) {
  SQLite::Database other(path(), SQLite::OPEN_READWRITE);
  other.exec("CREATE TRIGGER fails BEFORE INSERT ON batches BEGIN SELECT RAISE(ABORT, 'no'); END");
  inbox_->NoteGap(kCohort, FakeClock::kStart, "kept");
  const Result<InboxOutcome> refused = Store(Batch("m1"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::kUnavailable);
  EXPECT_THAT(refused.error().message(), HasSubstr("the inbox failed: "));
  other.exec("DROP TRIGGER fails");
  EXPECT_EQ(Store(Batch("m1")).value(), InboxOutcome::kStored);
  EXPECT_EQ(inbox_->FindGap(kCohort)->reason, "kept");
}

TEST_F(SqliteInboxTest, TellsWhenTheReceiverWasLastThere) {
  EXPECT_EQ(inbox_->alive_before(), std::nullopt);
  inbox_->SetAlive(FakeClock::kStart);
  Open();
  EXPECT_EQ(inbox_->alive_before(), FakeClock::kStart);
}

TEST_F(SqliteInboxTest, BatchesOfManySendersAtOnceAreStoredOnceEach) {
  constexpr int kSenders = 4;
  constexpr int kEach = 200;
  std::atomic<int> stored = 0;
  {
    std::vector<std::jthread> senders;
    for (int sender = 0; sender < kSenders; ++sender) {
      senders.emplace_back([&, sender] {
        for (int i = 0; i < kEach; ++i) {
          inbox_->Store(Batch(Format("{}-{}", i, sender % 2)), [&](Result<InboxOutcome> outcome) {
            if (*outcome == InboxOutcome::kStored) ++stored;
          });
        }
      });
    }
  }
  Open();
  EXPECT_EQ(stored, 2 * kEach);
  EXPECT_EQ(Bodies().size(), 2U * kEach);
}

}  // namespace
}  // namespace cohort_sync
