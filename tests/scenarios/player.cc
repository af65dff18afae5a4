#include "scenarios/player.h"

#include <algorithm>

#include "base/format.h"
#include "base/text.h"
#include "scenarios/language.h"
#include "scenarios/world.h"

namespace cohort_sync {
namespace {

// Both, from the first line that differs.
std::string Difference(const Step& step, const std::vector<std::string>& actual) {
  const auto& expected = step.block;
  const auto [first, other] =
      std::mismatch(expected.begin(), expected.end(), actual.begin(), actual.end());
  const std::size_t line = step.line + static_cast<std::size_t>(first - expected.begin()) + 1;
  return Format(
      "line {}: 'cohort-sync {}' prints something else from here on\nexpected:\n{}\n"
      "actual:\n{}",
      line,
      step.text,
      Join({first, expected.end()}, "\n"),
      Join({other, actual.end()}, "\n"));
}

}  // namespace

Played Play(const Scenario& scenario) {
  Played played;
  World world;
  for (const Step& step : scenario.steps) {
    if (!step.is_command) {
      const Status performed = Perform(world, step.text, step.block);
      if (performed) continue;
      played.failures.push_back(
          Format("line {}: {}: {}", step.line, step.text, performed.error().message()));
      if (performed.error().code() != ErrorCode::kRejected) return played;
      continue;
    }
    Result<std::vector<std::string>> words = SplitWords(step.text);
    if (!words) {
      played.failures.push_back(Format("line {}: {}", step.line, words.error().message()));
      return played;
    }
    played.transcripts.push_back(world.Run(std::move(*words)));
    for (const Error& error : world.TakeFailures())
      played.failures.push_back(
          Format("line {}: during 'cohort-sync {}': {}", step.line, step.text, error.message()));
    if (played.transcripts.back() != step.block)
      played.failures.push_back(Difference(step, played.transcripts.back()));
  }
  return played;
}

}  // namespace cohort_sync
