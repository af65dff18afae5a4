#include "storage/sqlite_sync_store.h"

#include <gmock/gmock.h>

#include "storage/store_fixture.h"

namespace cohort_sync {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class SqliteSyncStoreTest : public StoreTest {};

TEST_F(SqliteSyncStoreTest, KeepsItsHashKeyForLife) {
  const std::uint64_t key = store().hash_key();
  EXPECT_EQ(key, FakeRandom().Next()) << "drawn once, from the given source";
  Reopen();
  EXPECT_EQ(store().hash_key(), key);
}

TEST_F(SqliteSyncStoreTest, ABindingIsCreatedAsItsPlanSays) {
  const BindingKey key = Plan().key;
  EXPECT_EQ(store().FindBinding(key), std::nullopt);
  Commit({"a"});
  const std::optional<Binding> found = store().FindBinding(key);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->key, key);
  EXPECT_EQ(found->pins, Plan().pins);
  EXPECT_EQ(found->cohort_name, "Cohort vip");
  EXPECT_EQ(found->accepted_as_of, clock.Now());
  EXPECT_EQ(found->stopped_reason, "");
}

TEST_F(SqliteSyncStoreTest, ALaterPlanUpdatesNameTimeAndListIdAndNoOtherPin) {
  Commit({"a"});
  clock.Advance(Duration(1000));
  PlanCommit plan = Plan();
  plan.cohort_name = "Renamed";
  plan.pins.list_id = ListId(99);
  plan.pins.endpoint = "https://elsewhere";
  const CommittedPlan committed = store().CommitPlan(plan);
  const std::optional<Binding> found = store().FindBinding(plan.key);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, committed.binding);
  EXPECT_EQ(found->cohort_name, "Renamed");
  EXPECT_EQ(found->accepted_as_of, clock.Now());
  EXPECT_EQ(found->pins.list_id, ListId(99));
  EXPECT_EQ(found->pins.endpoint, Plan().pins.endpoint);
}

TEST_F(SqliteSyncStoreTest, AListIsFoundWithoutRegardToCaseOnItsEndpointOnly) {
  Commit({"a"}, {}, "Vip");
  EXPECT_TRUE(store().FindBindingByList("https://api.cordial.io/v2", ListName("vIP")));
  EXPECT_FALSE(store().FindBindingByList("https://other", ListName("Vip")));
  EXPECT_FALSE(store().FindBindingByList("https://api.cordial.io/v2", ListName("vip2")));
}

TEST_F(SqliteSyncStoreTest, OneListBelongsToOneBinding) {
  Commit({"a"}, {}, "vip");
  PlanCommit plan = Plan("other");
  plan.pins.list_name = ListName("VIP");
  EXPECT_THROW(static_cast<void>(store().CommitPlan(plan)), DatabaseError);
}

TEST_F(SqliteSyncStoreTest, AStopIsKeptUntilItIsCleared) {
  Commit({"a"});
  store().SetStopped(binding, "list gone");
  Reopen();
  EXPECT_EQ(store().FindBinding(Plan().key)->stopped_reason, "list gone");
  store().SetStopped(binding, "");
  EXPECT_EQ(store().FindBinding(Plan().key)->stopped_reason, "");
}

TEST_F(SqliteSyncStoreTest, ACommitThatIsCutOffHasNotHappened) {
  Commit({"a"});
  Execute(
      "CREATE TRIGGER cut_off BEFORE INSERT ON operations WHEN new.contact = 'd'"
      " BEGIN SELECT raise(ABORT, 'cut off'); END");
  try {
    Commit({"b", "c", "d"}, {"a"});
    FAIL() << "the commit went through";
  } catch (const DatabaseError& error) {
    EXPECT_THAT(error.what(), HasSubstr("commit a plan: cut off"));
  }
  Execute("DROP TRIGGER cut_off");
  Reopen();
  EXPECT_THAT(Journal(), ElementsAre("add a pending off"));
  EXPECT_THAT(Strings("SELECT run_id FROM runs"), ElementsAre("1"));
  EXPECT_THAT(Desired(), ElementsAre("a"));
}

