// The laws that every message for a person obeys, whatever foreign text it quotes. A law that does
// not hold ends the process (CHECK), which is what the fuzzer looks for.
#ifndef COHORT_SYNC_TESTS_FUZZ_MESSAGE_LAW_H_
#define COHORT_SYNC_TESTS_FUZZ_MESSAGE_LAW_H_

#include <algorithm>
#include <string_view>

#include "base/check.h"
#include "base/text.h"

namespace cohort_sync {

// Text in UTF-8 without control characters: safe for a terminal and for one line of a log.
inline void CheckPrintable(std::string_view text) {
  CHECK(IsValidUtf8(text));
  CHECK(std::none_of(
      text.begin(), text.end(), [](char c) { return (c >= 0 && c < ' ') || c == '\x7F'; }));
  for (std::size_t at = text.find('\xC2'); at != std::string_view::npos;
       at = text.find('\xC2', at + 1)) {
    CHECK(static_cast<unsigned char>(text[at + 1]) >= 0xA0);  // Not U+0080 to U+009F.
  }
}

// Says something, in lower case (but for a proper name at its start), without a full stop.
inline void CheckMessage(std::string_view message) {
  CheckPrintable(message);
  CHECK(!message.empty());
  CHECK(message.front() < 'A' || message.front() > 'Z' || message.starts_with("Amplitude ") ||
        message.starts_with("Cordial "));
  CHECK(message.back() != '.' && message.back() != ' ' && message.front() != ' ');
}

}  // namespace cohort_sync

#endif  // COHORT_SYNC_TESTS_FUZZ_MESSAGE_LAW_H_
