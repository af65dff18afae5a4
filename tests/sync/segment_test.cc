#include "sync/segment.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/format.h"
#include "base/hash.h"

namespace cohort_sync {
namespace {

using Member = std::pair<std::uint64_t, std::string>;

std::string Encode(const std::vector<Member>& members) {
  std::vector<MemberRef> refs;
  for (const auto& [hash, value] : members)
    refs.push_back({hash, value});
  return EncodeSegment(refs);
}

std::vector<Member> MembersOf(const SegmentView& view) {
  std::vector<Member> members;
  view.Visit([&members](const MemberRef& m) { members.emplace_back(m.hash, m.value); });
  return members;
}

std::vector<Member> SomeMembers() {
  std::vector<Member> members;
  for (int i = 0; i < 9; ++i) {
    const std::string value = Format("contact{}@example.org", i);
    members.emplace_back(KeyedHash(1, value), value);
  }
  members.emplace_back(5, "");
  return members;
}

RC_GTEST_PROP(Segment, DecodingUndoesEncoding, ()) {
  const auto values = *rc::gen::container<std::set<std::string>>(
      rc::gen::container<std::string>(rc::gen::arbitrary<char>()));
  std::vector<Member> members;
  for (const std::string& value : values)
    members.emplace_back(*rc::gen::arbitrary<std::uint64_t>(), value);
  const std::string bytes = Encode(members);
  const Result<SegmentView> view = SegmentView::Decode(bytes);
  RC_ASSERT(view.has_value());
  RC_ASSERT(view->size() == members.size());
  RC_ASSERT(MembersOf(*view) == members);
}

TEST(Segment, WithoutMembersIsAWholeSegment) {
  const std::string bytes = EncodeSegment({});
  const Result<SegmentView> view = SegmentView::Decode(bytes);
  ASSERT_TRUE(view.has_value());
  EXPECT_EQ(view->size(), 0U);
  EXPECT_TRUE(MembersOf(*view).empty());
}

TEST(Segment, HoldsTheLongestValue) {
  const std::vector<Member> members = {{UINT64_MAX, std::string(65'535, 'x')}, {0, "a"}};
  const std::string bytes = Encode(members);
  const Result<SegmentView> view = SegmentView::Decode(bytes);
  ASSERT_TRUE(view.has_value());
  EXPECT_EQ(MembersOf(*view), members);
}

TEST(SegmentDeathTest, RefusesAValueThatDoesNotFit) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_DEATH(static_cast<void>(Encode({{1, std::string(65'536, 'x')}})), "check failed");
}

TEST(Segment, EveryDamagedByteIsAnError) {
  const std::string whole = Encode(SomeMembers());
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (int change = 1; change < 256; ++change) {
      std::string damaged = whole;
      damaged[at] = static_cast<char>(static_cast<unsigned char>(damaged[at]) ^ change);
      const Result<SegmentView> view = SegmentView::Decode(damaged);
      ASSERT_FALSE(view.has_value()) << "byte " << at << " changed by " << change;
      ASSERT_EQ(view.error().code(), ErrorCode::kInvalidInput);
    }
  }
}

TEST(Segment, EveryTruncationIsAnError) {
  const std::string whole = Encode(SomeMembers());
  for (std::size_t length = 0; length < whole.size(); ++length)
    ASSERT_FALSE(SegmentView::Decode(std::string_view(whole).substr(0, length)).has_value())
        << length;
}

TEST(Segment, ATailIsAnError) {
  EXPECT_FALSE(SegmentView::Decode(Encode(SomeMembers()) + '\0').has_value());
}

// The count decides where lengths and values begin, so a wrong one may find lengths that add up by
// chance: here the low bytes of the second hash read as the one length of a segment of one.
TEST(Segment, ADamagedCountIsAnErrorEvenWhenTheLengthsAddUp) {
  std::string bytes = Encode({{1, "a"}, {12, "b"}});
  bytes[4] = 1;
  EXPECT_FALSE(SegmentView::Decode(bytes).has_value());
}

// A segment whose checksum is right, so that the counts themselves are judged.
std::string WithChecksum(std::string bytes) {
  const auto count = static_cast<unsigned char>(bytes[4]);
  const std::uint64_t checksum = KeyedHash(count, std::string_view(bytes).substr(16));
  for (unsigned i = 0; i < 8; ++i)
    bytes[8 + i] = static_cast<char>(checksum >> (8U * i) & 0xFFU);
  return bytes;
}

TEST(Segment, SaysWhatIsWrong) {
  const std::string whole = Encode({{1, "ab"}});
  const auto message = [](const std::string& bytes) {
    const Result<SegmentView> view = SegmentView::Decode(bytes);
    return view ? std::string("decoded") : view.error().message();
  };
  EXPECT_EQ(message("CSG1"), "segment of 4 bytes: too short");
  EXPECT_EQ(message("CSG2" + whole.substr(4)), "segment: unknown format 0x32475343");
  EXPECT_EQ(message(whole.substr(0, whole.size() - 1)),
            "segment: damaged, its checksum does not match");

  std::string more = whole;
  more[4] = 9;
  EXPECT_EQ(message(WithChecksum(more)), "segment: too short for 9 members");
  std::string fewer = whole;
  fewer[4] = 0;
  EXPECT_EQ(message(WithChecksum(fewer)), "segment: its lengths do not add up");
  std::string longer = whole;
  longer[24] = 3;
  EXPECT_EQ(message(WithChecksum(longer)), "segment: its lengths do not add up");
  EXPECT_EQ(message(WithChecksum(whole)), "decoded");
}

}  // namespace
}  // namespace cohort_sync
