#include "simulator/story.h"

#include <gmock/gmock.h>

#include "base/format.h"
#include "simulator/push_receiver.h"
#include "simulator/story_player.h"
#include "support/fake_clock.h"
#include "support/fake_random.h"
#include "support/source_dir.h"
#include "support/temp_dir.h"

namespace cohort_sync::simulator {
namespace {

using ::testing::ElementsAre;

// A story with the cohort vip1 ("very important") of three members.
std::string WithSteps(const std::string& steps) {
  return Format(R"({{"cohorts": [{{"id": "vip1", "name": "Very important", "members": 3}}],
                     "steps": [{}]}})",
                steps);
}

std::string Problem(const std::string& json) {
  const Result<Story> story = ParseStory(json);
  return story ? "(none)" : story.error().message();
}

std::vector<std::string> Texts(std::span<const StoryStep> steps) {
  std::vector<std::string> texts;
  for (const StoryStep& step : steps)
    texts.push_back(step.text);
  return texts;
}

TEST(Story, TheWeekInTheRepositoryIsOne) {
  const Result<Story> story = LoadStory(SourceDir() + "/config/story.json");
  ASSERT_TRUE(story) << story.error().message();
  EXPECT_EQ(story->cohorts.size(), 2U);
  ASSERT_FALSE(story->steps.empty());
  EXPECT_GT(story->steps.back().at, std::chrono::hours(5 * 24)) << "a week";
}

