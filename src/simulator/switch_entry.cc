#include "simulator/switch_entry.h"

#include <algorithm>
#include <optional>

#include <nlohmann/json.hpp>

#include "base/format.h"
#include "base/text.h"

namespace cohort_sync::simulator {
namespace {

using Json = nlohmann::ordered_json;

std::string Dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json Read(std::string_view text) {
  return Json::parse(text, nullptr, false);
}

std::optional<Fault> ReadFault(const Json& json) {
  if (!json.is_object()) return std::nullopt;
  Fault fault;
  for (const auto& [key, value] : json.items()) {
    if (key == "next" && value.is_number_integer() && value >= 0) {
      fault.next = value.get<std::int64_t>();
    } else if (key == "probability" && value.is_number() && value >= 0 && value <= 1) {
      fault.probability = value.get<double>();
    } else {
      return std::nullopt;
    }
  }
  return fault;
}

}  // namespace

SwitchEntry Flag(std::string name, bool& field, std::string help) {
  const auto set = [&field](std::string_view text) {
    const Json value = Read(text);
    if (value.is_boolean()) field = value.get<bool>();
    return value.is_boolean();
  };
  return {std::move(name),
          std::move(help),
          "true or false",
          [&field] { return std::string(field ? "true" : "false"); },
          set};
}

SwitchEntry Number(std::string name, std::int64_t& field, std::string help, std::int64_t least) {
  const auto set = [&field, least](std::string_view text) {
    const Json value = Read(text);
    if (!value.is_number_integer() || value.get<std::int64_t>() < least) return false;
    field = value.get<std::int64_t>();
    return true;
  };
  return {std::move(name),
          std::move(help),
          Format("a whole number of at least {}", least),
          [&field] { return std::to_string(field); },
          set};
}

SwitchEntry Texts(std::string name,
                  std::vector<std::string>& field,
                  std::string help,
                  std::vector<std::string> allowed) {
  std::string expected =
      allowed.empty() ? "an array of texts" : "an array of these: " + Join(allowed, ", ");
  const auto fits = [allowed = std::move(allowed)](const Json& item) {
    return item.is_string() &&
           (allowed.empty() || std::find(allowed.begin(), allowed.end(), item) != allowed.end());
  };
  const auto set = [&field, fits](std::string_view text) {
    const Json value = Read(text);
    if (!value.is_array() || !std::all_of(value.begin(), value.end(), fits)) return false;
    field = value.get<std::vector<std::string>>();
    return true;
  };
  return {std::move(name),
          std::move(help),
          std::move(expected),
          [&field] { return Dump(Json(field)); },
          set};
}

SwitchEntry FaultEntry(std::string name, Fault& field, std::string help) {
  const auto get = [&field] {
    return Dump({{"next", field.next}, {"probability", field.probability}});
  };
  const auto set = [&field](std::string_view text) {
    const std::optional<Fault> fault = ReadFault(Read(text));
    if (fault) field = *fault;
    return fault.has_value();
  };
  return {std::move(name),
          std::move(help),
          R"({"next": COUNT, "probability": 0 to 1}, or one of the two)",
          get,
          set};
}

SwitchEntry PositionEntry(std::string name,
                          const std::vector<std::string>& texts,
                          std::function<std::size_t()> get,
                          std::function<void(std::size_t)> set,
                          std::string help) {
  std::string expected = "one of " + Join(texts, ", ");
  const auto get_text = [texts, get = std::move(get)] { return Dump(Json(texts.at(get()))); };
  const auto set_text = [texts, set = std::move(set)](std::string_view text) {
    const auto found = std::find(texts.begin(), texts.end(), Read(text));
    if (found == texts.end()) return false;
    set(static_cast<std::size_t>(found - texts.begin()));
    return true;
  };
  return {std::move(name), std::move(help), std::move(expected), get_text, set_text};
}

}  // namespace cohort_sync::simulator
