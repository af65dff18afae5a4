// Contacts and draws that the tests of this folder know beforehand.
#ifndef COHORT_SYNC_TESTS_SYNC_KNOWN_VALUES_H_
#define COHORT_SYNC_TESTS_SYNC_KNOWN_VALUES_H_

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "base/format.h"
#include "base/random.h"

namespace cohort_sync {

// Every draw is the middle, so that waits are known.
class MiddleRandom final : public Random {
 public:
  std::uint64_t Next() override { return std::uint64_t{1} << 63U; }
};

// "c0@x.org", "c1@x.org", ... from number `first` on.
inline std::vector<std::string> Contacts(std::size_t count, std::size_t first = 0) {
  std::vector<std::string> contacts;
  for (std::size_t i = first; i < first + count; ++i)
    contacts.push_back(Format("c{}@x.org", i));
  return contacts;
}

inline std::set<std::string> SetOf(const std::vector<std::string>& contacts) {
  return {contacts.begin(), contacts.end()};
}

}  // namespace cohort_sync

#endif  // COHORT_SYNC_TESTS_SYNC_KNOWN_VALUES_H_
