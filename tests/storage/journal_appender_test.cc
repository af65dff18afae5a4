#include "storage/journal_appender.h"

#include <gmock/gmock.h>

#include "base/format.h"
#include "storage/store_fixture.h"

namespace cohort_sync {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class JournalAppenderTest : public StoreTest {};

TEST_F(JournalAppenderTest, R1EveryChangeOfDesireAppendsAnOperationEvenWithoutACall) {
  Commit({"a"});
  Commit({}, {"a"});
  EXPECT_THAT(Journal(), ElementsAre("add a superseded off", "remove a pending off"));
  EXPECT_THAT(Desired(), IsEmpty());
}

TEST_F(JournalAppenderTest, WhoLeavesWithoutARowStoodInTheCheckpointAndIsOn) {
  Commit({"a"});
  Deliver();
  clock.Advance(std::chrono::hours(1));
  store().Prune(clock.Now());
  ASSERT_THAT(Journal(), IsEmpty());
  Commit({}, {"a"});
  EXPECT_THAT(Journal(), ElementsAre("remove a pending on"));
}

TEST_F(JournalAppenderTest, EveryContactOfAFirstPlanGetsItsOperationInOrder) {
  // One less and one more than whole groups of rows, and no group at all.
  for (const std::size_t count : {1U, 15U, 16U, 17U, 32U, 47U}) {
    const std::string cohort = Format("cohort{}", count);
    std::vector<std::string> contacts;
    std::vector<std::string> expected;
    for (std::size_t i = 0; i < count; ++i) {
      contacts.push_back(Format("{}-{}", cohort, i));
      expected.push_back(Format("add {} pending off", contacts.back()));
    }
    const CommittedPlan committed = Commit(contacts, {}, cohort);
    EXPECT_THAT(Strings(Format("SELECT kind || ' ' || contact || ' ' || state || ' ' || before"
                               " FROM operations WHERE binding_id = {} AND run_id = {}"
                               " AND created_at = updated_at ORDER BY operation_id",
                               committed.binding.value(),
                               committed.run.value())),
                ElementsAreArray(expected));
  }
}

TEST_F(JournalAppenderTest, WhoJoinsWithoutARowIsOff) {
  Commit({"a"});
  Commit({"b"});
  EXPECT_THAT(Journal(), ElementsAre("add a pending off", "add b pending off"));
}

TEST_F(JournalAppenderTest, RemovalsComeBeforeAdds) {
  Commit({"a"});
  Deliver();
  Commit({"b"}, {"a"});
  EXPECT_THAT(Journal(),
              ElementsAre("add a delivered on", "remove a pending on", "add b pending off"));
}

TEST_F(JournalAppenderTest, R4OneSentAndOneWaiting) {
  Commit({"a"});
  ASSERT_EQ(Claim().operations.size(), 1U);
  Commit({}, {"a"});
  Commit({"a"});
  Commit({}, {"a"});
  EXPECT_THAT(Journal(),
              ElementsAre("add a in_flight off",
                          "remove a superseded unknown",
                          "add a superseded unknown",
                          "remove a pending unknown"));
}

TEST_F(JournalAppenderTest, AParkedOperationGivesWayToANewerOne) {
  Commit({"a"});
  Deliver(Outcome::kRefused);
  Commit({}, {"a"});
  EXPECT_THAT(Journal(), ElementsAre("add a superseded off", "remove a pending off"));
}

TEST_F(JournalAppenderTest, BindingsDoNotShareContacts) {
  Commit({"a"}, {}, "vip");
  Commit({"a"}, {}, "new");
  EXPECT_THAT(Journal(), ElementsAre("add a pending off", "add a pending off"));
}

TEST_F(JournalAppenderTest, AResyncAssertsSettledMembersOnce) {
  Commit({"a", "b"});
  Deliver();
  const CommittedPlan resync = Resync({"a", "b", "a"});
  EXPECT_EQ(resync.asserted, 2);
  EXPECT_THAT(Journal(),
              UnorderedElementsAre("add a delivered on",
                                   "add b delivered on",
                                   "add a pending unknown",
                                   "add b pending unknown"));
}

TEST_F(JournalAppenderTest, AResyncAssertsMembersThatOnlyTheCheckpointKnows) {
  Commit({"a"});
  Deliver();
  clock.Advance(std::chrono::hours(1));
  store().Prune(clock.Now());
  EXPECT_EQ(Resync({"a"}).asserted, 1);
  EXPECT_THAT(Journal(), ElementsAre("add a pending unknown"));
}

TEST_F(JournalAppenderTest, AResyncLeavesAnAddInFlightAndAFreshOneAlone) {
  Commit({"a"});
  ASSERT_EQ(Claim().operations.size(), 1U);
  Commit({"b"});
  EXPECT_EQ(Resync({"a", "b"}).asserted, 0);
  EXPECT_THAT(Journal(), ElementsAre("add a in_flight off", "add b pending off"));
}

TEST_F(JournalAppenderTest, AResyncOpensAParkedAddAgain) {
  Commit({"a"});
  Deliver(Outcome::kRefused);
  const CommittedPlan resync = Resync({"a"});
  EXPECT_EQ(resync.asserted, 1);
  EXPECT_EQ(resync.reopened, 1);
  EXPECT_THAT(Journal(), ElementsAre("add a pending off"));
  EXPECT_EQ(Claim().operations.at(0).attempts, 0);
}

TEST_F(JournalAppenderTest, AResyncMakesAnAddCallThatWouldHaveBeenUnneeded) {
  Commit({"a"});
  Deliver();
  Commit({}, {"a"});
  Commit({"a"});  // Before it: on.
  EXPECT_EQ(Resync({"a"}).asserted, 1);
  EXPECT_THAT(Claim().operations, ::testing::SizeIs(1));
}

TEST_F(JournalAppenderTest, AResyncDoesNotAssertHeldAdds) {
  Commit({"a"});
  Deliver();
  const std::vector<MemberRef> held = Refs({"b"});
  const MemberRows rows = Rows({"a", "b"});
  PlanCommit plan = Plan();
  plan.assert_members = &rows;
  plan.hold_add = held;
  EXPECT_EQ(store().CommitPlan(plan).asserted, 1);
  EXPECT_THAT(Desired(), ElementsAre("a"));
}

TEST_F(JournalAppenderTest, AResyncOpensWaitingRemovalsAgain) {
  Commit({"a"});
  Deliver();
  Commit({}, {"a"});
  Deliver(Outcome::kRefused);
  EXPECT_EQ(Resync({}).reopened, 1);
  EXPECT_THAT(Journal(), ElementsAre("add a delivered on", "remove a pending on"));
}

TEST_F(JournalAppenderTest, AfterAListWasMadeAgainEverythingBeforeIsOff) {
  Commit({"a", "b", "c"});
  Deliver();
  Commit({}, {"b"});
  Resync({"a", "c"}, {}, true);
  EXPECT_THAT(Journal(),
              UnorderedElementsAre("add a delivered on",
                                   "add b delivered on",
                                   "add c delivered on",
                                   "remove b pending off",
                                   "add a pending off",
                                   "add c pending off"));
  EXPECT_EQ(Claim().unneeded, 1) << "nothing has to be taken off a new list";
}

TEST_F(JournalAppenderTest, OwnershipFollowsTheNewestOperation) {
  // Refused, never ours: leaving sends nothing (R3).
  Commit({"refused"});
  Deliver(Outcome::kRefused);
  Commit({}, {"refused"});
  // Lost: it may have arrived, so leaving sends a removal.
  Commit({"lost"});
  Settlement lost = Outcome(Claim().operations.at(0).id, Outcome::kUnknown);
  Settle({lost});
  Commit({}, {"lost"});
  EXPECT_THAT(Journal(),
              ElementsAre("add refused superseded off",
                          "remove refused unneeded off",
                          "add lost superseded unknown",
                          "remove lost pending unknown"));
}

}  // namespace
}  // namespace cohort_sync
