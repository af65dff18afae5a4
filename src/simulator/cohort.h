// The stand-in's own idea of a cohort: what a person or a test puts into it.
#ifndef COHORT_SYNC_SIMULATOR_COHORT_H_
#define COHORT_SYNC_SIMULATOR_COHORT_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cohort_sync::simulator {

struct Member {
  std::int64_t amplitude_id = 0;  // 0: the project gives one, the same again for the same user_id.
  std::string user_id;            // May be empty: an anonymous user.
  std::map<std::string, std::string> properties;  // Anything but a string as JSON text.

  friend bool operator==(const Member&, const Member&) = default;
};

struct Cohort {
  std::string id;
  std::string name;
  std::vector<Member> members;
  bool archived = false;
  bool published = true;            // Others are not listed (contracts/amplitude.md 1.3).
  std::string group_type = "User";  // Anything else is a group cohort (1.3, 1.7).
  bool computed = true;             // false: never computed, so size and time are null (1.3).
};

// A user whose user_id and property `email` are `email`.
[[nodiscard]] Member UserWithEmail(std::string email);

// "active users" (9apg8e8f): user01@example.com to user10@example.com.
// "big spenders" (7khm89cz): spender0001@example.com to spender1000@example.com.
[[nodiscard]] std::vector<Cohort> BuiltInCohorts();

// Reads {"name", "members": [{"user_id", "properties", "amplitude_id"}], "archived", "published",
// "group_type", "computed"}; all but the name are optional. kInvalidInput names the member or key.
[[nodiscard]] Result<Cohort> ParseCohort(std::string id, std::string_view json);

// Reads a file {"cohorts": [{"id", and the members above}]}. kNotFound when it cannot be read,
// kInvalidInput when it is not that.
[[nodiscard]] Result<std::vector<Cohort>> LoadCohorts(const std::string& path);

}  // namespace cohort_sync::simulator

#endif  // COHORT_SYNC_SIMULATOR_COHORT_H_
