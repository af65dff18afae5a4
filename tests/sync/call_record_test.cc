#include "sync/call_record.h"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include "base/redaction.h"
#include "base/text.h"

namespace cohort_sync {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(RecordedBody, KeepsAShortBodyAsItIs) {
  EXPECT_EQ(RecordedBody(R"({"success":true})"), R"({"success":true})");
  EXPECT_EQ(RecordedBody(std::string(kMaxRecordedBytes, 'x')), std::string(kMaxRecordedBytes, 'x'));
}

TEST(RecordedBody, SaysThatALongBodyWasCut) {
  EXPECT_EQ(RecordedBody("0123456789", 4), "0123 [cut: 10 bytes in all]");
}

TEST(RecordedBody, CutsBetweenCharacters) {
  EXPECT_EQ(RecordedBody("abcä12", 4), "abc [cut: 7 bytes in all]");
  EXPECT_EQ(RecordedBody("abcä12", 5), "abcä [cut: 7 bytes in all]");
}

TEST(RecordedBody, LeavesNoPartOfASecretAtTheCut) {
  RegisterForRedaction("cut-canary-0123456789");
  const std::string kept = RecordedBody("echo: cut-canary-0123456789 and so on", 20);
  EXPECT_THAT(kept, Not(HasSubstr("canary")));
  EXPECT_THAT(kept, HasSubstr("echo: ***"));
}

RC_GTEST_PROP(RecordedBody, StaysValidUtf8, (const std::vector<std::uint8_t>& kinds)) {
  std::string text;
  for (const std::uint8_t kind : kinds) {
    constexpr const char* kCharacters[] = {"a", "ä", "€", "😀"};
    text += kCharacters[kind % 4];
  }
  RC_ASSERT(IsValidUtf8(RecordedBody(text, *rc::gen::inRange<std::size_t>(0, 40))));
}

}  // namespace
}  // namespace cohort_sync
