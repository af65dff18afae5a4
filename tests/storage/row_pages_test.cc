#include "storage/row_pages.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "base/format.h"
#include "storage/database_file.h"
#include "storage/store_fixture.h"

namespace cohort_sync {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAreArray;

class RowPagesTest : public StoreTest {
 protected:
  static std::vector<std::string> Contacts(int count, const std::string& prefix = "c") {
    std::vector<std::string> contacts;
    contacts.reserve(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i)
      contacts.push_back(Format("{}{}@example.com", prefix, i));
    return contacts;
  }
  RowPages& pages(std::int64_t most_looked = RowPages::kMostLooked) {
    database_ = OpenForReading(path()).value();
    return pages_.emplace(*database_, most_looked);
  }
  // Every page, one behind the other.
  static std::vector<std::string> AllMembers(RowPages& pages, const RowFilter& filter) {
    std::vector<std::string> seen;
    for (std::optional<std::uint64_t> from = 0; from;) {
      const MemberPage page = pages.Members(BindingId(1), *from, filter);
      EXPECT_LE(page.rows.size(), filter.limit);
      for (const MemberPageRow& row : page.rows)
        seen.push_back(row.contact);
      from = page.next;
    }
    return seen;
  }
  static std::vector<std::string> AllPending(RowPages& pages, std::size_t limit) {
    std::vector<std::string> seen;
    for (std::optional<PendingPlace> after = PendingPlace(); after;) {
      const PendingPage page = pages.Pending(BindingId(1), *after, {.limit = limit});
      EXPECT_LE(page.rows.size(), limit);
      for (const JournalRow& row : page.rows)
        seen.push_back(Format("{} {} {}", ToString(row.state), ToString(row.kind), row.contact));
      after = page.next;
    }
    return seen;
  }

