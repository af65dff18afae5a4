#include "sync/diff.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/format.h"
#include "base/hash.h"
#include "support/fake_random.h"
#include "sync/snapshot.h"

namespace cohort_sync {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr std::uint64_t kKey = 11;
using Values = std::vector<std::string>;
using ValueSet = std::set<std::string>;
using Changes = std::vector<std::pair<std::string, OperationKind>>;

// Desired members in memory: a checkpoint cut at any places, and journal rows behind it.
class FakeDesiredMembers final : public DesiredMembers {
 public:
  FakeDesiredMembers(const ValueSet& checkpoint,
                     const Changes& changes,
                     std::set<std::uint64_t> lasts = {}) {
    lasts.insert(UINT64_MAX);
    std::uint64_t first = 0;
    for (const std::uint64_t last : lasts) {
      Part part;
      part.range = {first, last};
      std::vector<MemberRef> members;
      for (const std::string& value : checkpoint) {
        const std::uint64_t hash = KeyedHash(kKey, value);
        if (part.range.Contains(hash)) members.push_back({hash, value});
      }
      part.segment = EncodeSegment(members);
      for (const auto& [value, kind] : changes) {
        const std::uint64_t hash = KeyedHash(kKey, value);
        if (part.range.Contains(hash)) part.changes.push_back({hash, value, kind});
      }
      std::stable_sort(part.changes.begin(), part.changes.end(), [](const auto& a, const auto& b) {
        return a.hash < b.hash;
      });
      parts_.push_back(std::move(part));
      first = last + 1;
    }
  }

  void VisitDesired(BindingId /*binding*/,
                    const std::function<void(const DesiredRange&)>& visit) override {
    for (const Part& part : parts_)
      visit({part.range, *SegmentView::Decode(part.segment), part.changes});
  }