TEST_F(SqliteSyncStoreTest, WhatWasCommittedIsThereAfterAKill) {
  Commit({"a", "b"});
  Reopen();
  EXPECT_THAT(Desired(), ElementsAre("a", "b"));
  EXPECT_EQ(store().CountOpen(binding).pending, 2);
}

TEST_F(SqliteSyncStoreTest, ANewBindingDesiresNobodyInOneEmptyRange) {
  int ranges = 0;
  store().VisitDesired(BindingId(5), [&](const DesiredRange& range) {
    ++ranges;
    EXPECT_EQ(range.range, HashRange{});
    EXPECT_EQ(range.checkpoint.size(), 0U);
    EXPECT_TRUE(range.changes.empty());
  });
  EXPECT_EQ(ranges, 1);
  EXPECT_EQ(store().CountDesired(BindingId(5)), 0);
}

TEST_F(SqliteSyncStoreTest, TheDiffOfWhatWasCommittedIsEmpty) {
  std::vector<std::string> members;
  for (int i = 0; i < 10'000; ++i)
    members.push_back(std::to_string(i));
  Commit(members);
  const MemberRows rows = Rows(members);
  for (const bool folded : {false, true}) {
    if (folded) store().FoldIfGrown(binding);
    const Delta delta = Diff(rows, binding, store());
    EXPECT_TRUE(delta.added.empty());
    EXPECT_TRUE(delta.removed.empty());
    EXPECT_EQ(delta.unchanged, 10'000);
  }
}

TEST_F(SqliteSyncStoreTest, CountsRemovalsThatNobodyApprovedWithinTheWindow) {
  const auto remove = [&](std::int64_t count, bool approved) {
    PlanCommit plan = Plan();
    plan.counts.removed = count;
    plan.removals_approved = approved;
    static_cast<void>(store().CommitPlan(plan));
  };
  remove(3, false);
  clock.Advance(Duration(1000));
  const TimePoint since = clock.Now();
  remove(5, false);
  remove(7, true);
  EXPECT_EQ(store().UnapprovedRemovalsSince(binding, since), 5);
  EXPECT_EQ(store().UnapprovedRemovalsSince(binding, since + Duration(1)), 0);
  EXPECT_EQ(store().UnapprovedRemovalsSince(binding, since - Duration(1000)), 8);
}

TEST_F(SqliteSyncStoreTest, ANewSnapshotReplacesTheHoldOfItsBinding) {
  const std::vector<MemberRef> removals = Refs({"a", "b"});
  const std::vector<MemberRef> adds = Refs({"c"});
  PlanCommit plan = Plan();
  plan.hold_remove = removals;
  plan.hold_add = adds;
  static_cast<void>(store().CommitPlan(plan));
  EXPECT_THAT(Strings("SELECT kind || ' ' || contact FROM held_contacts ORDER BY 1"),
              ElementsAre("add c", "remove a", "remove b"));
  Commit({"x"}, {}, "other");
  EXPECT_THAT(Strings("SELECT state FROM holds"), ElementsAre("open"));
  Commit({});
  EXPECT_THAT(Strings("SELECT state || removals || adds FROM holds"), ElementsAre("replaced21"));
  EXPECT_THAT(Strings("SELECT contact FROM held_contacts"), IsEmpty());
}

TEST_F(SqliteSyncStoreTest, FinishingARunThatDoesNotExistIsAnError) {
  RunReport report;
  report.id = RunId(12);
  try {
    store().FinishRun(report);
    FAIL() << "run 12 was finished";
  } catch (const DatabaseError& error) {
    EXPECT_EQ(std::string(error.what()), "state '" + path() + "': finish run 12: no such run");
  }
}

TEST_F(SqliteSyncStoreTest, OpenPassesOnWhyTheFileIsRefused) {
  Close();
  Execute("PRAGMA user_version = 99");
  const auto opened = SqliteSyncStore::Open(path(), clock, random);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code(), ErrorCode::kConfiguration);
  EXPECT_THAT(opened.error().message(), HasSubstr("schema version 99 is newer than"));
}

}  // namespace
}  // namespace cohort_sync
