// Reading members of a JSON object that may be absent or of another type. Templates over
// nlohmann::basic_json, so that the library stays in .cc files.
#ifndef COHORT_SYNC_SIMULATOR_JSON_MEMBER_H_
#define COHORT_SYNC_SIMULATOR_JSON_MEMBER_H_

#include <string>

namespace cohort_sync::simulator {

// The text under `key`; "" without one.
template <typename Json>
[[nodiscard]] std::string TextMember(const Json& body, const char* key) {
  const auto member = body.find(key);
  return member != body.end() && member->is_string() ? member->template get<std::string>()
                                                     : std::string();
}

// The object under `key`; an empty one without one.
template <typename Json>
[[nodiscard]] Json ObjectMember(const Json& body, const char* key) {
  const auto member = body.find(key);
  return member != body.end() && member->is_object() ? *member : Json::object();
}

}  // namespace cohort_sync::simulator

#endif  // COHORT_SYNC_SIMULATOR_JSON_MEMBER_H_