 private:
  struct Part {
    HashRange range;
    std::string segment;
    std::vector<JournalChange> changes;
  };
  std::vector<Part> parts_;
};

ValueSet DesiredSet(ValueSet checkpoint, const Changes& changes) {
  for (const auto& [value, kind] : changes) {
    if (kind == OperationKind::kAdd) {
      checkpoint.insert(value);
    } else {
      checkpoint.erase(value);
    }
  }
  return checkpoint;
}

MemberRows RowsOf(const Values& values) {
  MemberRowsBuilder builder(kKey);
  for (const std::string& value : values)
    builder.Add(value);
  return builder.Finish();
}

Values ValuesOf(const std::vector<MemberRef>& members) {
  Values values;
  for (const MemberRef& member : members)
    values.emplace_back(member.value);
  return values;
}

// What of the law in diff.h does not hold, judged by plain sets; empty when all of it does.
std::string BrokenLaw(const ValueSet& checkpoint,
                      const Changes& changes,
                      const std::set<std::uint64_t>& lasts,
                      const Values& rows) {
  FakeDesiredMembers desired(checkpoint, changes, lasts);
  const MemberRows snapshot = RowsOf(rows);
  const Delta delta = Diff(snapshot, BindingId(1), desired);

  const ValueSet before = DesiredSet(checkpoint, changes);
  const ValueSet wanted(rows.begin(), rows.end());
  ValueSet after = before;
  for (const std::string& value : ValuesOf(delta.removed)) {
    if (after.erase(value) == 0) return value + " was removed and was not there";
  }
  for (const std::string& value : ValuesOf(delta.added)) {
    if (!after.insert(value).second) return value + " was added and was there";
  }
  if (after != wanted) return "applying the delta to the old does not yield the new";

  const auto size_of = [](const auto& container) {
    return static_cast<std::int64_t>(container.size());
  };
  if (delta.desired_before != size_of(before)) return "desired_before";
  if (delta.unchanged != size_of(before) - size_of(delta.removed)) return "unchanged";
  if (delta.duplicates != size_of(rows) - size_of(wanted)) return "duplicates";
  if (size_of(delta.duplicate_values) != delta.duplicates) return "duplicate_values";
  const auto hash_less = [](const MemberRef& a, const MemberRef& b) { return a.hash < b.hash; };
  for (const auto* side : {&delta.added, &delta.removed}) {
    if (!std::is_sorted(side->begin(), side->end(), hash_less)) return "the order by hash";
    for (const MemberRef& member : *side) {
      if (member.hash != KeyedHash(kKey, member.value)) return "a hash";
    }
  }
  return {};
}

// Values from a small world, so that sets overlap.
rc::Gen<std::string> Contact() {
  return rc::gen::map(rc::gen::inRange(0, 40), [](int i) { return Format("c{}", i); });
}
rc::Gen<Changes> SomeChanges() {
  return rc::gen::container<Changes>(
      rc::gen::pair(Contact(), rc::gen::element(OperationKind::kAdd, OperationKind::kRemove)));
}
rc::Gen<ValueSet> SomeValues() {
  return rc::gen::map(rc::gen::container<Values>(Contact()),
                      [](const Values& v) { return ValueSet(v.begin(), v.end()); });
}

RC_GTEST_PROP(Diff, ApplyingDeltaToOldYieldsNew, ()) {
  const auto lasts =
      *rc::gen::container<std::set<std::uint64_t>>(rc::gen::arbitrary<std::uint64_t>());
  RC_ASSERT(
      BrokenLaw(*SomeValues(), *SomeChanges(), lasts, *rc::gen::container<Values>(Contact())) ==
      "");
}

Values AllOf(std::size_t count) {
  Values values;
  for (std::size_t i = 0; i < count; ++i)
    values.push_back(Format("contact{}@example.org", i));
  return values;
}

// Enough rows that a range without a checkpoint is cut into the snapshot's own partitions.
constexpr std::size_t kManyRows = 5 * kSegmentTargetMembers;

TEST(Diff, FirstSnapshotAddsEveryone) {
  const MemberRows snapshot = RowsOf(AllOf(kManyRows));
  FakeDesiredMembers nobody({}, {});
  const Delta delta = Diff(snapshot, BindingId(1), nobody);
  const Values added = ValuesOf(delta.added);
  EXPECT_EQ(added.size(), kManyRows);
  EXPECT_EQ(ValueSet(added.begin(), added.end()).size(), kManyRows);
  EXPECT_TRUE(std::is_sorted(
      delta.added.begin(), delta.added.end(), [](const MemberRef& a, const MemberRef& b) {
        return a.hash < b.hash;
      }));
  EXPECT_THAT(delta.removed, IsEmpty());
  EXPECT_EQ(delta.desired_before, 0);
}

TEST(Diff, LargeSnapshotAgainstSmallSegmentsOfDifferentWidthsKeepsTheLaw) {
  const Values all = AllOf(kManyRows);
  const ValueSet checkpoint(all.begin() + 7'000, all.end() - 100);
  const Values rows(all.begin(), all.end() - 3'000);
  // The first two ranges together are one partition of the snapshot, the third is half of all.
  EXPECT_EQ(BrokenLaw(checkpoint, {}, {1, UINT64_MAX / 16, UINT64_MAX / 2}, rows), "");
}

TEST(Diff, LargeSnapshotAgainstJournalRowsOnlyKeepsTheLaw) {
  const Values all = AllOf(kManyRows);
  Changes changes;
  for (std::size_t i = 4'000; i < all.size(); ++i)
    changes.emplace_back(all[i], OperationKind::kAdd);
  for (std::size_t i = 4'000; i < all.size(); i += 3)
    changes.emplace_back(all[i], OperationKind::kRemove);
  for (std::size_t i = 4'000; i < all.size(); i += 9)
    changes.emplace_back(all[i], OperationKind::kAdd);
  const Values rows(all.begin(), all.end() - 500);
  EXPECT_EQ(BrokenLaw({}, changes, {}, rows), "");
  EXPECT_EQ(BrokenLaw({}, changes, {5}, rows), "");  // The second range is not aligned.
}

TEST(DiffDeathTest, PassesOverNoChangeOfALargeRange) {
  // A store that breaks its promise to sort by the hash.
  class Unsorted final : public DesiredMembers {
   public:
    void VisitDesired(BindingId /*binding*/,
                      const std::function<void(const DesiredRange&)>& visit) override {
      const std::vector<JournalChange> changes = {{UINT64_MAX, "a", OperationKind::kAdd},
                                                  {0, "b", OperationKind::kAdd}};
      visit({{}, {}, changes});
    }
  };
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  Unsorted desired;
  const MemberRows snapshot = RowsOf(AllOf(kManyRows));
  EXPECT_DEATH(static_cast<void>(Diff(snapshot, BindingId(1), desired)), "changes.size");
}

TEST(Diff, LargeSnapshotOfRandomPartsKeepsTheLaw) {
  const Values all = AllOf(kManyRows);
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    FakeRandom random(seed);
    const auto contact = [&] { return all[random.Below(all.size())]; };
    ValueSet checkpoint;
    while (checkpoint.size() < 30 * seed)
      checkpoint.insert(contact());
    Changes changes;
    while (changes.size() < 2'000)
      changes.emplace_back(contact(),
                           random.OneIn(3) ? OperationKind::kRemove : OperationKind::kAdd);
    Values rows(all.begin() + 300, all.end());
    for (int i = 0; i < 100; ++i)
      rows.push_back(contact());
    EXPECT_EQ(BrokenLaw(checkpoint, changes, {random.Next(), random.Next()}, rows), "") << seed;
  }
}

TEST(Diff, GroupsBothSidesByAscendingRange) {
  const Values all = AllOf(300);
  const Values gone = {"x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9"};
  const std::uint64_t half = UINT64_MAX / 2;
  FakeDesiredMembers desired(ValueSet(gone.begin(), gone.end()), {}, {half});
  const MemberRows snapshot = RowsOf(all);
  const Delta delta = Diff(snapshot, BindingId(1), desired);
  const auto below = [](const MemberRef& member) { return member.hash <= half; };
  EXPECT_TRUE(std::is_partitioned(delta.added.begin(), delta.added.end(), below));
  EXPECT_TRUE(std::is_partitioned(delta.removed.begin(), delta.removed.end(), below));
  EXPECT_EQ(delta.added.size(), all.size());
  EXPECT_EQ(delta.removed.size(), gone.size());
}

RC_GTEST_PROP(Diff, OrderAndRepetitionOfRowsChangeOnlyTheDuplicates, ()) {
  const ValueSet checkpoint = *SomeValues();
  const Changes changes = *SomeChanges();
  const Values rows = *rc::gen::container<Values>(Contact());
  Values more = rows;
  for (const std::string& value : rows) {
    if (*rc::gen::arbitrary<bool>()) more.push_back(value);
  }
  for (std::size_t i = more.size(); i > 1; --i)
    std::swap(more[i - 1], more[*rc::gen::inRange<std::size_t>(0, i)]);

  FakeDesiredMembers desired(checkpoint, changes);
  const auto as_sets = [&desired](const Values& values) {
    const MemberRows snapshot = RowsOf(values);
    const Delta delta = Diff(snapshot, BindingId(1), desired);
    const Values added = ValuesOf(delta.added);
    const Values removed = ValuesOf(delta.removed);
    RC_ASSERT(
        delta.duplicates ==
        static_cast<std::int64_t>(values.size() - ValueSet(values.begin(), values.end()).size()));
    return std::tuple(ValueSet(added.begin(), added.end()),
                      ValueSet(removed.begin(), removed.end()),
                      added.size(),
                      removed.size(),
                      delta.unchanged,
                      delta.desired_before);
  };
  RC_ASSERT(as_sets(rows) == as_sets(more));
}

TEST(Diff, TheSameSnapshotAgainChangesNothing) {
  const Values all = AllOf(1'000);
  FakeDesiredMembers desired(ValueSet(all.begin(), all.end()), {});
  const MemberRows snapshot = RowsOf(all);
  const Delta delta = Diff(snapshot, BindingId(1), desired);
  EXPECT_THAT(delta.added, IsEmpty());
  EXPECT_THAT(delta.removed, IsEmpty());
  EXPECT_EQ(delta.unchanged, 1'000);
}

TEST(Diff, AnEmptySnapshotRemovesEveryone) {
  FakeDesiredMembers desired({"a", "b"},
                             {{"c", OperationKind::kAdd}, {"a", OperationKind::kRemove}});
  const Delta delta = Diff(MemberRows(), BindingId(1), desired);
  EXPECT_THAT(ValuesOf(delta.removed), UnorderedElementsAre("b", "c"));
  EXPECT_EQ(delta.desired_before, 2);
}

TEST(Diff, TheLastJournalRowOfAContactDecides) {
  FakeDesiredMembers desired({"a", "b"},
                             {{"a", OperationKind::kRemove},
                              {"b", OperationKind::kRemove},
                              {"b", OperationKind::kAdd},
                              {"c", OperationKind::kAdd},
                              {"c", OperationKind::kRemove},
                              {"d", OperationKind::kRemove}});
  const MemberRows snapshot = RowsOf({"a", "b", "c", "d"});
  const Delta delta = Diff(snapshot, BindingId(1), desired);
  EXPECT_THAT(ValuesOf(delta.added), UnorderedElementsAre("a", "c", "d"));
  EXPECT_THAT(ValuesOf(delta.removed), IsEmpty());
  EXPECT_EQ(delta.unchanged, 1);
  EXPECT_EQ(delta.desired_before, 1);
}

TEST(Diff, NamesTheRowsBeyondTheFirstOfAContact) {
  FakeDesiredMembers desired({"kept"}, {{"left", OperationKind::kRemove}});
  const MemberRows snapshot = RowsOf({"kept", "new", "kept", "left", "new", "new", "left"});
  const Delta delta = Diff(snapshot, BindingId(1), desired);
  EXPECT_EQ(delta.duplicates, 4);
  EXPECT_THAT(delta.duplicate_values, UnorderedElementsAre("kept", "new", "new", "left"));
}

TEST(Diff, CountsMoreDuplicatesThanItNames) {
  FakeDesiredMembers nobody({}, {});
  const MemberRows snapshot = RowsOf(Values(kMaxListedRejectedRows + 5, "a"));
  const Delta delta = Diff(snapshot, BindingId(1), nobody);
  EXPECT_EQ(delta.duplicates, static_cast<std::int64_t>(kMaxListedRejectedRows) + 4);
  EXPECT_EQ(delta.duplicate_values.size(), kMaxListedRejectedRows);
}

TEST(Diff, TellsContactsWithTheSameHashApart) {
  // The journal gives both the hash of "a"; only the bytes can tell them apart.
  class Colliding final : public DesiredMembers {
   public:
    void VisitDesired(BindingId /*binding*/,
                      const std::function<void(const DesiredRange&)>& visit) override {
      const std::uint64_t hash = KeyedHash(kKey, "a");
      const std::vector<JournalChange> changes = {{hash, "a", OperationKind::kAdd},
                                                  {hash, "b", OperationKind::kAdd}};
      visit({{}, {}, changes});
    }
  };
  Colliding desired;
  const MemberRows snapshot = RowsOf({"a"});
  const Delta delta = Diff(snapshot, BindingId(1), desired);
  EXPECT_THAT(ValuesOf(delta.removed), ElementsAre("b"));
  EXPECT_EQ(delta.unchanged, 1);
}

TEST(Diff, RemovedViewsSurviveTheirStoreAndAMove) {
  Delta kept;
  {
    FakeDesiredMembers desired({"anna@example.org", "bob@example.org"}, {});
    Delta delta = Diff(MemberRows(), BindingId(1), desired);
    kept = std::move(delta);
  }
  EXPECT_THAT(ValuesOf(kept.removed), UnorderedElementsAre("anna@example.org", "bob@example.org"));
}

}  // namespace
}  // namespace cohort_sync
