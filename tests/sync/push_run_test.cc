// Runs of pushed batches, over a real state and a real inbox.
#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/format.h"
#include "support/fake_random.h"
#include "sync/push_fixture.h"

namespace cohort_sync {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

TEST_F(PushTest, TheFirstBatchMakesTheListAndItsMembers) {
  Enter(1, "u1 anna@x.com\nu2 bob@x.com");
  const std::optional<RunReport> run = Push();
  ASSERT_TRUE(run);
  EXPECT_EQ(run->state, RunState::kSucceeded) << run->error;
  EXPECT_EQ(run->trigger, RunTrigger::kPush);
  EXPECT_EQ(run->origin, "1 batch pushed");
  EXPECT_EQ(run->counts.batches, 1);
  EXPECT_EQ(run->counts.rows, 2);
  EXPECT_EQ(run->counts.added, 2);
  EXPECT_EQ(run->counts.members, 2);
  EXPECT_EQ(run->snapshot_as_of, std::nullopt);
  EXPECT_THAT(world_.OnList(), UnorderedElementsAre("anna@x.com", "bob@x.com"));
}

TEST_F(PushTest, NothingPushedIsNoRun) {
  EXPECT_FALSE(Push());
  Enter(1, "u1 anna@x.com");
  ASSERT_TRUE(Push());
  EXPECT_FALSE(Push());
  EXPECT_EQ(world_.history()->Runs(10, std::nullopt).size(), 1U);
}

TEST_F(PushTest, WhoLeavesWithoutPropertiesTakesTheContactItEnteredWith) {
  Enter(1, "u1 anna@x.com\nu2 bob@x.com");
  ASSERT_TRUE(Push());
  Leave(2, "u1");
  ASSERT_TRUE(Push());
  EXPECT_THAT(world_.OnList(), UnorderedElementsAre("bob@x.com"));
}

TEST_F(PushTest, WhoLeavesWithAnotherAddressTakesTheContactItEnteredWith) {
  Enter(1, "u1 anna@x.com\nu2 anna-new@x.com");
  ASSERT_TRUE(Push());
  Leave(2, "u1 anna-new@x.com");
  ASSERT_TRUE(Push());
  EXPECT_THAT(world_.OnList(), UnorderedElementsAre("anna-new@x.com"));
}

TEST_F(PushTest, AContactOfTwoMembersLeavesWithTheLast) {
  Enter(1, "u1 anna@x.com\nu2 ANNA@x.com");
  ASSERT_TRUE(Push());
  Leave(2, "u1");
  EXPECT_EQ(Push()->counts.removed, 0);
  EXPECT_THAT(world_.OnList(), UnorderedElementsAre("anna@x.com"));
  Leave(3, "u2");
  EXPECT_EQ(Push()->counts.removed, 1);
  EXPECT_THAT(world_.OnList(), IsEmpty());
}

TEST_F(PushTest, AMemberWhoseAddressChangedSwapsContacts) {
  Enter(1, "u1 anna@x.com");
  ASSERT_TRUE(Push());
  Enter(2, "u1 anna-new@x.com");
  const RunReport run = *Push();
  EXPECT_EQ(run.counts.added, 1);
  EXPECT_EQ(run.counts.removed, 1);
  EXPECT_THAT(world_.OnList(), UnorderedElementsAre("anna-new@x.com"));
}

TEST_F(PushTest, BatchesInTheWrongOrderEndRight) {
  Leave(2, "u1");
  Enter(1, "u1 anna@x.com");
  const RunReport run = *Push();
  EXPECT_THAT(run.notes,
              ElementsAre("passed over 1 change older than what is known of the member"));
  EXPECT_THAT(world_.OnList(), IsEmpty());
}

TEST_F(PushTest, OppositesOfOneSecondAskForAReconcile) {
  Enter(1, "u1 anna@x.com");
  Leave(1, "u1");
  const RunReport run = *Push();
  EXPECT_THAT(run.notes,
              ElementsAre("1 change said the opposite of another of the same second; the later "
                          "arrival counts until a reconcile"));
  EXPECT_THAT(world_.OnList(), IsEmpty());
  Open();  // The gap is written by then.
  const auto gap = inbox_->FindGap(world_.target.key.cohort);
  ASSERT_TRUE(gap);
  EXPECT_EQ(gap->reason, "changes of the same second contradicted each other");
}

TEST_F(PushTest, AListedValueIsCutBetweenTwoCharacters) {
  std::string value = "a";
  while (value.size() <= 256)
    value += "\u00E9";
  Enter(1, "u1 " + value);
  const std::vector<RejectedRow> rows = world_.history()->RejectedRows(Push()->id);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].value, value.substr(0, 255));
}

