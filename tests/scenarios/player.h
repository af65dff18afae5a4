// Plays one scenario in a world of its own.
#ifndef COHORT_SYNC_TESTS_SCENARIOS_PLAYER_H_
#define COHORT_SYNC_TESTS_SCENARIOS_PLAYER_H_

#include <string>
#include <vector>

#include "scenarios/scenario.h"

namespace cohort_sync {

struct Played {
  // Of its commands, in order: what they printed.
  std::vector<std::vector<std::string>> transcripts;
  // "line 12: …": facts that are false, sentences that are none, and, with expected and actual
  // lines, transcripts that differ. Empty: all is as written.
  std::vector<std::string> failures;
};

// Stops at a sentence that cannot be performed; goes on after what is only different.
[[nodiscard]] Played Play(const Scenario& scenario);

}  // namespace cohort_sync

#endif  // COHORT_SYNC_TESTS_SCENARIOS_PLAYER_H_
