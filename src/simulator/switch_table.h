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
[[nodiscard]] std::string SwitchesAsJson(const CordialSwitches& cordial,
                                         const AmplitudeSwitches& amplitude);

// Sets the switches that the JSON object names and leaves the others: all or none. kInvalidInput
// names an unknown switch, with the nearest known one, or says what the value has to be.
[[nodiscard]] Status SetSwitches(std::string_view json,
                                 CordialSwitches& cordial,
                                 AmplitudeSwitches& amplitude);

}  // namespace cohort_sync::simulator

#endif  // COHORT_SYNC_SIMULATOR_SWITCH_TABLE_H_
