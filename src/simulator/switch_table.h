// The switches of both stand-ins by name, as the control door shows and takes them: for example
// "cordial.visible_after_ms", "amplitude.csv.gp_headers". A fault is {"next": 3} or
// {"probability": 0.1} or both.
#ifndef COHORT_SYNC_SIMULATOR_SWITCH_TABLE_H_
#define COHORT_SYNC_SIMULATOR_SWITCH_TABLE_H_

#include <string>
#include <string_view>

#include "base/result.h"
#include "simulator/amplitude_switches.h"
#include "simulator/cordial_switches.h"

namespace cohort_sync::simulator {

// Every switch and its value: one JSON object.
[[nodiscard]] std::string SwitchesAsJson(CordialSwitches cordial, AmplitudeSwitches amplitude);

// {"cordial.slow_ms": {"does": "…", "takes": "…", "default": 5000}, …}
[[nodiscard]] std::string SwitchesHelp();

// The value a switch starts with, as JSON text. kInvalidInput as below.
[[nodiscard]] Result<std::string> SwitchDefault(const std::string& name);

// Sets the switches that the JSON object names and leaves the others: all or none. kInvalidInput
// names an unknown switch, with the nearest known one, or says what the value has to be.
[[nodiscard]] Status SetSwitches(std::string_view json,
                                 CordialSwitches& cordial,
                                 AmplitudeSwitches& amplitude);

}  // namespace cohort_sync::simulator

#endif  // COHORT_SYNC_SIMULATOR_SWITCH_TABLE_H_
