#include "storage/state_figures.h"

#include <gmock/gmock.h>

#include "storage/sqlite_history.h"
#include "storage/store_fixture.h"

namespace cohort_sync {
namespace {

using ::testing::SizeIs;

class StateFiguresTest : public StoreTest {
 protected:
  // Beside the store that owns the state.
  StateFigures& figures() {
    if (figures_ == nullptr) figures_ = StateFigures::Open(path()).value();
    return *figures_;
  }
  BindingFigures Only() {
    std::vector<BindingFigures> all = figures().Bindings();
    EXPECT_THAT(all, SizeIs(1));
    return std::move(all.at(0));
  }

 private:
  std::unique_ptr<StateFigures> figures_;
};

TEST_F(StateFiguresTest, AgreeWithWhatPeopleAreShown) {
  const auto agree = [this] {
    const BindingFigures mine = Only();
    const BindingStatus theirs = SqliteHistory::Open(path()).value()->Bindings().at(0);
    EXPECT_EQ(mine.binding.key, theirs.binding.key);
    EXPECT_EQ(mine.desired, theirs.desired);
    EXPECT_EQ(mine.pending, theirs.pending);
    EXPECT_EQ(mine.parked.total(), theirs.parked.total());
    EXPECT_EQ(mine.last_run->id, theirs.last_run->id);
    EXPECT_EQ(mine.last_success, theirs.last_success);
  };
  Commit({"anna", "bob", "carl"});
  agree();
  Claim(1);
  agree();
  Deliver();
  agree();
  Commit({"dora"}, {"bob"});
  agree();
  Deliver(cohort_sync::Outcome::kRefused);
  agree();
  Resync({"anna", "carl", "dora", "emil"}, {"emil"});
  agree();
}

TEST_F(StateFiguresTest, OldestPendingIsTheOneCommittedFirst) {
  Commit({"anna", "bob"});
  const TimePoint first = clock.Now();
  clock.Advance(std::chrono::minutes(5));
  Commit({"carl"});
  const TimePoint second = clock.Now();
  EXPECT_EQ(Only().oldest_pending, first);
  const Claimed claimed = Claim(2);
  EXPECT_EQ(Only().oldest_pending, first);  // In flight is not done.
  std::vector<Settlement> settlements;
  for (const Operation& operation : claimed.operations)
    settlements.push_back(Outcome(operation.id, cohort_sync::Outcome::kDelivered));
  Settle(settlements);
  EXPECT_EQ(Only().oldest_pending, second);
  Deliver();
  EXPECT_EQ(Only().oldest_pending, std::nullopt);
}

TEST_F(StateFiguresTest, RunWithoutABindingIsFoundByItsCohort) {
  RunReport report;
  report.state = RunState::kFailed;
  report.started_at = clock.Now();
  report.error = "no file";
  store().RecordFailedRun({ProjectName(), CohortId("new"), DestinationName("cordial")}, report);
  EXPECT_EQ(figures().NewestRun(CohortId("new"))->error, "no file");
  EXPECT_FALSE(figures().NewestRun(CohortId("other")));
}

TEST_F(StateFiguresTest, SaysThatThereIsNoStateYet) {
  const auto opened = StateFigures::Open(dir.File("none.db"));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code(), ErrorCode::kNotFound);
}

}  // namespace
}  // namespace cohort_sync
