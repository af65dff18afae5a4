// A sentence that was recognised, and what the forms of sentences share.
#ifndef COHORT_SYNC_TESTS_SCENARIOS_SENTENCE_H_
#define COHORT_SYNC_TESTS_SCENARIOS_SENTENCE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/text.h"
#include "scenarios/world.h"

namespace cohort_sync {

struct Sentence {
  World& world;
  std::vector<std::string> words;  // What stood in the pattern's places.
  const std::vector<std::string>& block;
};

struct Form {
  const char* pattern;  // Of the whole sentence: a regular expression.
  Status (*perform)(const Sentence&);
};

// What happens at Amplitude and Cordial, what happens on this machine, and what is asserted.
[[nodiscard]] const std::vector<Form>& ServiceForms();
[[nodiscard]] const std::vector<Form>& MachineForms();
[[nodiscard]] const std::vector<Form>& FactForms();

// It cannot be arranged.
[[nodiscard]] inline tl::unexpected<Error> Impossible(const std::string& why) {
  return Fail(ErrorCode::kInvalidInput, why);
}

// "a, b" in parts.
[[nodiscard]] inline std::vector<std::string> CommaList(const std::string& text) {
  std::vector<std::string> items;
  for (const std::string_view item : Split(text, ','))
    items.emplace_back(Trim(item));
  return items;
}

// REQUIRES: decimal digits.
[[nodiscard]] inline std::int64_t ToNumber(const std::string& digits) {
  return ParseInteger(digits).value_or(0);
}

// Lines as the text of a file.
[[nodiscard]] inline std::string TextOf(const std::vector<std::string>& lines) {
  return lines.empty() ? std::string() : Join(lines, "\n") + '\n';
}

}  // namespace cohort_sync

#endif  // COHORT_SYNC_TESTS_SCENARIOS_SENTENCE_H_
