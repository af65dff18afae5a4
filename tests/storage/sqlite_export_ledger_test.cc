#include "storage/sqlite_export_ledger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/sqlite_history.h"
#include "storage/store_fixture.h"

namespace cohort_sync {
namespace {

using namespace std::chrono_literals;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class SqliteExportLedgerTest : public StoreTest {
 protected:
  ExportLedger& ledger() { return store().export_ledger(); }
  ExportCosts Find(Duration age = 24h) { return ledger().Find(project_, clock.Now() - age); }

  const ProjectName project_{"web"};
  const CohortId cohort_{"9apg8e8f"};
};

TEST_F(SqliteExportLedgerTest, RemembersCostsThroughARestart) {
  static_cast<void>(ledger().Record(project_, cohort_, clock.Now()));
  Reopen();
  const ExportCosts found = Find();
  ASSERT_THAT(found.costs, SizeIs(1));
  EXPECT_EQ(found.costs[0].asked_at, clock.Now());
  EXPECT_FALSE(found.costs[0].finished);
  EXPECT_FALSE(found.refusal);
}

TEST_F(SqliteExportLedgerTest, FindsCostsOfTheProjectSinceATime) {
  static_cast<void>(ledger().Record(project_, cohort_, clock.Now() - 2h));
  static_cast<void>(ledger().Record(project_, cohort_, clock.Now() - 1h));
  static_cast<void>(ledger().Record(ProjectName("app"), cohort_, clock.Now()));
  EXPECT_THAT(Find(1h).costs, SizeIs(1));
  EXPECT_THAT(Find(2h).costs, SizeIs(2));
}

TEST_F(SqliteExportLedgerTest, WithdrawsOneEntry) {
  const std::int64_t first = ledger().Record(project_, cohort_, clock.Now() - 1h);
  static_cast<void>(ledger().Record(project_, cohort_, clock.Now()));
  ledger().Withdraw(first);
  ASSERT_THAT(Find().costs, SizeIs(1));
  EXPECT_EQ(Find().costs[0].asked_at, clock.Now());
}

TEST_F(SqliteExportLedgerTest, FinishesTheExportsOfOneCohort) {
  static_cast<void>(ledger().Record(project_, cohort_, clock.Now() - 1h));
  static_cast<void>(ledger().Record(project_, CohortId("other"), clock.Now()));
  ledger().Finish(project_, cohort_);
  ASSERT_THAT(Find().costs, SizeIs(2));
  EXPECT_TRUE(Find().costs[0].finished);
  EXPECT_FALSE(Find().costs[1].finished);
}

TEST_F(SqliteExportLedgerTest, KeepsTheNewestRefusal) {
  ledger().Refuse(project_, {clock.Now() - 1h, 500});
  ledger().Refuse(project_, {clock.Now(), 600});
  ASSERT_TRUE(Find().refusal);
  EXPECT_EQ(Find().refusal->at, clock.Now());
  EXPECT_EQ(Find().refusal->per_month, 600);
}

TEST_F(SqliteExportLedgerTest, DropsWhatIsOlderThan62Days) {
  static_cast<void>(ledger().Record(project_, cohort_, clock.Now()));
  clock.Advance(62 * 24h);
  static_cast<void>(ledger().Record(project_, cohort_, clock.Now()));
  EXPECT_THAT(Find(100 * 24h).costs, SizeIs(2));
  clock.Advance(1ms);
  static_cast<void>(ledger().Record(project_, cohort_, clock.Now()));
  EXPECT_THAT(Find(100 * 24h).costs, SizeIs(2));
}

TEST_F(SqliteExportLedgerTest, HistoryReadsIt) {
  static_cast<void>(ledger().Record(project_, cohort_, clock.Now()));
  auto history = SqliteHistory::Open(path());
  ASSERT_TRUE(history);
  EXPECT_THAT((*history)->FindExportCosts(project_, clock.Now()).costs, SizeIs(1));
  EXPECT_THAT((*history)->FindExportCosts(ProjectName("app"), clock.Now()).costs, IsEmpty());
}

}  // namespace
}  // namespace cohort_sync
