#include "sync/member_range_reader.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "support/fake_random.h"
#include "sync/segment.h"

namespace cohort_sync {
namespace {

constexpr std::size_t kPartition = 3;
constexpr unsigned kBelow = 64 - MemberRows::kPartitionBits;
constexpr std::uint64_t kFirst = std::uint64_t{kPartition} << kBelow;
constexpr std::uint64_t kLast = kFirst | (UINT64_MAX >> MemberRows::kPartitionBits);

using Rows = std::vector<std::pair<std::uint64_t, std::string_view>>;

// So many rows of one partition, and one in each neighbour.
MemberRows RowsOf(std::size_t number, std::uint64_t seed) {
  FakeRandom random(seed);
  MemberRowsBuilder builder(7);
  builder.AddHashed({kFirst - 1, "before"});
  builder.AddHashed({kLast + 1, "behind"});
  for (std::size_t i = 0; i < number; ++i)
    builder.AddHashed({kFirst | (random.Next() >> MemberRows::kPartitionBits), std::to_string(i)});
  return builder.Finish();
}

Rows SortedIn(const MemberRows& rows, HashRange range) {
  Rows found;
  rows.VisitRange(range, [&](const MemberRef& row) { found.emplace_back(row.hash, row.value); });
  std::sort(found.begin(), found.end());
  return found;
}

Rows Read(MemberRangeReader& reader, HashRange range) {
  Rows found;
  reader.Visit(range, [&](const MemberRef& row) { found.emplace_back(row.hash, row.value); });
  std::sort(found.begin(), found.end());
  return found;
}

RC_GTEST_PROP(MemberRangeReader, ReadsTheRowsThatTheRangesHave, (std::uint64_t seed)) {
  const std::size_t number = *rc::gen::element<std::size_t>(0, 100, 8'191, 8'192, 20'000);
  std::vector<std::uint64_t> cuts =
      *rc::gen::container<std::vector<std::uint64_t>>(10, rc::gen::inRange(kFirst - 10, kLast));
  const MemberRows rows = RowsOf(number, seed);
  MemberRangeReader reader(rows);
  std::sort(cuts.begin(), cuts.end());
  std::uint64_t first = 0;
  std::size_t read = 0;
  for (const std::uint64_t cut : cuts) {
    const HashRange range{first, std::max(first, cut)};
    const Rows found = Read(reader, range);
    RC_ASSERT(found == SortedIn(rows, range));
    RC_ASSERT(found.size() <= reader.UpperBound(range));
    read += found.size();
    first = range.last + 1;
  }
  read += Read(reader, {first, UINT64_MAX}).size();
  RC_ASSERT(read == number + 2);
}

TEST(MemberRangeReader, GoesThroughLittleMoreThanTheRange) {
  const MemberRows rows = RowsOf(20'000, 1);
  MemberRangeReader reader(rows);
  constexpr std::uint64_t kEighth = (kLast - kFirst) / 8;
  for (std::uint64_t i = 0; i < 8; ++i) {
    const HashRange range{kFirst + i * kEighth, kFirst + (i + 1) * kEighth};
    EXPECT_EQ(rows.UpperBound(range), 20'000U);
    EXPECT_LT(reader.UpperBound(range), 20'000U / 8 + 2'000);
  }
}

TEST(MemberRangeReader, KeepsTheOrderOfRowsOfOneContact) {
  MemberRowsBuilder builder(7);
  for (int i = 0; i < 10'000; ++i)
    builder.AddHashed({kFirst, std::to_string(i)});
  const MemberRows rows = builder.Finish();
  MemberRangeReader reader(rows);
  std::vector<int> order;
  reader.Visit({kFirst, kFirst}, [&order](const MemberRef& row) {
    order.push_back(std::stoi(std::string(row.value)));
  });
  EXPECT_EQ(order.size(), 10'000U);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

}  // namespace
}  // namespace cohort_sync
