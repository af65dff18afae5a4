#include "simulator/cohort.h"

#include <fstream>
#include <iterator>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/format.h"
#include "base/text.h"

namespace cohort_sync::simulator {
namespace {

using Json = nlohmann::json;

std::vector<Member> NumberedUsers(std::string_view prefix, int count, int digits) {
  std::vector<Member> members;
  for (int i = 1; i <= count; ++i) {
    members.push_back(UserWithEmail(Format("{}{:0{}}@example.com", prefix, i, digits)));
  }
  return members;
}

std::string PropertyText(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

Result<Member> ReadMember(const Json& json, std::size_t index) {
  if (!json.is_object()) {
    return Fail(ErrorCode::kInvalidInput, Format("members[{}]: expected an object", index));
  }
  Member member;
  for (const auto& [key, value] : json.items()) {
    if (key == "user_id" && value.is_string()) {
      member.user_id = value.get<std::string>();
    } else if (key == "amplitude_id" && value.is_number_integer()) {
      member.amplitude_id = value.get<std::int64_t>();
    } else if (key == "properties" && value.is_object()) {
      for (const auto& [name, property] : value.items()) {
        // A null property is a missing one (contracts/amplitude.md, section 4).
        if (!property.is_null()) member.properties.emplace(name, PropertyText(property));
      }
    } else {
      return Fail(ErrorCode::kInvalidInput,
                  Format("members[{}]: unexpected '{}'; a member has user_id (text), properties "
                         "(object) and amplitude_id (number)",
                         index,
                         Printable(key)));
    }
  }
  return member;
}

Status ReadField(const std::string& key, const Json& value, Cohort& cohort) {
  if (key == "members" && value.is_array()) {
    for (std::size_t i = 0; i < value.size(); ++i) {
      Result<Member> member = ReadMember(value[i], i);
      if (!member) return Fail(member.error());
      cohort.members.push_back(*std::move(member));
    }
    return {};
  }
  if (value.is_string() && (key == "id" || key == "name" || key == "group_type")) {
    std::string& field =
        key == "id" ? cohort.id : (key == "name" ? cohort.name : cohort.group_type);
    field = value.get<std::string>();
    return {};
  }
  if (value.is_boolean() && (key == "archived" || key == "published" || key == "computed")) {
    bool& field = key == "archived" ? cohort.archived
                                    : (key == "published" ? cohort.published : cohort.computed);
    field = value.get<bool>();
    return {};
  }
  return Fail(ErrorCode::kInvalidInput,
              Format("unexpected '{}'; a cohort has name and group_type (text), members (array), "
                     "archived, published and computed (true or false)",
                     Printable(key)));
}

Result<Cohort> ReadCohort(std::string id, const Json& json) {
  if (!json.is_object()) return Fail(ErrorCode::kInvalidInput, "expected an object");
  Cohort cohort;
  for (const auto& [key, value] : json.items()) {
    if (Status read = ReadField(key, value, cohort); !read) return Fail(read.error());
  }
  if (!id.empty()) cohort.id = std::move(id);
  if (cohort.id.empty()) return Fail(ErrorCode::kInvalidInput, "'id' is missing");
  if (cohort.name.empty()) return Fail(ErrorCode::kInvalidInput, "'name' is missing");
  return cohort;
}

}  // namespace

Member UserWithEmail(std::string email) {
  Member member;
  member.user_id = email;
  member.properties.emplace("email", std::move(email));
  return member;
}

std::vector<Cohort> BuiltInCohorts() {
  Cohort active;
  active.id = "9apg8e8f";
  active.name = "active users";
  active.members = NumberedUsers("user", 10, 2);
  Cohort spenders;
  spenders.id = "7khm89cz";
  spenders.name = "big spenders";
  spenders.members = NumberedUsers("spender", 1000, 4);
  return {std::move(active), std::move(spenders)};
}

Result<Cohort> ParseCohort(std::string id, std::string_view json) {
  const Json parsed = Json::parse(json, nullptr, false);
  if (parsed.is_discarded()) return Fail(ErrorCode::kInvalidInput, "not JSON");
  return ReadCohort(std::move(id), parsed);
}

Result<std::vector<Cohort>> LoadCohorts(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return Fail(ErrorCode::kNotFound, Format("cohort file '{}': cannot be read", Printable(path)));
  }
  const std::string text(std::istreambuf_iterator<char>(file), {});
  const Json parsed = Json::parse(text, nullptr, false);
  if (!parsed.is_object() || !parsed.contains("cohorts") || !parsed["cohorts"].is_array()) {
    return Fail(ErrorCode::kInvalidInput,
                Format("cohort file '{}': expected {{\"cohorts\": [{{\"id\": …, \"name\": …, "
                       "\"members\": […]}}]}}",
                       Printable(path)));
  }
  std::vector<Cohort> cohorts;
  for (const Json& json : parsed["cohorts"]) {
    Result<Cohort> cohort = ReadCohort("", json);
    if (!cohort) {
      return Fail(cohort.error().WithContext(
          Format("cohort file '{}': cohorts[{}]", Printable(path), cohorts.size())));
    }
    cohorts.push_back(*std::move(cohort));
  }
  return cohorts;
}

}  // namespace cohort_sync::simulator
