#include "storage/folding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "storage/store_fixture.h"

namespace cohort_sync {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kDropLatest = "DELETE FROM segments WHERE checkpoint = 'latest'";
constexpr const char* kCountLatest = "SELECT count(*) FROM segments WHERE checkpoint = 'latest'";
// A fold or a prune dies when it is about to write its fourth segment of a checkpoint.
constexpr const char* kCutOffFold =
    "CREATE TRIGGER cut_off BEFORE INSERT ON segments WHEN (SELECT count(*) FROM segments WHERE"
    " checkpoint = new.checkpoint AND position = new.position) >= 3"
    " BEGIN SELECT raise(ABORT, 'cut off'); END";
constexpr const char* kRepair = "DROP TRIGGER cut_off";

std::vector<std::string> Contacts(int first, int last) {
  std::vector<std::string> contacts;
  for (int i = first; i < last; ++i)
    contacts.push_back("contact" + std::to_string(i) + "@example.com");
  return contacts;
}

std::set<std::string> SetOf(const std::vector<std::string>& contacts) {
  return {contacts.begin(), contacts.end()};
}

class FoldingTest : public StoreTest {
 protected:
  // Everything is delivered without asking: folding does not look at delivery.
  void CloseEverything() const {
    Execute("UPDATE operations SET state = 'delivered', before = iif(kind = 'add', 'on', 'off')");
  }
  void PruneAll() {
    clock.Advance(std::chrono::hours(1));
    store().Prune(clock.Now());
  }
};

TEST_F(FoldingTest, ASmallJournalIsNotFolded) {
  Commit(Contacts(0, 4096));
  store().FoldIfGrown(binding);
  EXPECT_EQ(Number(kCountLatest), 0);
  Commit(Contacts(4096, 4097));
  store().FoldIfGrown(binding);
  EXPECT_GT(Number(kCountLatest), 0);
}

TEST_F(FoldingTest, FoldingChangesNoAnswer) {
  const std::vector<std::string> members = Contacts(0, 20'000);
  Commit(members);
  EXPECT_EQ(store().CountDesired(binding), 20'000);
  store().FoldIfGrown(binding);
  EXPECT_GE(Number(kCountLatest), 4);
  EXPECT_EQ(Desired(), SetOf(members));
  EXPECT_EQ(store().CountDesired(binding), 20'000);
}

TEST_F(FoldingTest, AnOvergrownSegmentIsSplitByItsHash) {
  Commit(Contacts(0, 5'000));
  store().FoldIfGrown(binding);
  EXPECT_EQ(Number(kCountLatest), 2);
  Commit(Contacts(5'000, 30'000));
  store().FoldIfGrown(binding);
  EXPECT_GE(Number(kCountLatest), 8);
  EXPECT_LE(Number("SELECT max(members) FROM segments"), 2 * 4096);
  EXPECT_EQ(Desired(), SetOf(Contacts(0, 30'000)));
}

TEST_F(FoldingTest, DroppingLatestChangesNoAnswer) {
  Commit(Contacts(0, 6'000));
  CloseEverything();
  PruneAll();
  Commit(Contacts(6'000, 12'000), Contacts(0, 1'000));
  store().FoldIfGrown(binding);
  ASSERT_GT(Number(kCountLatest), 0);
  Commit({}, Contacts(1'000, 1'100));
  const std::set<std::string> expected = SetOf(Contacts(1'100, 12'000));
  EXPECT_EQ(Desired(), expected);
  Execute(kDropLatest);
  EXPECT_EQ(Desired(), expected);
  EXPECT_EQ(store().CountDesired(binding), 10'900);
}

TEST_F(FoldingTest, AFirstFoldThatIsCutOffChangesNoAnswerAndIsDoneAgain) {
  Commit(Contacts(0, 30'000));
  Execute(kCutOffFold);
  EXPECT_THROW(store().FoldIfGrown(binding), DatabaseError);
  ASSERT_EQ(Number(kCountLatest), 3);
  Execute(kRepair);
  Reopen();
  EXPECT_EQ(Desired(), SetOf(Contacts(0, 30'000)));
  store().FoldIfGrown(binding);
  EXPECT_EQ(Desired(), SetOf(Contacts(0, 30'000)));
  EXPECT_GE(Number(kCountLatest), 8);
}

TEST_F(FoldingTest, ALaterFoldThatIsCutOffChangesNoAnswerAndGoesOn) {
  Commit(Contacts(0, 30'000));
  store().FoldIfGrown(binding);
  Commit({}, Contacts(0, 10'000));
  Execute(kCutOffFold);
  EXPECT_THROW(store().FoldIfGrown(binding), DatabaseError);
  Execute(kRepair);
  Reopen();
  ASSERT_EQ(Number("SELECT count(DISTINCT position) FROM segments"), 2);
  EXPECT_EQ(Desired(), SetOf(Contacts(10'000, 30'000)));
  Commit(Contacts(0, 5'000));
  store().FoldIfGrown(binding);
  EXPECT_EQ(Number("SELECT count(DISTINCT position) FROM segments"), 1);
  Execute("UPDATE operations SET kind = 'add'");  // Folded: no longer looked at.
  std::set<std::string> expected = SetOf(Contacts(10'000, 30'000));
  expected.merge(SetOf(Contacts(0, 5'000)));
  EXPECT_EQ(Desired(), expected);
}

TEST_F(FoldingTest, APruneThatIsCutOffChangesNoAnswerAndGoesOn) {
  Commit(Contacts(0, 30'000));
  CloseEverything();
  Execute(kCutOffFold);
  EXPECT_THROW(PruneAll(), DatabaseError);
  Reopen();
  EXPECT_EQ(Desired(), SetOf(Contacts(0, 30'000)));
  Execute(kRepair);
  PruneAll();
  EXPECT_THAT(Journal(), IsEmpty());
  EXPECT_EQ(Desired(), SetOf(Contacts(0, 30'000)));

  // And again with a base: older rows may not undo what a segment already reflects.
  Commit(Contacts(30'000, 30'100), Contacts(0, 100));
  CloseEverything();
  const TimePoint first_batch_is_old = clock.Now() + Duration(1);
  clock.Advance(std::chrono::hours(1));
  Commit(Contacts(0, 100), Contacts(30'000, 30'100));
  CloseEverything();
  Execute(kCutOffFold);
  EXPECT_THROW(PruneAll(), DatabaseError);
  Execute(kRepair);
  Reopen();
  store().Prune(first_batch_is_old);
  EXPECT_EQ(Desired(), SetOf(Contacts(0, 30'000)));
}

TEST_F(FoldingTest, PruningKeepsWhatIsYoungerOpenOrTheLastWordOnAContact) {
  Commit({"old", "open", "parked"});
  const Claimed claimed = Claim(3);
  Settle({Outcome(claimed.operations.at(0).id, Outcome::kDelivered),
          Outcome(claimed.operations.at(2).id, Outcome::kRefused)});
  clock.Advance(std::chrono::hours(1));
  const TimePoint retention = clock.Now();
  Commit({"young"});
  store().Prune(retention);
  EXPECT_THAT(
      Journal(),
      ElementsAre("add open in_flight off", "add parked parked off", "add young pending off"));
  EXPECT_EQ(Desired(), (std::set<std::string>{"old", "open", "parked", "young"}));
}

TEST_F(FoldingTest, PruningKeepsAnUnknownAttemptUntilItWasSettledLongAgo) {
  Commit({"a"});
  clock.Advance(std::chrono::hours(1));
  const TimePoint retention = clock.Now();
  clock.Advance(Duration(1));
  Settlement lost = Outcome(Claim().operations.at(0).id, Outcome::kUnknown);
  lost.retry_at = clock.Now();
  Settle({lost});
  Deliver();
  store().Prune(retention);
  Commit({}, {"a"});
  EXPECT_THAT(Claim().operations, IsEmpty()) << "the lost call may still arrive (R5)";
}

TEST_F(FoldingTest, AFirstFoldStartsAfreshWhateverACutOffOneHasLeft) {
  Commit(Contacts(0, 30'000));
  Execute(kCutOffFold);
  EXPECT_THROW(store().FoldIfGrown(binding), DatabaseError);
  Execute(kRepair);
  // As a program with other partitions would have left it.
  Execute("UPDATE segments SET first_hash = first_hash + 1");
  Reopen();
  store().FoldIfGrown(binding);
  EXPECT_EQ(Number("SELECT sum(members) FROM segments"), 30'000);
}

TEST_F(FoldingTest, PruningDropsALatestCheckpointThatItLeavesBehind) {
  Commit(Contacts(0, 5'000));
  store().FoldIfGrown(binding);
  Commit({}, Contacts(0, 10));
  CloseEverything();
  PruneAll();
  EXPECT_EQ(Number(kCountLatest), 0);
  EXPECT_THAT(Journal(), IsEmpty());
  EXPECT_EQ(Desired(), SetOf(Contacts(10, 5'000)));
}

TEST_F(FoldingTest, PruningKeepsALatestCheckpointThatIsAhead) {
  Commit(Contacts(0, 10));
  CloseEverything();
  clock.Advance(std::chrono::hours(1));
  const TimePoint retention = clock.Now();
  Commit(Contacts(10, 5'000));
  store().FoldIfGrown(binding);
  store().Prune(retention);
  EXPECT_GT(Number(kCountLatest), 0);
  EXPECT_EQ(Desired(), SetOf(Contacts(0, 5'000)));
}

TEST_F(FoldingTest, PruningTwiceWritesNothingTheSecondTime) {
  Commit({"a"});
  Deliver();
  PruneAll();
  SQLite::Database observer(path(), SQLite::OPEN_READONLY);
  const int before = observer.execAndGet("PRAGMA data_version").getInt();
  PruneAll();
  EXPECT_EQ(observer.execAndGet("PRAGMA data_version").getInt(), before);
}

TEST_F(FoldingTest, IdsAreNotUsedAgainAfterPruning) {
  Commit({"a"});
  Deliver();
  PruneAll();
  Commit({"b"});
  EXPECT_EQ(Number("SELECT operation_id FROM operations"), 2);
  EXPECT_EQ(Desired(), (std::set<std::string>{"a", "b"}));
}

TEST_F(FoldingTest, AJournalLargerThanOneWindowIsReadWhole) {
  const std::vector<std::string> members = Contacts(0, 140'000);
  Commit(members);
  EXPECT_EQ(store().CountDesired(binding), 140'000);
  store().FoldIfGrown(binding);
  EXPECT_EQ(Number("SELECT sum(members) FROM segments"), 140'000);
  Execute("DELETE FROM operations");
  EXPECT_EQ(Desired(), SetOf(members));
}

TEST_F(FoldingTest, ADamagedSegmentIsAnErrorAndNeverHalfAnAnswer) {
  Commit(Contacts(0, 5'000));
  store().FoldIfGrown(binding);
  Execute("UPDATE segments SET data = zeroblob(length(data)) WHERE first_hash < 0");
  try {
    const std::set<std::string> desired = Desired();
    FAIL() << "a damaged segment was read as " << desired.size() << " members";
  } catch (const DatabaseError& error) {
    EXPECT_THAT(error.what(), HasSubstr("read checkpoint segment"));
    EXPECT_THAT(error.what(), HasSubstr("restore a backup"));
  }
}

// Any history of changes, folded, pruned, cut down to the base and killed at any moment, answers as
// a plain set does.
RC_GTEST_PROP(Folding, NeverChangesTheDesiredMembers, ()) {
  StoreWorld world;
  FakeRandom random(*rc::gen::arbitrary<std::uint64_t>());
  // A large one now and then, for the journal is folded from 4,096 operations on.
  const int universe = random.OneIn(20) ? 20'000 : 40;
  std::set<std::string> model;
  const std::uint64_t steps = universe > 100 ? 4 : 15;
  for (std::uint64_t step = 0; step < steps; ++step) {
    std::vector<std::string> add;
    std::vector<std::string> remove;
    for (const std::string& contact : Contacts(0, universe)) {
      if (!random.OneIn(4)) continue;
      (model.contains(contact) ? remove : add).push_back(contact);
    }
    world.Commit(add, remove);
    for (const std::string& contact : remove)
      model.erase(contact);
    model.insert(add.begin(), add.end());
    world.clock.Advance(Duration(1000));
    if (random.OneIn(2)) world.store().FoldIfGrown(world.binding);
    if (random.OneIn(3)) world.Deliver();
    if (random.OneIn(3)) {
      world.store().Prune(world.clock.Now() -
                          Duration(static_cast<std::int64_t>(random.Below(5000))));
    }
    if (random.OneIn(4)) world.Execute(kDropLatest);
    if (random.OneIn(4)) world.Reopen();
    RC_ASSERT(world.Desired() == model);
    RC_ASSERT(world.store().CountDesired(world.binding) == static_cast<std::int64_t>(model.size()));
  }
}

}  // namespace
}  // namespace cohort_sync
