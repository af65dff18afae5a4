// One switch of a stand-in, as the control door and stories see it: a name, what it does, and its
// value as JSON text.
#ifndef COHORT_SYNC_SIMULATOR_SWITCH_ENTRY_H_
#define COHORT_SYNC_SIMULATOR_SWITCH_ENTRY_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "simulator/amplitude_switches.h"
#include "simulator/cordial_switches.h"
#include "simulator/fault.h"

namespace cohort_sync::simulator {

struct SwitchEntry {
  std::string name;      // "cordial.slow_ms"
  std::string help;      // What it does, with the section of the contract.
  std::string expected;  // What a value has to be: "true or false".
  std::function<std::string()> get;
  std::function<bool(std::string_view)> set;  // False, and nothing changes, for another value.
};

// Each writes to the field it is given, which outlives the entry.
[[nodiscard]] SwitchEntry Flag(std::string name, bool& field, std::string help);
// A whole number of at least `least`.
[[nodiscard]] SwitchEntry Number(std::string name,
                                 std::int64_t& field,
                                 std::string help,
                                 std::int64_t least = 0);
// An array of texts out of `allowed`; empty: any texts.
[[nodiscard]] SwitchEntry Texts(std::string name,
                                std::vector<std::string>& field,
                                std::string help,
                                std::vector<std::string> allowed = {});
// {"next": 3}, {"probability": 0.1} or both.
[[nodiscard]] SwitchEntry FaultEntry(std::string name, Fault& field, std::string help);
// One of `texts`, by its position.
[[nodiscard]] SwitchEntry PositionEntry(std::string name,
                                        const std::vector<std::string>& texts,
                                        std::function<std::size_t()> get,
                                        std::function<void(std::size_t)> set,
                                        std::string help);

// One of several named values.
template <typename Enum>
[[nodiscard]] SwitchEntry Choice(std::string name,
                                 Enum& field,
                                 std::vector<std::pair<std::string, Enum>> choices,
                                 std::string help) {
  std::vector<std::string> texts;
  texts.reserve(choices.size());
  for (const auto& choice : choices)
    texts.push_back(choice.first);
  const auto get = [&field, choices] {
    std::size_t position = 0;
    while (choices.at(position).second != field)
      ++position;
    return position;
  };
  const auto set = [&field, choices](std::size_t position) { field = choices.at(position).second; };
  return PositionEntry(std::move(name), texts, get, set, std::move(help));
}

[[nodiscard]] std::vector<SwitchEntry> CordialSwitchEntries(CordialSwitches& switches);
[[nodiscard]] std::vector<SwitchEntry> AmplitudeSwitchEntries(AmplitudeSwitches& switches);

}  // namespace cohort_sync::simulator

#endif  // COHORT_SYNC_SIMULATOR_SWITCH_ENTRY_H_
