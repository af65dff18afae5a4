// A story: what happens to the stand-ins while time passes, written down as JSON with comments. See
// config/story.json for one of every kind.
//
//   {"cohorts": [{"id": "9apg8e8f", "name": "active users", "members": 1000}],
//    "steps": [{"at": "10m", "note": "the first week", "cohort": "9apg8e8f", "enter": 3, …}]}
//
// "members" is a number, of made-up addresses such as activeusers0001@example.com, or an array of
// addresses. A step has "at" (since the start, not before the step above it), may have a "note",
// and does one of:
//   "cohort": ID with any of "leave" and "enter" (a number or an array of addresses; the longest
//             members leave first), "rename": NAME, "archive": true or false; or "vanish": true
//   "push": {"cohort": ID, and what push_settings.h reads}: Amplitude pushes the cohort, at once
//   and
//             then whenever a period of its frequency ends in which the cohort changed; {"cohort":
//             ID} alone is one run more of such a push
//   "cordial":   {"delete_list": NAME}, {"delete_contact": EMAIL}, {"unsubscribe": EMAIL}
//   "cordial" or "amplitude": {"outage": "30s"} or {"switch": "slow", "value": …, "for": "5m"};
//             "for" may be left out; at its end the switch goes back to its default
#ifndef COHORT_SYNC_SIMULATOR_STORY_H_
#define COHORT_SYNC_SIMULATOR_STORY_H_

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "simulator/cohort.h"
#include "simulator/push_settings.h"

namespace cohort_sync::simulator {

struct CohortMove {
  std::string cohort;
  std::vector<std::string> leave;  // E-mail addresses.
  std::vector<std::string> enter;
  std::optional<std::string> name;
  std::optional<bool> archived;
};
struct CohortEnd {
  std::string cohort;
};
struct SwitchChange {
  std::string json;  // For SetSwitches; known to be acceptable.
};
struct ListEnd {
  std::string name;
};
struct ContactEnd {
  std::string email;
};
struct Unsubscription {
  std::string email;
};

struct PushStart {
  std::string cohort;
  PushSettings settings;
};
struct PushAgain {
  std::string cohort;
};

struct StoryStep {
  Duration at{0};
  std::string text;  // One line for people.
  std::variant<CohortMove,
               CohortEnd,
               SwitchChange,
               ListEnd,
               ContactEnd,
               Unsubscription,
               PushStart,
               PushAgain>
      act;
};

struct Story {
  std::vector<Cohort> cohorts;
  std::vector<StoryStep> steps;  // In the order of their times.

  // The steps due `elapsed` after the start, without the first `played`. Valid while the story is.
  [[nodiscard]] std::span<const StoryStep> DueSteps(std::size_t played, Duration elapsed) const;
};

// kInvalidInput names the first place that cannot be used: "steps[3].cohort: unknown cohort 'x'".
[[nodiscard]] Result<Story> ParseStory(std::string_view json);
// The same for a file; kNotFound when it cannot be read.
[[nodiscard]] Result<Story> LoadStory(const std::string& path);

}  // namespace cohort_sync::simulator

#endif  // COHORT_SYNC_SIMULATOR_STORY_H_
