#include "sync/member_collector.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace cohort_sync {
namespace {

constexpr std::uint64_t kKey = 7;

std::vector<std::string> ValuesOf(const MemberRows& rows) {
  std::vector<std::string> values;
  rows.VisitRange({}, [&values](const MemberRef& row) { values.emplace_back(row.value); });
  return values;
}

MemberRows Collected(const std::vector<std::string>& values) {
  MemberCollector collector(kKey);
  for (const std::string& value : values)
    collector.Add(value);
  return collector.Finish();
}

MemberRows Built(const std::vector<std::string>& values) {
  MemberRowsBuilder builder(kKey);
  for (const std::string& value : values)
    builder.Add(value);
  return builder.Finish();
}

RC_GTEST_PROP(MemberCollector, StoresWhatTheBuilderStoresInTheSameOrder, ()) {
  // Up to some megabytes: many batches, and values longer than one.
  const auto value = rc::gen::map(
      rc::gen::tuple(rc::gen::inRange(0, 1000),
                     rc::gen::weightedElement<std::size_t>({{50, 20}, {5, 3'000}, {1, 200'000}})),
      [](const auto& parts) {
        return std::to_string(std::get<0>(parts)) + std::string(std::get<1>(parts), 'x');
      });
  const auto some = *rc::gen::container<std::vector<std::string>>(value);
  std::vector<std::string> values;
  for (int times = *rc::gen::inRange(1, 50); times > 0; --times)
    values.insert(values.end(), some.begin(), some.end());
  const MemberRows rows = Collected(values);
  RC_ASSERT(rows.size() == values.size());
  RC_ASSERT(rows.hash_key() == kKey);
  RC_ASSERT(ValuesOf(rows) == ValuesOf(Built(values)));
}

TEST(MemberCollector, HoldsNoRowsWithoutAny) {
  EXPECT_TRUE(Collected({}).empty());
}

TEST(MemberCollector, HoldsAnEmptyValue) {
  EXPECT_EQ(ValuesOf(Collected({""})), (std::vector<std::string>{""}));
}

TEST(MemberCollector, CanBeLeftInTheMiddle) {
  MemberCollector collector(kKey);
  for (int i = 0; i < 100'000; ++i)
    collector.Add("somebody@example.org");
}

}  // namespace
}  // namespace cohort_sync
