// Names of files in a folder. First line: a pattern; then the name.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "amplitude/snapshot_name.h"
#include "base/check.h"
#include "fuzz/fuzz_input.h"
#include "fuzz/message_law.h"

namespace cohort_sync::amplitude {
namespace {

// Which ends of `name` the rest of the pattern takes, character by character from the back.
bool Matches(std::string_view pattern, std::string_view name) {
  std::vector<bool> takes(name.size() + 1);  // takes[i]: the pattern so far takes name.substr(i).
  takes[name.size()] = true;
  for (std::size_t p = pattern.size(); p-- > 0;) {
    std::vector<bool> with(name.size() + 1);
    for (std::size_t n = name.size() + 1; n-- > 0;) {
      if (pattern[p] == '*') {
        with[n] = takes[n] || (n < name.size() && with[n + 1]);
      } else {
        with[n] = n < name.size() && takes[n + 1] && (pattern[p] == '?' || pattern[p] == name[n]);
      }
    }
    takes = std::move(with);
  }
  return takes[0];
}

// The trio is the same for the three files of one sync, and for no other part of the name.
void CheckPart(const CohortPartName& parsed, const std::string& name) {
  CHECK(!parsed.owner.empty() && name.starts_with(parsed.owner + "_"));
  const std::size_t star = parsed.trio.rfind("_*_");
  CHECK(star != std::string::npos);
  const std::string before = parsed.trio.substr(0, star + 1);
  const std::string after = parsed.trio.substr(star + 2);
  CHECK(before + std::string(ToString(parsed.part)) + after == name);
  for (const auto part : {CohortPart::kExisting, CohortPart::kEntering, CohortPart::kExiting}) {
    const auto other = ParseCohortPartName(before + std::string(ToString(part)) + after);
    CHECK(other && *other && (*other)->part == part && (*other)->trio == parsed.trio);
    CHECK((*other)->time == parsed.time && (*other)->owner == parsed.owner);
  }
}

}  // namespace
}  // namespace cohort_sync::amplitude

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace cohort_sync;             // NOLINT(google-build-using-namespace)
  using namespace cohort_sync::amplitude;  // NOLINT(google-build-using-namespace)
  FuzzInput input(bytes, size);
  const std::string_view pattern = input.Line();
  const std::string name(input.Rest());

  CHECK(MatchesPattern(pattern, name) == Matches(pattern, name));
  if (IsPlainFileName(name)) {
    CHECK(!name.empty() && name.size() <= kMaxFileNameBytes);
    CHECK(std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < '\x7F'; }));
    CHECK(name.find_first_of("/\\*?\"'$`;&|<>()") == std::string::npos);
  }
  const auto parsed = ParseCohortPartName(name);
  if (!parsed) {
    CheckMessage(parsed.error().message());
  } else if (*parsed) {
    // A name with a star of its own is not plain and gets no further.
    if (name.find('*') == std::string::npos) CheckPart(**parsed, name);
  } else {
    for (const char* const part : {"_existing_", "_entering_", "_exiting_"})
      CHECK(name.find(part) == std::string::npos);
  }
  return 0;
}