 private:
  std::unique_ptr<Database> database_;
  std::optional<RowPages> pages_;
};

TEST_F(RowPagesTest, PagesOfMembersAreTheWholeListOnce) {
  const std::vector<std::string> contacts = Contacts(500);
  Commit(contacts);
  for (const std::size_t limit : {1U, 7U, 500U, 1000U})
    EXPECT_THAT(AllMembers(pages(), {.limit = limit}), UnorderedElementsAreArray(contacts));
}

TEST_F(RowPagesTest, PagesOfAFoldedListHaveWhatChangedSince) {
  std::vector<std::string> contacts = Contacts(12'000);
  Commit(contacts);
  store().FoldIfGrown(binding);
  Commit({"late@example.com"}, {contacts.back()});
  contacts.back() = "late@example.com";
  EXPECT_THAT(AllMembers(pages(), {.limit = 999}), UnorderedElementsAreArray(contacts));
}

TEST_F(RowPagesTest, APageThatLookedThroughEnoughEndsAndTheNextGoesOn) {
  const std::vector<std::string> contacts = Contacts(12'000);
  Commit(contacts);
  store().FoldIfGrown(binding);
  const RowFilter filter{.search = "c11999@example.com", .limit = 10};
  RowPages& hasty = pages(1);
  const MemberPage first = hasty.Members(binding, 0, filter);
  EXPECT_TRUE(first.next) << "one segment of several";
  EXPECT_THAT(AllMembers(hasty, filter), ElementsAre("c11999@example.com"));
}

TEST_F(RowPagesTest, AnUnfoldedListIsReadOneSegmentAtATime) {
  const std::vector<std::string> contacts = Contacts(12'000);
  Commit(contacts);
  EXPECT_THAT(AllMembers(pages(1), {.limit = 5'000}), UnorderedElementsAreArray(contacts));
}

TEST_F(RowPagesTest, PartsOfAContactAreSearchedOnlyWhenAsked) {
  Commit({"Anna@example.com", "bert@example.com"});
  EXPECT_THAT(AllMembers(pages(), {.search = "anna"}), IsEmpty());
  EXPECT_THAT(AllMembers(pages(), {.search = "anna@example.com"}), ElementsAre("Anna@example.com"));
  EXPECT_THAT(AllMembers(pages(), {.search = "ann", .search_parts = true}),
              ElementsAre("Anna@example.com"));
  EXPECT_THAT(pages().Pending(binding, {}, {.search = "ann"}).rows, IsEmpty());
  EXPECT_THAT(pages().Pending(binding, {}, {.search = "ann", .search_parts = true}).rows,
              SizeIs(1));
}

TEST_F(RowPagesTest, AMemberSaysWhatIsStillToBeDone) {
  Commit({"done@x.yz"});
  Deliver();
  Commit({"refused@x.yz"});
  Deliver(Outcome::kRefused);
  Commit({"sent@x.yz"});
  static_cast<void>(Claim());
  Commit({"waits@x.yz"});
  const auto row_of = [this](const std::string& contact) {
    return pages().Members(binding, 0, {.search = contact}).rows.at(0);
  };
  EXPECT_EQ(row_of("done@x.yz").open, std::nullopt);
  EXPECT_EQ(row_of("refused@x.yz").open, OperationState::kParked);
  EXPECT_EQ(row_of("refused@x.yz").park_reason, ParkReason::kRefused);
  EXPECT_EQ(row_of("sent@x.yz").open, OperationState::kInFlight);
  EXPECT_EQ(row_of("waits@x.yz").open, OperationState::kPending);
}

TEST_F(RowPagesTest, PendingOperationsComeInTheOrderOfDelivery) {
  Commit({"a@x.yz", "b@x.yz"});
  Deliver();
  Commit({"sent@x.yz"});
  static_cast<void>(Claim());
  Commit({"c@x.yz", "d@x.yz"}, {"a@x.yz", "b@x.yz"});
  for (const std::size_t limit : {1U, 2U, 3U, 100U})
    EXPECT_THAT(AllPending(pages(), limit),
                ElementsAre("in_flight add sent@x.yz",
                            "pending remove a@x.yz",
                            "pending remove b@x.yz",
                            "pending add c@x.yz",
                            "pending add d@x.yz"));
}

TEST_F(RowPagesTest, WhatIsPendingOfAnotherListIsNotOfThisOne) {
  Commit({"a@x.yz"});
  Commit({"b@x.yz"}, {}, "other");
  EXPECT_THAT(AllPending(pages(), 10), ElementsAre("pending add a@x.yz"));
}

TEST_F(RowPagesTest, TheOperationsOfARunAreFoundAmongThoseOfOthers) {
  std::vector<RunId> runs;
  for (int i = 0; i < 20; ++i) {
    runs.push_back(Commit(Contacts(i, Format("r{}-", i))).run);
    Commit(Contacts(3, Format("o{}-", i)), {}, "other");
  }
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const std::vector<JournalRow> rows = pages().OfRun(binding, runs[i], OperationId(), {});
    ASSERT_EQ(rows.size(), i);
    for (std::size_t k = 0; k < rows.size(); ++k)
      EXPECT_EQ(rows[k].contact, Format("r{}-{}@example.com", i, k));
  }
  EXPECT_THAT(pages().OfRun(binding, RunId(9999), OperationId(), {}), IsEmpty());
}

TEST_F(RowPagesTest, TheOperationsOfARunComeInPagesByKindAndState) {
  Commit({"old@x.yz"});
  Deliver();
  const RunId run = Commit({"a@x.yz", "b@x.yz", "c@x.yz"}, {"old@x.yz"}).run;
  RunRowsFilter filter{.kind = OperationKind::kAdd, .rows = {.limit = 2}};
  const std::vector<JournalRow> first = pages().OfRun(binding, run, OperationId(), filter);
  ASSERT_THAT(first, SizeIs(2));
  const std::vector<JournalRow> second = pages().OfRun(binding, run, first.back().id, filter);
  ASSERT_THAT(second, SizeIs(1));
  EXPECT_EQ(second[0].contact, "c@x.yz");
  filter.state = OperationState::kDelivered;
  EXPECT_THAT(pages().OfRun(binding, run, OperationId(), filter), IsEmpty());
  filter.kind = OperationKind::kRemove;
  filter.state = OperationState::kPending;
  EXPECT_THAT(pages().OfRun(binding, run, OperationId(), filter), SizeIs(1));
}

TEST_F(RowPagesTest, ARunOfNothingHasNothing) {
  const RunId run = Commit({}).run;
  EXPECT_THAT(pages().OfRun(binding, run, OperationId(), {}), IsEmpty());
  EXPECT_THAT(AllMembers(pages(), {}), IsEmpty());
  EXPECT_THAT(AllPending(pages(), 1), IsEmpty());
}

}  // namespace
}  // namespace cohort_sync
