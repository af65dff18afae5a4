#include "scenarios/scenario.h"

#include <gmock/gmock.h>

namespace cohort_sync {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr const char* kTwo = R"(A title
on two lines.

# a remark
cohort vip "VIPs" = 2 members
$ cohort-sync sync vip
! reading
  first

  after an empty line
exit 3

file a.csv:
  email
---
Another.

$ cohort-sync runs
)";

std::string Problem(const std::string& text) {
  const auto parsed = ParseScenarios(text);
  return parsed ? "" : parsed.error().message();
}

TEST(ParseScenarios, ReadsTitlesSentencesBlocksAndTranscripts) {
  const auto parsed = ParseScenarios(kTwo);
  ASSERT_TRUE(parsed.has_value()) << parsed.error().message();
  ASSERT_THAT(*parsed, SizeIs(2));
  const Scenario& first = parsed->front();
  EXPECT_EQ(first.title, "A title on two lines.");
  ASSERT_THAT(first.steps, SizeIs(3));
  EXPECT_EQ(first.steps[0].text, "cohort vip \"VIPs\" = 2 members");
  EXPECT_EQ(first.steps[0].line, 5U);
  EXPECT_TRUE(first.steps[1].is_command);
  EXPECT_EQ(first.steps[1].text, "sync vip");
  EXPECT_THAT(first.steps[1].block,
              ElementsAre("! reading", "  first", "", "  after an empty line", "exit 3"));
  EXPECT_FALSE(first.steps[2].is_command);
  EXPECT_THAT(first.steps[2].block, ElementsAre("email"));
  EXPECT_THAT(parsed->back().steps.front().block, IsEmpty());
}

TEST(ParseScenarios, RefusesWhatItWouldPassOver) {
  EXPECT_EQ(Problem("\n$ cohort-sync runs\n"),
            "line 1: a title is missing; say what this is about");
  EXPECT_EQ(Problem("Title.\n\n  output\n"),
            "line 3: output or a block without a command or a line with ':' above it");
  EXPECT_EQ(Problem("Title.\n\nfolder in\nexit 3\n"),
            "line 4: output or a block without a command or a line with ':' above it");
  EXPECT_EQ(Problem("Title.\n\n$ cohortsync runs\n"),
            "line 3: a command begins with '$ cohort-sync'");
  EXPECT_EQ(Problem("Title.\n\nfile a.csv:\nfolder in\n"),
            "line 4: the line above ends with ':' but no block follows");
  EXPECT_EQ(Problem(""), "line 1: nothing in it");
}

TEST(WithTranscripts, ReplacesTranscriptsAndNothingElse) {
  const auto parsed = ParseScenarios(kTwo);
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(WithTranscripts(kTwo, *parsed, {parsed->front().steps[1].block, {}}), kTwo);
  EXPECT_EQ(WithTranscripts(kTwo, *parsed, {{"  new"}, {"! other", "exit 1"}}),
            R"(A title
on two lines.

# a remark
cohort vip "VIPs" = 2 members
$ cohort-sync sync vip
  new

file a.csv:
  email
---
Another.

$ cohort-sync runs
! other
exit 1
)");
}

TEST(SplitWords, QuotesHoldWordsTogether) {
  EXPECT_THAT(*SplitWords("sync  'active users' --name=\"x y\" ''"),
              ElementsAre("sync", "active users", "--name=x y", ""));
  EXPECT_FALSE(SplitWords("sync 'active").has_value());
}

}  // namespace
}  // namespace cohort_sync
