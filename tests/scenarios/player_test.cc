#include "scenarios/player.h"

#include <gmock/gmock.h>

#include "base/format.h"

namespace cohort_sync {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Played PlayText(const std::string& text) {
  const auto scenarios = ParseScenarios("Somebody looks.\n\n" + text);
  EXPECT_TRUE(scenarios.has_value()) << scenarios.error().message();
  return scenarios ? Play(scenarios->front()) : Played();
}

constexpr const char* kRuns =
    "$ cohort-sync runs\n  no runs yet; 'cohort-sync sync' makes the first\n";

TEST(Play, WhatIsAsWrittenHasNoFailures) {
  EXPECT_THAT(PlayText(kRuns).failures, IsEmpty());
}

TEST(Play, OtherOutputIsAFailureThatShowsBoth) {
  const Played played = PlayText("$ cohort-sync runs\n  no runs at all\n");
  EXPECT_THAT(
      played.failures,
      ElementsAre(AllOf(HasSubstr("line 4: 'cohort-sync runs' prints something else from here on"),
                        HasSubstr("expected:\n  no runs at all\n"),
                        HasSubstr("actual:\n  no runs yet;"))));
}

TEST(Play, MoreOutputIsAFailure) {
  EXPECT_THAT(PlayText("$ cohort-sync runs\n").failures, ElementsAre(HasSubstr("no runs yet")));
}

TEST(Play, StandardErrorIsNotStandardOutput) {
  const std::string message = "error: 'runner' is unknown";
  EXPECT_THAT(PlayText("$ cohort-sync runner\n  error: unknown command 'runner', did you mean "
                       "'run'?; 'cohort-sync --help' lists what there is\nexit 2\n")
                  .failures,
              ElementsAre(HasSubstr("actual:\n! error: unknown command 'runner'")));
}

TEST(Play, AnotherExitCodeIsAFailure) {
  EXPECT_THAT(PlayText(std::string(kRuns) + "exit 1\n").failures,
              ElementsAre(HasSubstr("line 5: 'cohort-sync runs' prints something else")));
}

TEST(Play, MisspeltSentenceEndsTheScenarioAtItsLine) {
  const Played played = PlayText(std::string("cohort vip \"VIP\" has 9 members\n") + kRuns);
  EXPECT_THAT(played.failures,
              ElementsAre("line 3: cohort vip \"VIP\" has 9 members: 'cohort vip \"VIP\" has 9 "
                          "members' is no sentence; tests/scenarios/language.h lists them"));
  EXPECT_THAT(played.transcripts, IsEmpty());
}

TEST(Play, FalseFactIsAFailureAndTheScenarioGoesOn) {
  const Played played =
      PlayText(std::string("list vips holds a@example.com\nlist vips = 2 contacts\n") + kRuns);
  EXPECT_THAT(played.failures, ElementsAre("line 4: list vips = 2 contacts: it has 1"));
  EXPECT_THAT(played.transcripts, ElementsAre(ElementsAre(HasSubstr("no runs yet"))));
}

TEST(Play, SentenceThatCannotBeArrangedSaysWhy) {
  EXPECT_THAT(PlayText("switch cordial.slow_mss = 3\n").failures,
              ElementsAre(HasSubstr("unknown switch 'cordial.slow_mss', did you mean "
                                    "'cordial.slow_ms'?")));
}

TEST(Play, WhatDiffersFromRunToRunHasAName) {
  const Played played = PlayText(
      "config /destinations/cordial/endpoint = \"CORDIAL/v3\"\n"
      "$ cohort-sync --config FOLDER/none.json check\n");
  EXPECT_THAT(played.transcripts, ElementsAre(testing::Contains(HasSubstr("'FOLDER/none.json'"))));
}

}  // namespace
}  // namespace cohort_sync
