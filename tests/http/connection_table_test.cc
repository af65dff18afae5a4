#include "http/connection_table.h"

#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cohort_sync::http {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class FakeConnection final : public TrackedConnection {
 public:
  FakeConnection(int number, std::string peer, ConnectionTable*& table, std::vector<int>& ended)
      : TrackedConnection(std::move(peer)), number_(number), table_(table), ended_(ended) {}
  void End() override {
    ended_.push_back(number_);
    table_->Remove(*this);
  }

 private:
  const int number_;
  ConnectionTable*& table_;
  std::vector<int>& ended_;
};

class ConnectionTableTest : public ::testing::Test {
 protected:
  TrackedConnection& Add(Phase phase, const std::string& peer = "") {
    const auto connection = std::make_shared<FakeConnection>(++added_, peer, table_pointer_, ended);
    table.Add(connection);
    table.Enter(*connection, phase);
    return *connection;
  }

  std::vector<int> ended;
  int rooms = 0;
  ConnectionTable table{3, 1'000, [this] { ++rooms; }};

 private:
  int added_ = 0;
  ConnectionTable* table_pointer_ = &table;
};

TEST_F(ConnectionTableTest, NobodyEndsWhileThereIsRoom) {
  Add(Phase::kLingering);
  Add(Phase::kIdle);
  EXPECT_TRUE(table.MakeRoom());
  EXPECT_THAT(ended, IsEmpty());
}

TEST_F(ConnectionTableTest, ForOneMoreOfAPeerItsOwnFirstEnds) {
  Add(Phase::kLingering, "other");
  Add(Phase::kHeader, "peer");
  EXPECT_TRUE(table.MakeRoomFor("peer", 2));
  EXPECT_THAT(ended, IsEmpty());
  Add(Phase::kIdle, "peer");
  EXPECT_TRUE(table.MakeRoomFor("peer", 2));
  EXPECT_THAT(ended, ElementsAre(3));
  Add(Phase::kBody, "peer");
  EXPECT_TRUE(table.MakeRoomFor("peer", 2));
  EXPECT_THAT(ended, ElementsAre(3, 2));
  EXPECT_FALSE(table.MakeRoomFor("peer", 1));
  EXPECT_TRUE(table.MakeRoomFor("third", 1));
}

TEST_F(ConnectionTableTest, AnsweredEndsBeforeIdleAndIdleBeforeUnfinishedHeader) {
  Add(Phase::kHeader);
  Add(Phase::kIdle);
  Add(Phase::kLingering);
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(table.MakeRoom());
    Add(Phase::kWriting);
  }
  EXPECT_THAT(ended, ElementsAre(3, 2, 1));
  EXPECT_EQ(table.evicted(), 3);
}

TEST_F(ConnectionTableTest, OldestOfItsPhaseEnds) {
  TrackedConnection& first = Add(Phase::kHeader);
  Add(Phase::kHeader);
  Add(Phase::kHeader);
  table.Enter(first, Phase::kHeader);
  EXPECT_TRUE(table.MakeRoom());
  EXPECT_THAT(ended, ElementsAre(2));
}

TEST_F(ConnectionTableTest, WhoIsAtWorkStaysUntilItIsNot) {
  Add(Phase::kBody);
  TrackedConnection& handled = Add(Phase::kHandled);
  Add(Phase::kWriting);
  EXPECT_FALSE(table.MakeRoom());
  EXPECT_EQ(rooms, 0);
  table.Enter(handled, Phase::kLingering);
  EXPECT_EQ(rooms, 1);
  EXPECT_TRUE(table.MakeRoom());
  EXPECT_THAT(ended, ElementsAre(2));
}

TEST_F(ConnectionTableTest, StopEndsThoseWithoutARequest) {
  Add(Phase::kHeader);
  Add(Phase::kHandled);
  Add(Phase::kLingering);
  table.EndWaiting();
  EXPECT_THAT(ended, ElementsAre(1));
  table.EndAll();
  EXPECT_EQ(table.size(), 0U);
}

TEST_F(ConnectionTableTest, BodiesTogetherStayWithinTheirBudget) {
  EXPECT_TRUE(table.Reserve(400));
  EXPECT_TRUE(table.Reserve(600));
  EXPECT_FALSE(table.Reserve(1));
  table.Release(400);
  EXPECT_FALSE(table.Reserve(401));
  EXPECT_FALSE(table.Reserve(UINT64_MAX));
  EXPECT_TRUE(table.Reserve(400));
}

}  // namespace
}  // namespace cohort_sync::http
