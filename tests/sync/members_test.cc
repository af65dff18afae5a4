#include "sync/members.h"

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/hash.h"
#include "base/text.h"
#include "sync/segment.h"

namespace cohort_sync {
namespace {

constexpr std::uint64_t kKey = 7;

MemberRows RowsOf(const std::vector<std::string>& values) {
  MemberRowsBuilder builder(kKey);
  for (const std::string& value : values)
    builder.Add(value);
  return builder.Finish();
}

std::vector<std::string> Numbered(std::size_t count) {
  std::vector<std::string> values;
  for (std::size_t i = 0; i < count; ++i)
    values.push_back(std::to_string(i));
  return values;
}

// Visits the ranges between `cuts` one after the other.
void VisitSplit(const MemberRows& rows,
                std::vector<std::uint64_t> cuts,
                const std::function<void(std::string_view)>& visit) {
  cuts.push_back(UINT64_MAX);
  std::sort(cuts.begin(), cuts.end());
  cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
  std::uint64_t first = 0;
  for (const std::uint64_t last : cuts) {
    const HashRange range{first, last};
    std::size_t visited = 0;
    rows.VisitRange(range, [&](const MemberRef& row) {
      if (!range.Contains(row.hash)) ADD_FAILURE() << row.hash << " is out of range";
      visit(row.value);
      ++visited;
    });
    EXPECT_LE(visited, rows.UpperBound(range));
    first = last + 1;
  }
}

// How often each value is visited.
using Visits = std::map<std::string, int>;
Visits VisitsOf(const MemberRows& rows) {
  Visits visits;
  VisitSplit(rows, {}, [&visits](std::string_view value) { ++visits[std::string(value)]; });
  return visits;
}

RC_GTEST_PROP(MemberRows, VisitingAnySplitOfTheHashCoversEveryRowOnce, ()) {
  static const std::vector<std::string> kValues = Numbered(4 * kSegmentTargetMembers);
  static const MemberRows kRows = RowsOf(kValues);
  // At any place, and at the edges of partitions.
  const auto edge = rc::gen::map(
      rc::gen::inRange<std::uint64_t>(1, MemberRows::kPartitions),
      [](std::uint64_t partition) { return partition << (64U - MemberRows::kPartitionBits); });
  const auto cuts = *rc::gen::container<std::vector<std::uint64_t>>(rc::gen::oneOf(
      rc::gen::arbitrary<std::uint64_t>(), edge, rc::gen::map(edge, [](std::uint64_t first) {
        return first - 1;
      })));
  std::vector<int> visits(kValues.size(), 0);
  VisitSplit(kRows, cuts, [&visits](std::string_view value) {
    ++visits.at(static_cast<std::size_t>(*ParseInteger(value)));
  });
  RC_ASSERT(visits == std::vector<int>(kValues.size(), 1));
}

TEST(MemberRows, VisitsDuplicatesAsOftenAsTheyWereAdded) {
  const MemberRows rows = RowsOf({"a", "b", "a", "a"});
  EXPECT_EQ(rows.size(), 4U);
  EXPECT_EQ(VisitsOf(rows), (Visits{{"a", 3}, {"b", 1}}));
}

TEST(MemberRows, HashesWithTheStatesKey) {
  const MemberRows rows = RowsOf({"anna@example.org"});
  EXPECT_EQ(rows.hash_key(), kKey);
  rows.VisitRange(
      {}, [](const MemberRef& row) { EXPECT_EQ(row.hash, KeyedHash(kKey, "anna@example.org")); });
}

TEST(MemberRows, EmptyVisitsNothing) {
  for (const MemberRows& rows : {MemberRows(), RowsOf({})}) {
    EXPECT_TRUE(rows.empty());
    EXPECT_EQ(rows.UpperBound({}), 0U);
    rows.VisitRange({}, [](const MemberRef&) { ADD_FAILURE(); });
  }
}

TEST(MemberRows, HoldsValuesOfAnyLengthIncludingNone) {
  const std::string longest(70'000, 'x');
  EXPECT_EQ(VisitsOf(RowsOf({"", longest})), (Visits{{"", 1}, {longest, 1}}));
}

TEST(MemberRows, ViewsStayValidWhenItIsMoved) {
  MemberRows rows = RowsOf({"anna@example.org"});
  std::vector<MemberRef> seen;
  rows.VisitRange({}, [&seen](const MemberRef& row) { seen.push_back(row); });
  const MemberRows moved = std::move(rows);
  EXPECT_EQ(moved.size(), 1U);
  EXPECT_EQ(seen.at(0).value, "anna@example.org");
}

TEST(MemberRowsBuilder, StartsAgainWithTheSameKeyAfterFinish) {
  MemberRowsBuilder builder(kKey);
  builder.Add("a");
  EXPECT_EQ(builder.size(), 1U);
  EXPECT_EQ(builder.Finish().size(), 1U);
  EXPECT_EQ(builder.size(), 0U);
  builder.Add("b");
  const MemberRows second = builder.Finish();
  EXPECT_EQ(second.hash_key(), kKey);
  EXPECT_EQ(VisitsOf(second), (Visits{{"b", 1}}));
}

}  // namespace
}  // namespace cohort_sync