TEST_F(PushTest, EntersWithoutAUsableContactAreListedAndLeaveNobodyBehind) {
  Enter(1, "u1\nu2 not-an-address\nu3 bob@x.com");
  const RunReport run = *Push();
  EXPECT_EQ(run.counts.rejected[static_cast<std::size_t>(RejectReason::kMissing)], 1);
  EXPECT_EQ(run.counts.rejected[static_cast<std::size_t>(RejectReason::kMalformed)], 1);
  const std::vector<RejectedRow> rows = world_.history()->RejectedRows(run.id);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].member, "u1");
  EXPECT_EQ(rows[1].value, "not-an-address");
  Leave(2, "u1\nu2");
  EXPECT_EQ(Push()->counts.removed, 0);
  EXPECT_THAT(world_.OnList(), UnorderedElementsAre("bob@x.com"));
}

TEST_F(PushTest, ABatchThatCannotBeReadIsPassedAndSaid) {
  Enter(1, "broken");
  Enter(2, "u1 anna@x.com");
  const RunReport run = *Push();
  EXPECT_THAT(run.notes, ElementsAre("batch '' could not be read: no such body"));
  EXPECT_THAT(world_.OnList(), UnorderedElementsAre("anna@x.com"));
}

TEST_F(PushTest, MembersWithoutAUserIdAreKnownByTheirContacts) {
  Enter(1, " anna@x.com\n bob@x.com\nu1 carol@x.com");
  EXPECT_EQ(Push()->counts.added, 3);
  Leave(2, " ANNA@x.com\n");
  EXPECT_EQ(Push()->counts.removed, 1);
  EXPECT_THAT(world_.OnList(), UnorderedElementsAre("bob@x.com", "carol@x.com"));
}

TEST_F(PushTest, WhoLeavesWithoutAUserIdLeavesTheContactToItsOtherMembers) {
  Enter(1, " anna@x.com\nu1 anna@x.com");
  ASSERT_TRUE(Push());
  Leave(2, " anna@x.com");
  EXPECT_EQ(Push()->counts.removed, 0);
  Leave(3, "u1");
  EXPECT_EQ(Push()->counts.removed, 1);
}

TEST_F(PushTest, WhoLeavesWithoutAUserIdAndContactIsNobody) {
  Enter(1, "u1 anna@x.com\n bob@x.com");
  ASSERT_TRUE(Push());
  Leave(2, " \n nobody");
  EXPECT_EQ(Push()->counts.removed, 0);
  EXPECT_THAT(world_.OnList(), UnorderedElementsAre("anna@x.com", "bob@x.com"));
}

TEST_F(PushTest, ListChangesAreAboutContacts) {
  AddToList("anna@x.com\nbob@x.com");
  ASSERT_TRUE(Push());
  RemoveFromList("anna@x.com");
  ASSERT_TRUE(Push());
  EXPECT_THAT(world_.OnList(), UnorderedElementsAre("bob@x.com"));
}

TEST_F(PushTest, AListRemovalTakesTheContactFromEveryMemberThatHadIt) {
  Enter(0, "u1 anna@x.com\nu2 anna@x.com");
  ASSERT_TRUE(Push());
  RemoveFromList("anna@x.com");
  ASSERT_TRUE(Push());
  EXPECT_THAT(world_.OnList(), IsEmpty());
}

TEST_F(PushTest, AListRemovalSparesWhoHasAnotherContactByNow) {
  Enter(0, "u1 anna@x.com");
  Enter(1, "u1 anna-new@x.com");
  world_.clock.Advance(std::chrono::minutes(1));
  RemoveFromList("anna@x.com");
  ASSERT_TRUE(Push());
  EXPECT_THAT(world_.OnList(), UnorderedElementsAre("anna-new@x.com"));
}

TEST_F(PushTest, ManyBatchesTakeSeveralRunsAndNoneIsTakenTwice) {
  for (int i = 0; i < 3; ++i)
    Enter(i, Format("u{} m{}@x.com", i, i));
  ASSERT_EQ(Push()->counts.batches, 3);
  Enter(3, "u3 m3@x.com");
  Open();
  EXPECT_EQ(Push()->counts.batches, 1);
  EXPECT_EQ(world_.OnList().size(), 4U);
}

// ---- The guard ----

std::string Users(int count) {
  std::string body;
  for (int i = 0; i < count; ++i)
    body += Format("u{} m{}@x.com\n", i, i);
  return body;
}

TEST_F(PushTest, RemovalsOfSeveralBatchesAreJudgedTogether) {
  Enter(1, Users(100));
  ASSERT_TRUE(Push());
  for (int i = 0; i < 25; ++i)
    Leave(2, Format("u{}", i));
  EXPECT_EQ(Push()->state, RunState::kSucceeded);
  Leave(3, "u25");
  const RunReport run = *Push();
  EXPECT_EQ(run.state, RunState::kHeld);
  EXPECT_EQ(run.counts.held_removals, 1);
  EXPECT_TRUE(world_.OnList().contains("m25@x.com"));
}

