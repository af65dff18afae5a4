#include "simulator/switch_table.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/format.h"
#include "base/text.h"
#include "simulator/switch_entry.h"

namespace cohort_sync::simulator {
namespace {

using Json = nlohmann::ordered_json;
using Entries = std::vector<SwitchEntry>;

Entries AllEntries(CordialSwitches& cordial, AmplitudeSwitches& amplitude) {
  Entries entries = CordialSwitchEntries(cordial);
  Entries more = AmplitudeSwitchEntries(amplitude);
  std::move(more.begin(), more.end(), std::back_inserter(entries));
  return entries;
}

Result<const SwitchEntry*> FindEntry(const std::string& name, const Entries& entries) {
  std::vector<std::string> names;
  for (const SwitchEntry& entry : entries) {
    if (entry.name == name) return &entry;
    names.push_back(entry.name);
  }
  const std::optional<std::string> closest = ClosestMatch(name, names);
  return Fail(ErrorCode::kInvalidInput,
              closest ? Format("unknown switch '{}', did you mean '{}'?", Printable(name), *closest)
                      : Format("unknown switch '{}'; GET /switches lists them", Printable(name)));
}

// An object with one member per switch.
std::string Describe(const Entries& entries, const std::function<Json(const SwitchEntry&)>& what) {
  Json all = Json::object();
  for (const SwitchEntry& entry : entries)
    all[entry.name] = what(entry);
  return all.dump(2, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string SwitchesAsJson(CordialSwitches cordial, AmplitudeSwitches amplitude) {
  return Describe(AllEntries(cordial, amplitude),
                  [](const SwitchEntry& entry) { return Json::parse(entry.get()); });
}

std::string SwitchesHelp() {
  CordialSwitches cordial;
  AmplitudeSwitches amplitude;
  return Describe(AllEntries(cordial, amplitude), [](const SwitchEntry& entry) {
    return Json{
        {"does", entry.help}, {"takes", entry.expected}, {"default", Json::parse(entry.get())}};
  });
}

Result<std::string> SwitchDefault(const std::string& name) {
  CordialSwitches cordial;
  AmplitudeSwitches amplitude;
  const Entries entries = AllEntries(cordial, amplitude);
  const Result<const SwitchEntry*> entry = FindEntry(name, entries);
  if (!entry) return Fail(entry.error());
  return (*entry)->get();
}

Status SetSwitches(std::string_view json, CordialSwitches& cordial, AmplitudeSwitches& amplitude) {
  const Json parsed = Json::parse(json, nullptr, false);
  if (!parsed.is_object()) {
    return Fail(ErrorCode::kInvalidInput,
                R"(expected an object, such as {"cordial.slow_ms": 100})");
  }
  CordialSwitches new_cordial = cordial;
  AmplitudeSwitches new_amplitude = amplitude;
  const Entries entries = AllEntries(new_cordial, new_amplitude);
  for (const auto& [name, value] : parsed.items()) {
    const Result<const SwitchEntry*> entry = FindEntry(name, entries);
    if (!entry) return Fail(entry.error());
    const std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
    if (!(*entry)->set(text)) {
      return Fail(
          ErrorCode::kInvalidInput,
          Format("switch '{}': expected {}, got {}", name, (*entry)->expected, Printable(text)));
    }
  }
  cordial = std::move(new_cordial);
  amplitude = new_amplitude;
  return {};
}

}  // namespace cohort_sync::simulator
