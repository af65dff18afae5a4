// Who is in a cohort while a story goes on.
#ifndef COHORT_SYNC_SIMULATOR_STORY_ROSTER_H_
#define COHORT_SYNC_SIMULATOR_STORY_ROSTER_H_

#include <cstdint>
#include <deque>
#include <string>
#include <utility>

#include "base/format.h"
#include "base/text.h"

namespace cohort_sync::simulator {

struct Roster {
  explicit Roster(std::string cohort_name) : name(std::move(cohort_name)) {
    for (const char c : ToLowerAscii(name)) {
      if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) prefix += c;
    }
    if (prefix.empty()) prefix = "member";
  }
  // The next made-up one: "activeusers0001@example.com".
  std::string NewAddress() { return Format("{}{:04}@example.com", prefix, ++made); }

  std::string name;
  std::string prefix;               // Of made-up addresses.
  std::deque<std::string> present;  // The longest members first.
  std::int64_t made = 0;
};

}  // namespace cohort_sync::simulator

#endif  // COHORT_SYNC_SIMULATOR_STORY_ROSTER_H_