class HeldPushTest : public PushTest {
 protected:
  HeldPushTest() {
    Enter(1, Users(100));
    EXPECT_TRUE(Push());
    std::string leaving;
    for (int i = 0; i < 40; ++i)
      leaving += Format("u{}\n", i);
    Leave(2, leaving);
    held_ = *Push();
  }
  RunReport held_;
};

TEST_F(HeldPushTest, BatchesMergeIntoTheHoldByContact) {
  EXPECT_EQ(held_.counts.held_removals, 40);
  Enter(3, "u0 m0@x.com\nu200 new@x.com");
  const RunReport run = *Push();
  EXPECT_EQ(run.state, RunState::kSucceeded);
  EXPECT_EQ(run.counts.added, 1);
  ASSERT_TRUE(Status().hold);
  EXPECT_EQ(Status().hold->removals, 39);
}

TEST_F(HeldPushTest, BatchesThatDoNotTouchTheHoldLeaveItsRun) {
  Enter(3, "u200 new@x.com");
  ASSERT_TRUE(Push());
  EXPECT_EQ(Status().hold->run, held_.id);
}

TEST_F(HeldPushTest, ApprovingTheirNumberLetsThemGo) {
  EXPECT_EQ(Approve(39)->state, RunState::kHeld);
  EXPECT_EQ(world_.OnList().size(), 100U);
  const RunReport run = *Approve(40);
  EXPECT_EQ(run.state, RunState::kSucceeded);
  EXPECT_TRUE(run.removals_approved);
  EXPECT_EQ(run.counts.removed, 40);
  EXPECT_EQ(world_.OnList().size(), 60U);
  EXPECT_FALSE(Status().hold);
}

TEST_F(HeldPushTest, WhatLeavesWhileAHoldIsOpenIsHeldWithItWhenItIsTooMuch) {
  std::string leaving;
  for (int i = 40; i < 70; ++i)
    leaving += Format("u{}\n", i);
  Leave(3, leaving);
  const RunReport run = *Push();
  EXPECT_EQ(run.counts.held_removals, 70);
  EXPECT_THAT(run.notes, ElementsAre(HasSubstr("--approve 70")));
}

// ---- The law ----

struct Change {
  std::string member;
  int second = 0;
  bool enters = false;
  std::string contact;
};

// Members that enter and leave, each at times of its own, with contacts that some share.
std::vector<Change> RandomChanges(FakeRandom& random) {
  std::vector<Change> changes;
  for (std::uint64_t member = 0; member < 12; ++member) {
    int second = 0;
    bool present = false;
    const std::uint64_t count = random.Below(6);
    for (std::uint64_t i = 0; i < count; ++i) {
      second += 1 + static_cast<int>(random.Below(5));
      present = random.OneIn(4) ? present : !present;
      changes.push_back(
          {Format("u{}", member), second, present, Format("m{}@x.com", random.Below(8))});
    }
  }
  return changes;
}

std::set<std::string> Expected(const std::vector<Change>& changes) {
  std::map<std::string, Change> last;
  for (const Change& change : changes) {
    const auto [found, fresh] = last.emplace(change.member, change);
    if (!fresh && found->second.second < change.second) found->second = change;
  }
  std::set<std::string> contacts;
  for (const auto& [member, change] : last) {
    if (change.enters) contacts.insert(change.contact);
  }
  return contacts;
}

class PushLawTest : public PushTest {
 public:
  PushLawTest() { world_.target.limits.min_removals = 1'000; }
  void TestBody() override {}

  // In any order, some twice, planned in any groups, with ends of the process in between. Another
  // cohort each time.
  std::set<std::string> Play(std::vector<Change> changes, FakeRandom& random) {
    const std::string list = Format("list{}", ++cohorts_);
    world_.target.key.cohort = CohortId(list);
    world_.target.list_name = list;
    const std::size_t once = changes.size();
    for (std::size_t i = 0; i < once / 3; ++i)
      changes.push_back(changes[random.Below(once)]);
    std::shuffle(changes.begin(), changes.end(), std::mt19937_64(random.Next()));
    for (const Change& change : changes) {
      if (change.enters) {
        Enter(change.second, change.member + " " + change.contact);
      } else {
        Leave(change.second, change.member);
      }
      if (random.OneIn(12)) (void)Push();
      if (random.OneIn(96)) Open();
    }
    (void)Push();
    return world_.destination.ContactsOf(list);
  }

 private:
  int cohorts_ = 0;
};

RC_GTEST_PROP(PushLaw, TheListIsWhoEnteredLastWhateverTheOrderAndHowOften, (std::uint64_t seed)) {
  FakeRandom random(seed);
  const std::vector<Change> changes = RandomChanges(random);
  static PushLawTest world;
  RC_ASSERT(world.Play(changes, random) == Expected(changes));
}

}  // namespace
}  // namespace cohort_sync