TEST(Story, MadeUpMembersAreNumberedOnAndTheOldestLeaveFirst) {
  const Story story = ParseStory(WithSteps(R"(
      {"at": "0s", "cohort": "vip1", "leave": 2, "enter": 1},  // A comment.
      {"at": "1m", "note": "monday", "cohort": "vip1", "leave": 2})"))
                          .value();
  ASSERT_EQ(story.cohorts.size(), 1U);
  EXPECT_EQ(story.cohorts[0].members.size(), 3U);
  EXPECT_EQ(story.cohorts[0].members[2].user_id, "veryimportant0003@example.com");
  const auto& first = std::get<CohortMove>(story.steps[0].act);
  EXPECT_THAT(first.leave,
              ElementsAre("veryimportant0001@example.com", "veryimportant0002@example.com"));
  EXPECT_THAT(first.enter, ElementsAre("veryimportant0004@example.com"));
  const auto& second = std::get<CohortMove>(story.steps[1].act);
  EXPECT_THAT(second.leave,
              ElementsAre("veryimportant0003@example.com", "veryimportant0004@example.com"));
  EXPECT_THAT(Texts(story.steps),
              ElementsAre("cohort 'Very important': 2 leave, 1 enter",
                          "monday: cohort 'Very important': 2 leave"));
}

TEST(Story, AFaultEndsWhenItsTimeIsOver) {
  const Story story = ParseStory(WithSteps(R"(
      {"at": "10s", "cordial": {"outage": "30s"}},
      {"at": "20s", "amplitude": {"switch": "slow_ms", "value": 7}},
      {"at": "50s", "cordial": {"unsubscribe": "a@example.com"}})"))
                          .value();
  EXPECT_THAT(Texts(story.steps),
              ElementsAre("cordial: unavailable is {\"probability\":1} for 30 s",
                          "amplitude: slow_ms is 7",
                          "cordial: unavailable is over",
                          "cordial: contact 'a@example.com' unsubscribes"));
  EXPECT_EQ(story.steps[2].at, std::chrono::seconds(40));
}

TEST(Story, EachStepIsDueOnceAndNotBeforeItsTime) {
  const Story story = ParseStory(WithSteps(R"(
      {"at": "0s", "cohort": "vip1", "leave": 1}, {"at": "1m", "cohort": "vip1", "leave": 1},
      {"at": "1m", "cohort": "vip1", "enter": 1})"))
                          .value();
  EXPECT_EQ(story.DueSteps(0, Duration(0)).size(), 1U);
  EXPECT_EQ(story.DueSteps(1, Duration(59'999)).size(), 0U);
  EXPECT_THAT(Texts(story.DueSteps(1, Duration(60'000))),
              ElementsAre("cohort 'Very important': 1 leave", "cohort 'Very important': 1 enter"));
  EXPECT_EQ(story.DueSteps(3, Duration(60'000)).size(), 0U);
  EXPECT_EQ(story.DueSteps(2, Duration(0)).size(), 0U);
}

TEST(Story, ProblemsNameTheirPlace) {
  EXPECT_EQ(Problem("{"), "not JSON");
  EXPECT_EQ(Problem("[]"), "expected an object");
  EXPECT_EQ(Problem(R"({"cohorts": [], "step": []})"), "unknown key 'step'; did you mean 'steps'?");
  EXPECT_EQ(Problem(R"({"cohorts": []})"), "steps: expected an array");
  EXPECT_EQ(Problem(R"({"cohorts": [{"id": "a"}], "steps": []})"),
            "cohorts[0].name: expected a text");
  EXPECT_EQ(Problem(R"({"cohorts": [{"id": "a", "name": "n"}, {"id": "a", "name": "m"}],
                        "steps": []})"),
            "cohorts[1].id: 'a' is there twice");
  EXPECT_EQ(Problem(R"({"cohorts": [{"id": "a", "name": "n", "members": -1}], "steps": []})"),
            "cohorts[0].members: expected a number up to 5000000 or an array of e-mail addresses");
}

TEST(Story, ProblemsOfStepsNameTheirStep) {
  const auto problem = [](const char* steps) { return Problem(WithSteps(steps)); };
  EXPECT_EQ(problem(R"({"at": "1m", "cohort": "vip2", "leave": 1})"),
            "steps[0].cohort: unknown cohort 'vip2'; did you mean 'vip1'?");
  EXPECT_EQ(problem(R"({"at": "soon", "cohort": "vip1", "leave": 1})"),
            "steps[0].at: expected a whole number and s, m, h or d, as in \"90s\"");
  EXPECT_EQ(problem(R"({"at": "1m", "cohort": "vip1", "leave": 1},
                       {"at": "59s", "cohort": "vip1", "leave": 1})"),
            "steps[1].at: is before the step above it; put the steps in order");
  EXPECT_EQ(problem(R"({"at": "1m", "cohort": "vip1", "leave": 4})"),
            "steps[0].leave: 4 of 3 members cannot leave");
  EXPECT_EQ(problem(R"({"at": "1m", "cohort": "vip1", "enter": ["nobody"]})"),
            "steps[0].enter: expected a number up to 5000000 or an array of e-mail addresses");
  EXPECT_EQ(problem(R"({"at": "1m", "cohort": "vip1"})"),
            "steps[0]: nothing happens; add 'leave', 'enter' or another change");
  EXPECT_EQ(problem(R"({"at": "1m"})"),
            "steps[0]: nothing happens; add 'cohort', 'cordial', 'amplitude' or 'push'");
  EXPECT_EQ(problem(R"({"at": "1m", "cohort": "vip1", "leav": 1})"),
            "steps[0]: unknown key 'leav'; did you mean 'leave'?");
  EXPECT_EQ(problem(R"({"at": "1m", "cohort": "vip1", "vanish": true, "leave": 1})"),
            "steps[0].vanish: goes with nothing else; make it a step of its own");
  EXPECT_EQ(problem(R"({"at": "1m", "cohort": "vip1", "vanish": true},
                       {"at": "1m", "cohort": "vip1", "leave": 1})"),
            "steps[1].cohort: unknown cohort 'vip1'");
}

TEST(Story, ProblemsOfSwitchesNameTheSwitch) {
  const auto problem = [](const char* steps) { return Problem(WithSteps(steps)); };
  EXPECT_EQ(problem(R"({"at": "1m", "cordial": {"switch": "slo", "value": {"next": 1}}})"),
            "steps[0].cordial: unknown switch 'cordial.slo', did you mean 'cordial.slow'?");
  EXPECT_EQ(problem(R"({"at": "1m", "amplitude": {"switch": "gzip", "value": 1}})"),
            "steps[0].amplitude: switch 'amplitude.gzip': expected true or false, got 1");
  EXPECT_EQ(problem(R"({"at": "1m", "amplitude": {"switch": "gzip"}})"),
            "steps[0].amplitude.value: is missing");
  EXPECT_EQ(problem(R"({"at": "1m", "cordial": {"outage": "x"}})"),
            "steps[0].cordial.outage: expected a whole number and s, m, h or d, as in \"90s\"");
  EXPECT_EQ(problem(R"({"at": "1m", "cordial": {"delete_lists": "x"}})"),
            "steps[0].cordial: unknown key 'delete_lists'; did you mean 'delete_list'?");
}

TEST(Story, APushFollowsTheChangesOfItsCohort) {
  const Story story = ParseStory(WithSteps(R"(
      {"at": "1m", "push": {"cohort": "vip1", "url": "http://127.0.0.1:9/hook"}},
      {"at": "5m", "cohort": "vip1", "enter": 1},
      {"at": "6m", "cohort": "vip1", "enter": 1},
      {"at": "2h", "cohort": "vip1", "rename": "Gold"},
      {"at": "3h", "push": {"cohort": "vip1"}})"))
                          .value();
  EXPECT_THAT(Texts(story.steps),
              ElementsAre("amplitude: pushes cohort 'Very important' to http://127.0.0.1:9/hook, "
                          "hourly",
                          "cohort 'Very important': 1 enter",
                          "cohort 'Very important': 1 enter",
                          "amplitude: pushes what changed in cohort 'Very important'",
                          "cohort 'Very important': is now called 'Gold'",
                          "amplitude: pushes what changed in cohort 'Gold'",
                          "amplitude: pushes what changed in cohort 'Gold'"));
  EXPECT_EQ(story.steps[3].at, std::chrono::minutes(61));
  EXPECT_EQ(story.steps[5].at, std::chrono::minutes(121));
}

TEST(Story, ProblemsOfPushesNameTheSetting) {
  const auto problem = [](const char* steps) { return Problem(WithSteps(steps)); };
  EXPECT_EQ(problem(R"({"at": "1m", "push": {"cohort": "vip1"}})"),
            "steps[0].push: this cohort is not pushed yet; add 'url' and what else there is to "
            "say");
  EXPECT_EQ(problem(R"({"at": "1m", "push": {"cohort": "vip2"}})"),
            "steps[0].push.cohort: unknown cohort 'vip2'; did you mean 'vip1'?");
  EXPECT_EQ(problem(R"({"at": "1m", "push": {"cohort": "vip1", "url": "http://127.0.0.1",
                                             "kind": "x"}})"),
            "steps[0].push: 'kind': expected one of webhook, lists, identify");
  EXPECT_EQ(problem(R"({"at": "1m", "push": 1})"), "steps[0].push: expected an object");
}

TEST(LoadStory, SaysWhichFileIsWrong) {
  const TempDir directory;
  const std::string missing = directory.File("none.json");
  EXPECT_EQ(LoadStory(missing).error().message(), Format("story '{}': cannot be read", missing));
  const std::string bad = directory.Write("bad.json", R"({"cohorts": [], "steps": [1]})");
  EXPECT_EQ(LoadStory(bad).error().message(),
            Format("story '{}': steps[0]: expected an object", bad));
}

class PlayStepTest : public ::testing::Test {
 protected:
  // Plays every step; the text of the last failure.
  std::string Play(const std::string& steps) {
    const Story story = ParseStory(WithSteps(steps)).value();
    for (const Cohort& cohort : story.cohorts)
      amplitude_.PutCohort(cohort);
    std::string failure = "(none)";
    for (const StoryStep& step : story.steps) {
      if (const Status played = PlayStep(step, access_); !played)
        failure = played.error().message();
    }
    return failure;
  }

  FakeClock clock_;
  FakeRandom random_;
  CordialAccount cordial_{"k", clock_, random_};
  AmplitudeProject amplitude_{{}, clock_, random_};
  ControlAccess access_{.cordial = [this](const auto& task) { task(cordial_); },
                        .amplitude = [this](const auto& task) { task(amplitude_); }};
};

TEST_F(PlayStepTest, CohortsChange) {
  EXPECT_EQ(Play(R"({"at": "1s", "cohort": "vip1", "leave": 2, "enter": 5, "rename": "gold",
                     "archive": true})"),
            "(none)");
  const std::vector<CohortSummary> cohorts = amplitude_.Summaries();
  ASSERT_EQ(cohorts.size(), 1U);
  EXPECT_EQ(cohorts[0].name, "gold");
  EXPECT_EQ(cohorts[0].members, 6U);
  EXPECT_TRUE(cohorts[0].archived);
  EXPECT_EQ(Play(R"({"at": "1s", "cohort": "vip1", "vanish": true})"), "(none)");
  EXPECT_TRUE(amplitude_.Summaries().empty());
}

TEST_F(PlayStepTest, CordialLosesAListAContactAndASubscription) {
  ASSERT_TRUE(cordial_.Prefill({"a@example.com", "b@example.com"}, {"vip"}));
  EXPECT_EQ(Play(R"({"at": "1s", "cordial": {"delete_contact": "a@example.com"}})"), "(none)");
  EXPECT_THAT(cordial_.ReadList("vip").value().contacts, ElementsAre("b@example.com"));
  EXPECT_EQ(Play(R"({"at": "1s", "cordial": {"unsubscribe": "b@example.com"}},
                    {"at": "1s", "cordial": {"delete_list": "vip"}})"),
            "(none)");
  EXPECT_FALSE(cordial_.ReadList("vip"));
  EXPECT_EQ(Play(R"({"at": "1s", "cordial": {"delete_list": "vip"}})"), "no list 'vip'");
  EXPECT_EQ(Play(R"({"at": "1s", "cordial": {"unsubscribe": "a@example.com"}})"),
            "no contact 'a@example.com'");
}

TEST_F(PlayStepTest, APushIsBegunAndReachesItsReceiver) {
  PushReceiver receiver;
  Pusher pusher(access_.amplitude, clock_);
  access_.pushes = &pusher;
  const std::string push =
      Format(R"({{"at": "1s", "push": {{"cohort": "vip1", "url": "{}/hook"}}}})", receiver.url());
  EXPECT_EQ(Play(push), "(none)");
  EXPECT_EQ(pusher.Wait("vip1", 1)->entered, 3);
  EXPECT_EQ(receiver.Take().size(), 1U);
  const Story story =
      ParseStory(WithSteps(push + R"(, {"at": "2s", "push": {"cohort": "vip1"}})")).value();
  ASSERT_TRUE(PlayStep(story.steps[1], access_));
  EXPECT_EQ(pusher.Wait("vip1", 2)->requests, 0);
}

TEST_F(PlayStepTest, ASwitchGoesBackToItsDefault) {
  const Story story =
      ParseStory(WithSteps(R"({"at": "1s", "cordial": {"switch": "rate_limit", "value": 5,
                                                       "for": "1m"}})"))
          .value();
  ASSERT_EQ(story.steps.size(), 2U);
  ASSERT_TRUE(PlayStep(story.steps[0], access_));
  EXPECT_EQ(cordial_.switches().rate_limit, 5);
  ASSERT_TRUE(PlayStep(story.steps[1], access_));
  EXPECT_EQ(cordial_.switches().rate_limit, 0);
}

}  // namespace
}  // namespace cohort_sync::simulator
